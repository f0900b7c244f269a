// Takes the pictures of the page that the README shows: `npm run pictures`. Needs Chromium; `-- FOLDER` puts them
// elsewhere than into docs/images.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { runDev } from '../lib/dev/dev.js';
import { bundlePages } from './bundle-pages.js';

const BROWSER_ARGS = ['--no-sandbox', '--headless', '--disable-gpu', '--hide-scrollbars'];
const WIDE = { width: 1280, height: 880 };
const NARROW = { width: 390, height: 844 };
/** What the timeline shows; the pictures are taken when the story has filled it. */
const SHOWN_MS = 12_000;
const ports = { hello: 0, business: 0, zone: 0, gateway: 0, admin: 0, push: 0, page: 0 };

const to = resolve(process.argv[2] ?? fileURLToPath(new URL('../docs/images/', import.meta.url)));
mkdirSync(to, { recursive: true });
const directory = mkdtempSync(join(tmpdir(), 'gatesvr-pictures-'));
const built = join(directory, 'web');
await bundlePages(built);
const dev = await runDev({ ports, directory, page: built, output: new PassThrough().resume() });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: BROWSER_ARGS,
});
try {
  const page = await open('ann', 10);
  const others = [await open('bob', 0), await open('cleo', 0)];
  await play(page, others);
  await page.waitForTimeout(SHOWN_MS / 6);
  await page.click('#cut');
  await verdict(page, /lost once; the last Welcome said FULL/);
  await page.waitForTimeout(SHOWN_MS / 6);
  await page.fill('#away-seconds', '3');
  await page.click('#away');
  await page.locator('#notice', { hasText: 'back in' }).waitFor();
  await say(others[1], 'she will miss nothing');
  await page.waitForTimeout(2000);
  await picture(page, 'page-cut');
  await verdict(page, /lost 2 times; the last Welcome said FULL/);
  await page.click('#order button');
  await page.waitForTimeout(SHOWN_MS / 4);
  await picture(page, 'page-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, 'page-dark');
  await page.setViewportSize(NARROW);
  await page.evaluate(() => globalThis.scrollTo(0, 0));
  await picture(page, 'page-narrow');
  for (const [name, viewport] of [
    ['full', WIDE],
    ['full-narrow', { width: 360, height: 740 }],
  ]) {
    if (process.argv[3] !== 'full') break;
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(to, `${name}.png`), fullPage: true });
  }
} finally {
  await browser.close();
  await dev.stop();
  rmSync(directory, { recursive: true });
}

async function open(player, rate) {
  const page = await browser.newPage({ viewport: WIDE, colorScheme: 'light' });
  page.on('pageerror', (error) => console.error(String(error)));
  page.on('console', (message) => console.log(message.text()));
  await page.goto(`${dev.state.pageUrl}?player=${player}&rate=${rate}`);
  await page.locator('#state', { hasText: 'Connected' }).waitFor();
  return page;
}

/** A game with some talk, so that there is something to see of what services push. */
async function play(page, others) {
  for (const each of [page, ...others]) await each.click('#stroll');
  await say(others[0], 'anybody here?');
  await say(page, 'hello bob, watch me cut my link');
  for (const [each, points] of [
    [page, 4],
    [others[0], 6],
    [others[1], 3],
  ]) {
    for (let i = 0; i < points; i++) await each.click('#score');
  }
}

function verdict(page, text) {
  return page.locator('#timeline-summary', { hasText: text }).waitFor({ state: 'attached' });
}

async function say(page, text) {
  await page.fill('#chat-text', text);
  await page.press('#chat-text', 'Enter');
}

async function picture(page, name) {
  // Two frames, so that charts have been drawn in the colours and the size of now.
  await page.waitForTimeout(250);
  await page.screenshot({ path: join(to, `${name}.png`), animations: 'disabled' });
}
