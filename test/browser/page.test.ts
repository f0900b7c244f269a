import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { rates } from '../../examples/web/model/steady-traffic.js';
import { runDev } from '../../lib/dev/dev.js';
import type { Dev } from '../../lib/dev/dev.js';
import { launchChromium } from '../support/chromium.js';

const ports = { hello: 0, business: 0, zone: 0, gateway: 0, admin: 0, push: 0, page: 0 };
/** What Chromium logs by itself when nobody listens where a page connects to. */
const FAILED_ATTEMPT =
  /^Failed to establish a connection to https:\/\/localhost:|^WebSocket connection to 'ws:\/\/localhost:\d+\/gatesvr' failed: .*net::ERR_CONNECTION_(?:REFUSED|RESET|CLOSED)$/;
/** What it logs of a WebSocket that is given up because WebTransport opened first. */
const LOST_RACE = 'WebSocket is closed before the connection is established.';
const screenshots = fileURLToPath(new URL('../output/browser/', import.meta.url));

describe('the page of npm start, in Chromium', function () {
  this.timeout(180_000);
  let directory = '';
  let dev: Dev | undefined;
  let browser: Browser | undefined;
  let page: Page;
  let complaints: string[];

  before(async function () {
    browser = await launchChromium(this);
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-page-'));
    mkdirSync(screenshots, { recursive: true });
    const built = join(directory, 'web');
    await bundlePages(built);
    dev = await runDev({ ports, directory, page: built, output: new PassThrough().resume() });
  });

  after(async () => {
    await browser?.close();
    await dev?.stop();
    if (directory !== '') rmSync(directory, { recursive: true });
  });

  beforeEach(async () => {
    page = await browser!.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
    // The test's own time limit is the only one.
    page.setDefaultTimeout(0);
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !message.text().endsWith(LOST_RACE))
        complaints.push(message.text());
    });
  });

  afterEach(async function () {
    await screenshot(this.currentTest!.title.replaceAll(/[^a-z]+/gi, '-'));
    await page.close();
    assert.deepEqual(complaints, []);
  });

  it('connects by WebTransport, logs in and shows the notifies on both sides of a Response', async () => {
    await open('ann');
    assert.equal(await page.textContent('#player'), 'ann');
    await happening(/^Logged in, a FRESH start/).waitFor();
    await request('Around');
    const row = units().first();
    await row.locator('.response.fine').waitFor();
    assert.deepEqual(await row.locator('.chip').allInnerTexts(), [
      'business.before 1',
      'business.before 2',
      await row.locator('.response').innerText(),
      'business.after 1',
      'business.after 2',
    ]);
    assert.match(await row.locator('.response').innerText(), /^around/);
    assert.equal(await row.locator('.seq').innerText(), '1');
    await request('Fail');
    await units().filter({ hasText: '409' }).locator('.response.failed').waitFor();
    // Where a WebSocket opened first, the client moves as soon as WebTransport has.
    await until('#transport', 'WebTransport');
    await assertAllZero();
  });

  it('sends any action with any payload, and says what it was answered', async () => {
    await open('art');
    await page.fill('#action', 'sum');
    await page.fill('#payload', '[20,22]');
    await page.getByRole('button', { name: 'Send' }).click();
    await until('#ask-outcome', 'sum was answered 200.');
    await units().first().locator('.text', { hasText: 'sum 42' }).waitFor();
    await page.fill('#action', 'nowhere.at-all');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('#ask-outcome[data-tone=bad]', { hasText: 'nowhere.at-all was answered' }).waitFor();
    await assertAllZero();
  });

  it('shows a cut, the replay and its verdict in the timeline', async () => {
    await open('amy');
    await summary(/^The link has held; the last Welcome said FRESH/);
    await request('Count');
    await page.fill('#away-seconds', '2');
    await page.click('#away');
    await summary(/^The link was lost once; there is none now/);
    await screenshot('cut');
    await summary(/^The link was lost once; the last Welcome said FULL after .* and 3 units were replayed\.$/);
    await page.click('#pause');
    await page.focus('#timeline');
    await page.keyboard.press('End');
    await mark(/^Unit 4: Response, answers slow \(request \d\), took .*, came in the replay, acknowledged/);
    await page.keyboard.press('ArrowLeft');
    await mark(/^Unit 3: Response/);
    await page.keyboard.press('ArrowUp');
    await mark(/^Request \d: slow, .* became answered 200 after/);
    await page.keyboard.press('Home');
    await mark(/^Request 1: count/);
    await page.keyboard.press('Escape');
    await until('#pause', 'Pause');
    await assertAllZero();
  });

  it('tells what a unit was when the pointer is on it', async () => {
    await open('abe');
    await request('Around');
    await page.click('#pause');
    await page.keyboard.press('t');
    await page.keyboard.press('ArrowRight');
    await mark(/^Unit 1: Response, answers around .* before it 2 × business\.before, after it 2 × business\.after/);
    await page.locator('#mark', { hasText: 'Unit 1: Response' }).waitFor();
    assert.match(await page.locator('#mark').innerText(), /size\s+\d+ B/);
  });

  it('shows the steps of an order around its answer, in one unit', async () => {
    await open('kim');
    await page.fill('#order-item', 'cake');
    await page.getByRole('button', { name: 'Order' }).click();
    await page.locator('#order-note', { hasText: /^All three came as one unit, number \d+\.$/ }).waitFor();
    assert.deepEqual(await page.locator('#order-steps span').allInnerTexts(), [
      'cake: in the making',
      'answered 200',
      'cake: on its way',
    ]);
    const row = units().filter({ hasText: 'order.place' });
    await row.waitFor();
    assert.equal(await row.locator('.chip', { hasText: 'order.step' }).count(), 2);
    await assertAllZero();
  });

  it('goes over the transport that is chosen, on from where it was', async () => {
    await open('mia');
    await request('Count');
    for (const [road, transport] of [
      ['websocket', 'WebSocket'],
      ['webtransport', 'WebTransport'],
    ] as const) {
      await page.selectOption('#road', road);
      await until('#transport', transport);
      await until('#state', 'Connected');
      await request('Count');
    }
    await units().first().locator('.seq', { hasText: /^3$/ }).waitFor();
    await page.reload();
    await until('#state', 'Connected');
    assert.equal(await page.inputValue('#road'), 'webtransport');
    await request('Count');
    await assertAllZero();
  });

  it('disconnects and connects, and goes on where it was', async () => {
    await open('ben');
    await request('Count');
    await page.click('#connect');
    await page.locator('#notice').getByText('Disconnected.').waitFor();
    await until('#state', 'Ended');
    await until('#transport', '–');
    await page.locator('#notice').getByRole('button', { name: 'Connect' }).click();
    await happening(/^Resumed after .*: FULL$/).waitFor();
    await until('#connect', 'Disconnect');
    await request('Count');
    await units().first().locator('.seq', { hasText: /^2$/ }).waitFor();
    await assertAllZero();
  });

  it('can be used with the keyboard alone', async () => {
    await open('bob');
    await page.keyboard.press('r');
    await page.keyboard.type('count');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+Enter');
    await until('#ask-outcome', 'count was answered 200.');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.type('c');
    await page.locator('#action').evaluate((action) => (action as HTMLElement).blur());
    await page.keyboard.press('c');
    await happening(/^Resumed after .*: FULL$/).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#help').waitFor({ state: 'hidden' });
    assert.deepEqual(await unreachable(), []);
    await assertAllZero();
  });

  it('resumes FULL after a cut: what was answered meanwhile is replayed, each seq once and in order', async () => {
    await open('bea');
    await setRate(10);
    for (let cuts = 1; cuts <= 5; cuts++) {
      await page.click('#cut');
      await summary(new RegExp(`lost ${cuts === 1 ? 'once' : `${cuts} times`}; the last Welcome said FULL`));
    }
    await setRate(0);
    await until('#unanswered', '0');
    await until('#unacknowledged', '0');
    const seqs = (await units().locator('.seq').allInnerTexts()).map(Number);
    const newest = seqs[0]!;
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => newest - index),
    );
    await assertAllZero();
  });

  it('gets after some seconds away what was answered in that time', async () => {
    await open('cid');
    await setRate(10);
    await page.fill('#away-seconds', '5');
    await page.click('#away');
    await page.locator('#notice').getByText('Away, back in').waitFor();
    await screenshot('away');
    await happening(/^Resumed after \d+\.\d s: FULL$/).waitFor();
    const replayed = units().filter({ has: page.locator('.tag', { hasText: 'replayed' }) });
    for (const ms of [1000, 2000, 3000]) await replayed.filter({ hasText: `slow ms ${ms}` }).waitFor();
    await page.locator('#notice').waitFor({ state: 'hidden' });
    await assertAllZero();
  });

  it('comes back earlier when told to', async () => {
    await open('dan');
    await page.click('#away');
    await page.getByRole('button', { name: 'Come back now' }).click();
    await happening(/^Resumed after .*: FULL$/).waitFor();
    await until('#state', 'Connected');
  });

  it('shows who was replaced by a second login, and lets the player be taken back', async () => {
    await open('eve');
    await request('Count');
    await page.click('#open-second');
    await page.locator('#notice').getByText('Another login took this player over').waitFor();
    await until('#state', 'Ended');
    await page.locator('#second-text', { hasText: 'in, 1 unit' }).waitFor();
    await screenshot('second-login');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.locator('#second-text', { hasText: 'told REPLACED' }).waitFor();
    await until('#state', 'Connected');
    await request('Count');
    await page.locator('#second').getByRole('button', { name: 'Close it' }).click();
    await page.locator('#second').waitFor({ state: 'hidden' });
    await assertAllZero();
  });

  it('shows the error when Business is killed, and that it works again when Business is back', async () => {
    await open('fay');
    await page.getByRole('button', { name: 'Slow, 3 s' }).click();
    await until('#unanswered', '1');
    await page.click('[data-process=business]');
    await units().filter({ hasText: 'slow' }).locator('.response.failed').waitFor();
    await happening(/^business is back/).waitFor();
    await page.locator('[data-process=business][data-tone=good]').waitFor();
    await requestUntilFine('Around');
    await until('#state', 'Connected');
    await assertAllZero();
  });

  it('begins afresh, without a false alarm, when the gateway was killed', async () => {
    await open('flo');
    await setRate(10);
    await units().nth(5).waitFor();
    await page.evaluate(() => fetch('/dev/kill?service=gateway', { method: 'POST' }));
    await happening(/^The link is gone, trying again$/).waitFor();
    await happening(/^Logged in after .*, a FRESH start \(/).waitFor();
    await units().first().locator('.response.fine').waitFor();
    await assertAllZero();
    // Chromium tells of each attempt to connect that failed, over either transport.
    complaints = complaints.filter((text) => !FAILED_ATTEMPT.test(text));
  });

  it('says what went wrong first when its checker is shown a gap and a repetition', async () => {
    const real = 'this.checker.unit(seq, items, voids)';
    await page.route('**/app.js', async (route) => {
      const script = await (await route.fetch()).text();
      assert.ok(script.includes(real));
      await route.fulfill({
        contentType: 'text/javascript',
        body: script.replace(real, 'this.checker.unit(seq === 2 ? 3 : seq, items, voids)'),
      });
    });
    await open('gil');
    for (let i = 0; i < 3; i++) await request('Echo');
    await until('#story', 'lost: gil: units between 1 and 3');
    assert.deepEqual(await page.locator('#zero-line dd').allInnerTexts(), ['1', '1', '0', '0']);
    assert.equal(await page.locator('#zero-line').getAttribute('data-tone'), 'bad');
  });

  it('goes on where it was when it is loaded again', async () => {
    await open('gus');
    for (let i = 0; i < 3; i++) await request('Count');
    await page.reload();
    await happening(/^Resumed: FULL$/).waitFor();
    await request('Around');
    await units().first().locator('.seq', { hasText: /^4$/ }).waitFor();
    await assertAllZero();
  });

  it('fits a narrow window and a dark screen', async () => {
    await open('hal');
    await setRate(50);
    await units().nth(60).waitFor();
    await page.click('#cut');
    await happening(/: FULL$/).waitFor();
    await screenshot('page-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await screenshot('page-dark');
    for (const width of [360, 390, 720, 1024]) {
      await page.setViewportSize({ width, height: 844 });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'light' });
    await screenshot('page-narrow');
  });

  it('goes over WebSocket in a browser without WebTransport, and says so', async () => {
    await page.addInitScript(() => {
      Reflect.deleteProperty(globalThis, 'WebTransport');
    });
    await open('ida');
    await request('Around');
    await units().first().locator('.response.fine').waitFor();
    assert.equal(await page.textContent('#transport'), 'WebSocket');
    await page.click('#cut');
    await happening(/^Resumed after .*: FULL$/).waitFor();
    await request('Count');
    await units().filter({ hasText: 'count 1' }).locator('.response.fine').waitFor();
    assert.equal(await page.textContent('#transport'), 'WebSocket');
    await assertAllZero();
  });

  // A game goes on for a while, and pushes to everyone: what counts units stands above.
  it('shows what the players of a zone say and where they are, and the scoreboard of all', async () => {
    const other = await browser!.newPage();
    try {
      await open('ivy');
      await other.goto(`${dev!.state.pageUrl}?player=jon&rate=0`);
      await other.locator('#state', { hasText: 'Connected' }).waitFor();
      for (const each of [page, other]) await each.locator('#chat-empty').waitFor();
      await page.fill('#chat-text', 'who is here?');
      await page.keyboard.press('Enter');
      for (const each of [page, other]) await each.locator('#chat-lines', { hasText: 'ivy who is here?' }).waitFor();
      assert.equal(await page.inputValue('#chat-text'), '');

      await page.locator('#map').focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowUp');
      await other.click('#stroll');
      for (const each of [page, other]) {
        await each.locator('.walker', { hasText: 'ivy' }).waitFor();
        await each.locator('.walker', { hasText: 'jon' }).waitFor();
      }
      await page.locator('.walker.own[style*="left: 45%; top: 45%"]').waitFor();
      await other.click('#stroll');

      for (let i = 0; i < 2; i++) await page.click('#score');
      for (const each of [page, other]) await each.locator('#scores li', { hasText: 'ivy2' }).waitFor();
      await page.locator('#score-note', { hasText: /^Round \d+/ }).waitFor();
      await assertAllZero();
    } finally {
      await other.close();
    }
  });

  it('gets the newest board and all that was said after some seconds away', async () => {
    await open('lea');
    await page.click('#score');
    await page.locator('#score-note', { hasText: /^Round/ }).waitFor();
    await page.fill('#away-seconds', '4');
    await page.click('#away');
    await page.locator('#notice').getByText('Away, back in').waitFor();
    await page.fill('#chat-text', 'said while away');
    await page.keyboard.press('Enter');
    await happening(/^Resumed after .*: FULL$/).waitFor();
    await page.locator('#score-note', { hasText: /; \d+ older boards? never came$/ }).waitFor();
    await page.locator('#chat-lines', { hasText: 'lea said while away' }).waitFor();
    await assertAllZero();
  });

  /** Opens the page as a player, without steady traffic, and waits until the player is in. */
  async function open(player: string): Promise<void> {
    await page.goto(`${dev!.state.pageUrl}?player=${player}&rate=0`);
    await until('#state', 'Connected');
  }

  /** Clicks a request button and waits for its row. */
  async function request(name: string): Promise<void> {
    const before = await page.locator('#units .by-hand').count();
    await page.locator('#requests').getByRole('button', { name }).click();
    await page.waitForFunction((count) => document.querySelectorAll('#units .by-hand').length > count, before);
  }

  /** As often as it takes: a service that runs again is answered for by the gateway until that has found it. */
  async function requestUntilFine(name: string): Promise<void> {
    for (let isFine = false; !isFine;) {
      await request(name);
      const answer = units().first().locator('.response');
      await answer.waitFor();
      isFine = await answer.evaluate((response) => response.classList.contains('fine'));
    }
  }

  /** Requests a second of the steady traffic. */
  async function setRate(perSecond: number): Promise<void> {
    await page.fill('#load', `${rates.indexOf(perSecond)}`);
    await until('#load-text', perSecond === 0 ? 'off' : `${perSecond} / s`);
  }

  /** Waits until the link lane says so. */
  async function summary(text: RegExp): Promise<void> {
    await page.locator('#timeline-summary', { hasText: text }).waitFor({ state: 'attached' });
  }

  /** Waits until what was chosen in the timeline is read out so. */
  async function mark(text: RegExp): Promise<void> {
    await page.locator('#mark-live', { hasText: text }).waitFor({ state: 'attached' });
  }

  /** Buttons and fields that Tab doesn't reach, or that show no focus. */
  function unreachable(): Promise<string[]> {
    return page.evaluate(() => {
      const all = [...document.querySelectorAll<HTMLElement>('button, input, textarea, [tabindex="0"]')];
      const usable = all.filter((one) => one.checkVisibility() && !one.matches(':disabled'));
      return usable.flatMap((one) => {
        one.focus({ focusVisible: true });
        const isShown = getComputedStyle(one).outlineStyle !== 'none';
        return document.activeElement === one && one.tabIndex >= 0 && isShown ? [] : [one.outerHTML];
      });
    });
  }

  function units(): Locator {
    return page.locator('#units .unit');
  }

  function happening(text: RegExp): Locator {
    return page.locator('#units .happening .what', { hasText: text });
  }

  function until(selector: string, text: string): Promise<unknown> {
    return page.waitForFunction(
      ([at, wanted]) => document.querySelector(at!)?.textContent === wanted,
      [selector, text],
    );
  }

  async function assertAllZero(): Promise<void> {
    assert.deepEqual(await page.locator('#zero-line dd').allInnerTexts(), ['0', '0', '0', '0']);
    assert.equal(await page.textContent('#story'), '');
    assert.notEqual(await page.textContent('#checked'), '0');
  }

  async function screenshot(name: string): Promise<void> {
    await page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
  }
});

/** The bundling part of the build, into a directory of this test's own. */
async function bundlePages(to: string): Promise<void> {
  const script = (await import(new URL('../../scripts/bundle-pages.js', import.meta.url).href)) as {
    bundlePages: (to: string) => Promise<void>;
  };
  await script.bundlePages(to);
}
