import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type * as Sdk from '../../lib/client/browser.js';
import { connectGateway } from '../../lib/service/service.js';
import type { GatewayClient, PushResult } from '../../lib/service/service.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { launchChromium } from '../support/chromium.js';
import { serveClientPage } from '../support/client-page.js';
import type { ServedPage } from '../support/served-page.js';
import { GatewayStand } from '../support/gateway-stand.js';
import { UdpRelay } from '../support/udp-relay.js';

/** What the page knows: the bundle, the client of the test, and what that has seen. */
declare const gatesvr: typeof Sdk;
declare const client: Sdk.GatesvrClient;
declare const seen: Seen;

interface Seen {
  seqs: number[];
  /** Payloads of the pushes, in the order in which they were delivered. */
  news: string[];
  /** Each with what it was answered. */
  answers: Promise<[asked: string, answer: string]>[];
  answered: number;
  verdicts: string[];
  isOver: boolean;
  /** Asks, and again whenever it is answered, until it is over. */
  keepAsking(): Promise<[asked: string, answer: string]>;
}

/** Requests under way at a time: work for every turn, and far below what a player may have pending. */
const SIDE_BY_SIDE = 8;
/** Pushed when the network is gone and nobody knows yet. */
const INTO_THE_VOID = 20;

describe('a client in Chromium whose network loses UDP', function () {
  this.timeout(180_000);
  let certificate: TestCertificate;
  let browser: Browser | undefined;
  let served: ServedPage | undefined;
  let page: Page;
  let stand: GatewayStand;
  let services: GatewayClient;
  let relay: UdpRelay;
  let executed: string[];
  let pushed: string[];
  let pushes: Promise<PushResult>[];

  before(async function () {
    certificate = await makeCertificate();
    browser = await launchChromium(this, certificate);
    served = await serveClientPage();
  });

  after(async () => {
    await browser?.close();
    served?.stop();
  });

  beforeEach(async () => {
    executed = [];
    pushed = [];
    pushes = [];
    stand = await GatewayStand.start({
      certificate,
      // A dead link is noticed after three of these.
      config: { session: { heartbeatIntervalMs: 1000 } },
      business: {
        step: (request) => {
          const text = request.text();
          executed.push(text);
          push(`during ${text}`);
          return { text: `done ${text}`, before: [{ topic: 'before' }], after: [{ topic: 'after' }] };
        },
      },
    });
    const { listen, push: pushAt } = stand.gateway.addresses;
    services = connectGateway({ address: `127.0.0.1:${pushAt.port}` });
    relay = new UdpRelay(listen.port);
    page = await browser!.newPage();
    page.setDefaultTimeout(0);
    await page.goto(served!.url);
    await open(`https://127.0.0.1:${await relay.start()}/gatesvr`, `wss://127.0.0.1:${listen.port}/gatesvr`);
  });

  afterEach(async () => {
    await page.close();
    await services.close();
    relay.stop();
    await stand.stop();
  });

  it('goes on over WebSocket, returns to WebTransport, and loses nothing on the way', async () => {
    await serves('webtransport');
    await page.evaluate((count) => {
      for (let i = 0; i < count; i++) seen.answers.push(seen.keepAsking());
    }, SIDE_BY_SIDE);
    await answered(50);

    relay.lose = () => true;
    for (let i = 0; i < INTO_THE_VOID; i++) push(`into the void ${i}`);
    await serves('websocket');
    await answered(50);

    relay.lose = () => false;
    await serves('webtransport');
    await answered(50);

    const answers = await page.evaluate(() => {
      seen.isOver = true;
      return Promise.all(seen.answers);
    });
    const outcomes = await Promise.all(pushes);
    await page.waitForFunction((count) => seen.news.length >= count, pushed.length);
    const { news, seqs, verdicts } = await page.evaluate(() => {
      const { news, seqs, verdicts } = seen;
      return { news, seqs, verdicts };
    });

    assert.deepEqual(
      answers.map(([, answer]) => answer),
      answers.map(([asked]) => `200 done ${asked}`),
    );
    assert.deepEqual([...executed].sort(), answers.map(([asked]) => asked).sort());
    assert.ok(outcomes.every(({ outcome }) => outcome === 'delivered' || outcome === 'kept'));
    assert.deepEqual(news, pushed);
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => index + 1),
    );
    assert.equal(seqs.length, pushed.length + executed.length);
    assert.deepEqual(new Set(verdicts), new Set(['FRESH', 'FULL']));
    assert.equal(verdicts.filter((verdict) => verdict === 'FRESH').length, 1);
  });

  function push(text: string): void {
    pushed.push(text);
    pushes.push(services.push({ to: { player: 'ann' }, topic: 'news', text }));
  }

  /** Logs in, over whatever is there first. */
  function open(url: string, webSocketUrl: string): Promise<void> {
    const hash = Buffer.from(certificate.hash).toString('base64');
    return page.evaluate(
      async ({ url, webSocketUrl, hash }) => {
        const made = gatesvr.connect({
          url,
          webSocketUrl,
          token: 'token-of-ann',
          serverCertificateHashes: [hash],
          upgradeMs: 500,
          connectTimeoutMs: 5000,
          backoff: { baseMs: 20 },
        });
        const seen: Seen = {
          seqs: [],
          news: [],
          answers: [],
          answered: 0,
          verdicts: [],
          isOver: false,
          async keepAsking() {
            const asked = `${seen.answers.length}`;
            const reply = await made.request('step', asked);
            seen.answered++;
            if (!seen.isOver) seen.answers.push(seen.keepAsking());
            return [asked, `${reply.code} ${reply.text()}`];
          },
        };
        Object.assign(globalThis, { client: made, seen });
        made.onUnit((seq) => seen.seqs.push(seq));
        made.onNotify('news', (notify) => seen.news.push(notify.text()));
        made.onResume((verdict) => seen.verdicts.push(verdict));
        await made.ready();
      },
      { url, webSocketUrl, hash },
    );
  }

  /** Waits until that transport carries the session. */
  async function serves(transport: string): Promise<void> {
    await page.waitForFunction(
      (wanted) => client.connectionState === 'active' && client.transport === wanted,
      transport,
    );
  }

  /** Waits until so many more requests were answered. */
  async function answered(count: number): Promise<void> {
    const before = await page.evaluate(() => seen.answered);
    await page.waitForFunction((wanted) => seen.answered >= wanted, before + count);
  }
});
