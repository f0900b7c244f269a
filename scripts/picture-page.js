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
  const page = await browser.newPage({ viewport: WIDE, colorScheme: 'light' });
  page.on('pageerror', (error) => console.error(String(error)));
  page.on('console', (message) => console.log(message.text()));
  await page.goto(`${dev.state.pageUrl}?player=ann&rate=10`);
  await state(page, 'Connected');
  await page.waitForTimeout(SHOWN_MS / 3);
  await page.click('#cut');
  await page.locator('.happening .what', { hasText: /FULL$/ }).waitFor();
  await page.waitForTimeout(SHOWN_MS / 6);
  await page.fill('#away-seconds', '3');
  await page.click('#away');
  await page.locator('#notice', { hasText: 'back in' }).waitFor();
  await page.waitForTimeout(2000);
  await picture(page, 'page-cut');
  await page.locator('.happening .what', { hasText: /FULL$/ }).nth(1).waitFor();
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

function state(page, text) {
  return page.locator('#state', { hasText: text }).waitFor();
}

async function picture(page, name) {
  // Two frames, so that charts have been drawn in the colours and the size of now.
  await page.waitForTimeout(250);
  await page.screenshot({ path: join(to, `${name}.png`), animations: 'disabled' });
}
