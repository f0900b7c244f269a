import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type * as Sdk from '../../lib/client/browser.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { launchChromium } from '../support/chromium.js';
import { serveClientPage } from '../support/client-page.js';
import type { ServedPage } from '../support/served-page.js';
import { echoes, startGatewayOfBoth } from '../support/quic-gateway.js';
import type { GatewayOfBoth } from '../support/quic-gateway.js';
import { until } from '../support/until.js';

/** What the page knows: the bundle, and the client of the test. */
declare const gatesvr: typeof Sdk;
declare const client: Sdk.GatesvrClient;
declare const texts: string[];

for (const transport of ['webtransport', 'websocket'] as const) {
  describe(`the client for browsers, in Chromium, over ${transport}`, () => {
    let browser: Browser | undefined;
    let served: ServedPage | undefined;
    let page: Page;
    let server: GatewayOfBoth;

    before(async function () {
      browser = await launchChromium(this);
      served = await serveClientPage();
    });

    after(async () => {
      await browser?.close();
      served?.stop();
    });

    beforeEach(async () => {
      server = await startGatewayOfBoth();
      echoes(server);
      page = await browser!.newPage();
      await page.goto(served!.url);
      await page.evaluate(
        async ({ url, webSocketUrl, hash, transport }) => {
          const made = gatesvr.connect({
            url,
            webSocketUrl,
            serverCertificateHashes: [hash],
            transports: [transport],
            backoff: { baseMs: 20 },
          });
          Object.assign(globalThis, { client: made });
          await made.ready();
        },
        { url: server.url, webSocketUrl: server.webSocketUrl, hash: server.certificateHash, transport },
      );
    });

    afterEach(async () => {
      await page.close();
      await server.gateway.listener.stop();
    });

    it('logs in, asks, is answered, and resumes after a cut', async () => {
      const seen = await page.evaluate(async () => {
        const before = await client.request('echo', { a: 1 });
        client.dropLink();
        const after = await client.request('echo', 'while away');
        return [gatesvr.isSupported(), client.transport, before.json(), after.text(), client.counters.resumes.FULL];
      });
      assert.deepEqual(seen, [true, transport, { a: 1 }, 'while away', 1]);
      assert.equal(server.gateway.last.hello.lastServerSeq, 1);
    });

    it('carries large payloads and many at once', async () => {
      const fine = await page.evaluate(async () => {
        const large = new Uint8Array(900_000).map((_, i) => i * 31);
        const [one, ...many] = await Promise.all([
          client.request('echo', large.slice()),
          ...Array.from({ length: 200 }, (_, i) => client.request('echo', `${i}`)),
        ]);
        return [
          one.payload.length === large.length && one.payload.every((byte, i) => byte === large[i]),
          many.every((reply, i) => reply.text() === `${i}`),
        ];
      });
      assert.deepEqual(fine, [true, true]);
    });

    it('sees the last units before a close, its code and its reason', async () => {
      await page.evaluate(() => {
        Object.assign(globalThis, { texts: [] });
        client.onNotify('news', (notify) => texts.push(notify.text()));
      });
      const session = server.gateway.last;
      for (let seq = 1; seq <= 50; seq++) session.notify(seq, `${seq}`);
      session.connection.close(CloseCode.CLOSE_REPLACED, 'REPLACED');
      const ending = await page.evaluate(async () => {
        const { code, reason } = await client.closed;
        return { texts, code, reason };
      });
      assert.deepEqual(ending, {
        texts: Array.from({ length: 50 }, (_, i) => `${i + 1}`),
        code: CloseCode.CLOSE_REPLACED,
        reason: 'REPLACED',
      });
    });

    if (transport === 'webtransport')
      it('takes datagrams', async () => {
        await page.evaluate(() => {
          Object.assign(globalThis, { texts: [] });
          client.onNotify('position', (notify) => texts.push(`${notify.seq} ${notify.text()}`));
        });
        // seq 0, delivery { items: [notify { topic: 'position', payload: 'x=1' }] }, without length prefix.
        const notify = [0x0a, 8, ...Buffer.from('position'), 0x12, 3, ...Buffer.from('x=1')];
        const item = [0x12, notify.length, ...notify];
        const delivery = [0x0a, item.length, ...item];
        const frame = Uint8Array.from([0x22, delivery.length, ...delivery]);
        // Datagrams may be lost: until one has arrived.
        let seen: string[] = [];
        while (seen.length === 0) {
          server.gateway.last.connection.sendDatagram(frame.slice());
          seen = await page.evaluate(() => texts);
        }
        assert.equal(seen[0], '0 x=1');
      });

    it('says Bye on close, and the gateway hears the code', async () => {
      const session = server.gateway.last;
      await page.evaluate(() => client.close({ logout: true }));
      await until(() => session.closes.length === 1);
      assert.equal(session.of('bye').length, 1);
      assert.equal(session.closes[0]!.code, CloseCode.CLOSE_LOGOUT);
    });
  });
}
