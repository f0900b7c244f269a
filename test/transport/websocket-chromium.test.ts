import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { systemClock } from '../../lib/clock.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { Admission, defaultAdmissionLimits } from '../../lib/quic/admission.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { WebSocketListener } from '../../lib/transport/websocket-listener.js';
import type { WebSocketListenerOptions } from '../../lib/transport/websocket-listener.js';
import { servePage, type ServedPage } from '../support/served-page.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { launchChromium } from '../support/chromium.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/until.js';

/** How a page's WebSocket went. */
interface Course {
  opened: boolean;
  /** Of each binary message, in order. */
  messages: string[];
  code: number;
  reason: string;
}

const MIB = 1024 * 1024;

describe('WebSocketListener with Chromium', () => {
  let browser: Browser | undefined;
  let served: ServedPage | undefined;
  let page: Page;
  let trusted: TestCertificate;
  let listener: WebSocketListener;
  let accepted: Recorder[];
  /** Called with each connection, before anything has come over it. */
  let onAccept: (recorder: Recorder) => void;

  before(async function () {
    trusted = await makeCertificate();
    browser = await launchChromium(this, trusted);
    served = await servePage();
  });

  after(async () => {
    await browser?.close();
    served?.stop();
  });

  beforeEach(async () => {
    onAccept = () => undefined;
    page = await browser!.newPage();
    await page.goto(served!.url);
  });

  afterEach(async () => {
    await page.close();
    await listener.stop();
  });

  async function listen(options: Partial<WebSocketListenerOptions> = {}, certificate = trusted): Promise<void> {
    accepted = [];
    listener = new WebSocketListener({
      clock: systemClock,
      timers: new TimerWheel(systemClock),
      plain: 'local',
      admission: new Admission(defaultAdmissionLimits),
      // Nobody is admitted here.
      strangerBytes: Infinity,
      ...options,
    });
    listener.setCertificate(certificate);
    await listener.start((connection) => {
      const recorder = new Recorder(connection).open();
      onAccept(recorder);
      accepted.push(recorder);
    });
  }

  function target(scheme: string, host = 'localhost', path = '/gatesvr'): string {
    return `${scheme}://${host}:${listener.address.port}${path}`;
  }

  /** Opens one in the page, sends what is given once it is open, and follows it to its end. */
  function follow(url: string, send: string | number[] = [], protocols: string[] = []): Promise<Course> {
    return page.evaluate(
      ({ url, send, protocols }) => {
        const webSocket = new WebSocket(url, protocols);
        webSocket.binaryType = 'arraybuffer';
        const course: Course = { opened: false, messages: [], code: 0, reason: '' };
        webSocket.onopen = () => {
          course.opened = true;
          if (send.length > 0) webSocket.send(typeof send === 'string' ? send : Uint8Array.from(send));
        };
        webSocket.onmessage = ({ data }) => course.messages.push(new TextDecoder().decode(data as ArrayBuffer));
        return new Promise<Course>((resolve) => {
          webSocket.onclose = ({ code, reason }) => resolve({ ...course, code, reason });
        });
      },
      { url, send, protocols },
    );
  }

  for (const scheme of ['ws', 'wss']) {
    describe(`over ${scheme}`, () => {
      for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
        it(`serves a page at ${host}: messages, last words, close code and reason`, async () => {
          await listen();
          const following = follow(target(scheme, host), [...Buffer.from('hello')]);
          await until(() => accepted[0]?.text === 'hello');
          accepted[0]!.connection.write(Buffer.from('last words'));
          accepted[0]!.connection.close(4505, 'replaced – ersetzt');
          const expected = { opened: true, messages: ['last words'], code: 4505, reason: 'replaced – ersetzt' };
          assert.deepEqual(await following, expected);
          assert.deepEqual(await accepted[0]!.whenClosed(), {
            code: 4505,
            reason: 'replaced – ersetzt',
            remote: false,
          });
        });
      }

      it('loses neither last words nor code in fifty closes', async () => {
        await listen();
        for (let i = 0; i < 50; i++) {
          const following = follow(target(scheme));
          await until(() => accepted.length === i + 1);
          accepted[i]!.connection.write(Buffer.from(`goodbye ${i}`));
          accepted[i]!.connection.close(4001, `reason ${i}`);
          const expected = { opened: true, messages: [`goodbye ${i}`], code: 4001, reason: `reason ${i}` };
          assert.deepEqual(await following, expected);
        }
      });

      it('hears a page close, with code and reason, and a page that is gone', async () => {
        await listen();
        await page.evaluate((url) => {
          const webSocket = new WebSocket(url);
          webSocket.onopen = () => webSocket.close(4711, 'leaving');
        }, target(scheme));
        await until(() => accepted.length === 1);
        assert.deepEqual(await accepted[0]!.whenClosed(), { code: 4711, reason: 'leaving', remote: true });
        void follow(target(scheme)).catch(() => undefined);
        await until(() => accepted.length === 2);
        await page.goto('about:served');
        const { code, remote } = await accepted[1]!.whenClosed();
        assert.deepEqual([code, remote], [0, true]);
      });

      it('joins what one turn writes into one message', async () => {
        await listen();
        const following = follow(target(scheme));
        await until(() => accepted.length === 1);
        const { connection } = accepted[0]!;
        for (const part of ['one ', 'two ', 'three']) connection.write(Buffer.from(part));
        setImmediate(() => {
          connection.write(Buffer.from('later'));
          connection.close(4000, '');
        });
        assert.deepEqual((await following).messages, ['one two three', 'later']);
      });

      it('takes as much as a frame may hold in one message, and gives it', async () => {
        await listen();
        const sending = page.evaluate(
          ({ url, length }) => {
            const webSocket = new WebSocket(url);
            webSocket.binaryType = 'arraybuffer';
            webSocket.onopen = () => webSocket.send(new Uint8Array(length).map((_, i) => i * 31));
            return new Promise<boolean>((resolve) => {
              webSocket.onmessage = ({ data }) => {
                const bytes = new Uint8Array(data as ArrayBuffer);
                resolve(bytes.length === length && bytes.every((byte, i) => byte === ((i * 31) & 255)));
              };
            });
          },
          { url: target(scheme), length: MIB },
        );
        await until(() => accepted[0]?.bytes === MIB);
        assert.equal(accepted[0]!.chunks.length, 1);
        accepted[0]!.connection.write(accepted[0]!.received);
        assert.equal(await sending, true);
      });

      it('makes a page wait while nobody reads, and forgets nothing', async () => {
        await listen();
        onAccept = ({ connection }) => connection.pause();
        const pieces = 200;
        await page.evaluate(
          ({ url, pieces }) => {
            const webSocket = new WebSocket(url);
            Object.assign(globalThis, { webSocket });
            webSocket.onopen = () => {
              for (let i = 0; i < pieces; i++) webSocket.send(new Uint8Array(64 * 1024).fill(i));
            };
          },
          { url: target(scheme), pieces },
        );
        await until(() => accepted.length === 1);
        const [recorder] = accepted as [Recorder];
        const waits = (): Promise<number> =>
          page.evaluate(() => (globalThis as unknown as { webSocket: WebSocket }).webSocket.bufferedAmount);
        await page.waitForFunction(
          () => (globalThis as unknown as { webSocket: WebSocket }).webSocket.bufferedAmount > 0,
        );
        recorder.connection.resume();
        await recorder.until(() => recorder.bytes === pieces * 64 * 1024);
        assert.equal(await waits(), 0);
        assert.ok(recorder.chunks.every((chunk, i) => chunk.length === 64 * 1024 && chunk[0] === i));
      });

      it('refuses text, and says why', async () => {
        await listen();
        const { code, reason } = await follow(target(scheme), 'text');
        assert.equal(code, CloseCode.CLOSE_PROTOCOL);
        assert.equal(reason, 'a text message came: frames travel in binary ones');
      });

      it('turns away pages of other origins, other paths and subprotocols', async () => {
        await listen();
        onAccept = ({ connection }) => connection.close(4000, '');
        const opens = async (path = '/gatesvr', protocols: string[] = []): Promise<boolean> => {
          const { opened } = await follow(target(scheme, 'localhost', path), [], protocols);
          return opened;
        };
        assert.equal(await opens('/other'), false);
        assert.equal(await opens('/gatesvr', ['chat']), false);
        assert.equal(await opens(), true);
        await listener.stop();
        await listen({ origins: ['https://game.example'] });
        assert.equal(await opens(), false);
        assert.equal(listener.counters.refused.origin, 1);
      });
    });
  }

  it('turns away a page without TLS where that is required', async () => {
    await listen({ plain: 'never' });
    assert.equal((await follow(target('ws'))).opened, false);
    assert.equal(listener.counters.refused.plain, 1);
  });

  it('is refused by a page that does not know its certificate', async () => {
    await listen({}, await makeCertificate());
    assert.equal((await follow(target('wss'))).opened, false);
    await until(() => listener.counters.refused.tls > 0);
    assert.equal(accepted.length, 0);
  });
});
