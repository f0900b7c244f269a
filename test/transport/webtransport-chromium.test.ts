import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { systemClock } from '../../lib/clock.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import type { Connection } from '../../lib/transport/transport.js';
import { WebTransportListener } from '../../lib/transport/webtransport-listener.js';
import { servePage, type ServedPage } from '../support/served-page.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { launchChromium } from '../support/chromium.js';
import { quicEngine } from '../support/quic.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/until.js';

describe('WebTransportListener with Chromium', () => {
  let browser: Browser | undefined;
  let served: ServedPage | undefined;
  let page: Page;
  let certificate: TestCertificate;
  let listener: WebTransportListener;
  const accepted: Recorder[] = [];

  before(async function () {
    browser = await launchChromium(this);
    served = await servePage();
  });

  after(async () => {
    await browser?.close();
    served?.stop();
  });

  beforeEach(async () => {
    certificate = await makeCertificate();
    accepted.length = 0;
    await listen();
    page = await browser!.newPage();
    await page.goto(served!.url);
  });

  afterEach(async () => {
    await page.close();
    await listener.stop();
  });

  async function listen(origins?: readonly string[]): Promise<void> {
    const endpoint = new QuicEndpoint({ engine: quicEngine(), clock: systemClock, certificate });
    listener = new WebTransportListener(
      endpoint,
      new TimerWheel(systemClock),
      origins === undefined ? {} : { origins },
    );
    await listener.start((connection: Connection) => {
      const recorder = new Recorder(connection);
      recorder.open();
      accepted.push(recorder);
    });
  }

  function target(host = '127.0.0.1', path = '/gatesvr'): { url: string; hash: number[] } {
    return { url: `https://${host}:${listener.address.port}${path}`, hash: [...certificate.hash] };
  }

  /** @returns what the page has read of the stream before it ended, and how the session closed */
  function readAll(to: { url: string; hash: number[] }): Promise<{ text: string; code?: number; reason?: string }> {
    return page.evaluate(async ({ url, hash }) => {
      const session = new WebTransport(url, {
        serverCertificateHashes: [{ algorithm: 'sha-256', value: Uint8Array.from(hash) }],
      });
      await session.ready;
      const opened = await session.incomingBidirectionalStreams.getReader().read();
      const { readable, writable } = opened.value as WebTransportBidirectionalStream;
      const writer = writable.getWriter();
      await writer.write(new TextEncoder().encode('hello'));
      let text = '';
      const reader = readable.getReader();
      for (;;) {
        const { value, done } = (await reader.read()) as ReadableStreamReadResult<Uint8Array>;
        if (done) break;
        text += new TextDecoder().decode(value);
      }
      // The answer to this end may come before Chromium has said that the end is sent: then close rejects.
      await writer.close().catch(() => undefined);
      const { closeCode, reason } = await session.closed;
      return { text, code: closeCode, reason };
    }, to) as Promise<{ text: string; code?: number; reason?: string }>;
  }

  for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
    it(`serves a session at ${host}: stream, last words, close code and reason`, async () => {
      const reading = readAll(target(host));
      await until(() => accepted[0]?.text === 'hello');
      accepted[0]!.connection.write(new TextEncoder().encode('last words'));
      accepted[0]!.connection.close(4505, 'replaced – ersetzt');
      assert.deepEqual(await reading, { text: 'last words', code: 4505, reason: 'replaced – ersetzt' });
      assert.deepEqual(await accepted[0]!.whenClosed(), { code: 4505, reason: 'replaced – ersetzt', remote: false });
    });
  }

  it('loses neither last words nor code in fifty closes', async () => {
    for (let i = 0; i < 50; i++) {
      const reading = readAll(target());
      await until(() => accepted[i]?.text === 'hello');
      accepted[i]!.connection.write(new TextEncoder().encode(`goodbye ${i}`));
      accepted[i]!.connection.close(4001, `reason ${i}`);
      assert.deepEqual(await reading, { text: `goodbye ${i}`, code: 4001, reason: `reason ${i}` });
    }
  });

  it('hears a page close, with code and reason', async () => {
    await page.evaluate(async ({ url, hash }) => {
      const session = new WebTransport(url, {
        serverCertificateHashes: [{ algorithm: 'sha-256', value: Uint8Array.from(hash) }],
      });
      await session.ready;
      await session.incomingBidirectionalStreams.getReader().read();
      session.close({ closeCode: 4711, reason: 'leaving' });
    }, target());
    await until(() => accepted.length === 1);
    assert.deepEqual(await accepted[0]!.whenClosed(), { code: 4711, reason: 'leaving', remote: true });
  });

  it('carries datagrams both ways', async () => {
    const receiving = page.evaluate(async ({ url, hash }) => {
      const session = new WebTransport(url, {
        serverCertificateHashes: [{ algorithm: 'sha-256', value: Uint8Array.from(hash) }],
      });
      await session.ready;
      const reader = session.datagrams.readable.getReader();
      const writer = session.datagrams.writable.getWriter();
      // Any of them may be lost.
      const sending = setInterval(() => void writer.write(new TextEncoder().encode('ping')), 20);
      const { value } = (await reader.read()) as ReadableStreamReadResult<Uint8Array>;
      clearInterval(sending);
      session.close();
      return new TextDecoder().decode(value);
    }, target());
    await until(() => (accepted[0]?.datagrams.length ?? 0) > 0);
    const recorder = accepted[0]!;
    assert.equal(new TextDecoder().decode(recorder.datagrams[0]), 'ping');
    assert.ok(recorder.connection.maxDatagramBytes > 1000);
    while (recorder.closes.length === 0) {
      recorder.connection.sendDatagram(new TextEncoder().encode('pong'));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(await receiving, 'pong');
  });

  it('turns away pages of other origins, and other paths', async () => {
    const refused = (to: { url: string; hash: number[] }): Promise<string> =>
      page.evaluate(async ({ url, hash }) => {
        const session = new WebTransport(url, {
          serverCertificateHashes: [{ algorithm: 'sha-256', value: Uint8Array.from(hash) }],
        });
        session.closed.catch(() => undefined);
        return session.ready.then(
          () => 'ready',
          () => 'refused',
        );
      }, to);
    assert.equal(await refused(target('127.0.0.1', '/other')), 'refused');
    assert.equal(await refused(target()), 'ready');
    await listener.stop();
    await listen(['https://game.example']);
    assert.equal(await refused(target()), 'refused');
  });
});
