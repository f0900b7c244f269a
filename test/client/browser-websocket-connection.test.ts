import assert from 'node:assert/strict';
import { BrowserWebSocketConnection } from '../../lib/client/browser-websocket-connection.js';
import { FakeClock } from '../support/fake-clock.js';
import { Recorder } from '../support/recorder.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What a connection uses of a browser's WebSocket; the test is its network. */
class FakeWebSocket {
  readonly sent: Uint8Array[] = [];
  readonly closes: unknown[][] = [];
  bufferedAmount = 0;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
    this.bufferedAmount += bytes.length;
  }

  close(...why: unknown[]): void {
    this.closes.push(why);
  }

  receive(text: string | ArrayBuffer): void {
    this.onmessage?.({ data: typeof text === 'string' ? new TextEncoder().encode(text).buffer : text });
  }

  end(code: number, reason = ''): void {
    this.onclose?.({ code, reason });
  }
}

describe('a browser’s WebSocket as a Connection', () => {
  let clock: FakeClock;
  let webSocket: FakeWebSocket;
  let connection: BrowserWebSocketConnection;
  let recorder: Recorder;

  beforeEach(() => {
    clock = new FakeClock();
    webSocket = new FakeWebSocket();
    const peer = { address: 'localhost', port: 8453 };
    connection = new BrowserWebSocketConnection(webSocket as unknown as WebSocket, peer, clock);
    recorder = new Recorder(connection);
  });

  afterEach(() => assert.equal(clock.pending, 0));

  /** Opened, and the turn over. */
  async function open(): Promise<void> {
    recorder.open();
    await clock.run(0);
  }

  const sentTexts = (): string[] => webSocket.sent.map((bytes) => new TextDecoder().decode(bytes));

  describe('writes', () => {
    it('as one message what one turn writes', async () => {
      await open();
      connection.write(Buffer.from('one '));
      connection.write(new Uint8Array(0));
      connection.write(Buffer.from('two'));
      assert.equal(connection.bufferedBytes, 7);
      assert.deepEqual(sentTexts(), []);
      await clock.run(0);
      connection.write(Buffer.from('later'));
      await clock.run(0);
      assert.deepEqual(sentTexts(), ['one two', 'later']);
    });

    it('no message longer than one frame and 64 KiB', async () => {
      await open();
      for (const length of [40 * KIB, 40 * KIB, MIB]) connection.write(new Uint8Array(length));
      await clock.run(0);
      assert.deepEqual(
        webSocket.sent.map(({ length }) => length),
        [40 * KIB, 40 * KIB, MIB],
      );
      webSocket.bufferedAmount = 0;
      await clock.run(20);
    });

    it('until the browser has too much, and goes on when most of it is gone', async () => {
      await open();
      assert.equal(connection.write(new Uint8Array(64 * KIB)), true);
      assert.equal(connection.write(new Uint8Array(1)), false);
      await clock.run(100);
      webSocket.bufferedAmount = 17 * KIB;
      await clock.run(100);
      assert.equal(recorder.drains, 0);
      webSocket.bufferedAmount = 16 * KIB;
      await clock.run(20);
      assert.equal(recorder.drains, 1);
    });
  });

  describe('reads', () => {
    it('what came before it was opened, in order', async () => {
      webSocket.receive('one ');
      recorder.open();
      webSocket.receive('two ');
      assert.deepEqual(recorder.calls, []);
      await clock.run(0);
      webSocket.receive('three');
      assert.equal(recorder.text, 'one two three');
    });

    it('nothing while it pauses, also when it pauses in between', async () => {
      await open();
      connection.pause();
      webSocket.receive('one ');
      webSocket.receive('two ');
      assert.equal(recorder.bytes, 0);
      recorder.onData = () => connection.pause();
      connection.resume();
      assert.equal(recorder.text, 'one ');
      recorder.onData = () => undefined;
      connection.resume();
      webSocket.receive('three');
      assert.equal(recorder.text, 'one two three');
    });

    it('no more than 16 MiB while it pauses: then the link is dropped, with the reason', async () => {
      await open();
      connection.pause();
      for (let i = 0; i < 16; i++) webSocket.receive(new ArrayBuffer(MIB));
      assert.deepEqual(webSocket.closes, []);
      webSocket.receive('one more');
      await clock.run(0);
      assert.equal(webSocket.closes.length, 1);
      const { code, reason } = recorder.closes[0]!;
      assert.equal(code, 0);
      assert.match(reason, /over 16777216 bytes came while nobody read/);
    });

    it('no text', async () => {
      await open();
      webSocket.onmessage?.({ data: 'text' });
      await clock.run(0);
      assert.equal(recorder.bytes, 0);
      assert.match(recorder.closes[0]!.reason, /a text message came/);
    });
  });

  describe('closes', () => {
    it('after what was written, with code and reason, and is over when the other side answers', async () => {
      await open();
      connection.write(Buffer.from('last words'));
      connection.close(4508, 'leaving');
      assert.deepEqual(sentTexts(), ['last words']);
      assert.deepEqual(webSocket.closes, [[4508, 'leaving']]);
      webSocket.receive('too late');
      connection.write(Buffer.from('too late'));
      webSocket.end(4508, 'leaving');
      await clock.run(0);
      assert.deepEqual(recorder.closes, [{ code: 4508, reason: 'leaving', remote: false }]);
      assert.deepEqual([recorder.bytes, webSocket.sent.length], [0, 1]);
    });

    it('without waiting for the other side longer than 1 s', async () => {
      await open();
      connection.close(4508, 'leaving');
      await clock.run(999);
      assert.equal(recorder.closes.length, 0);
      await clock.run(1);
      assert.deepEqual(recorder.closes, [{ code: 4508, reason: 'leaving', remote: false }]);
      webSocket.end(1006);
      await clock.run(0);
      assert.equal(recorder.closes.length, 1);
    });

    it('with 1000 for a code that pages may not use, and as much of the reason as fits', async () => {
      await open();
      connection.close(0, 'ä'.repeat(100));
      assert.deepEqual(webSocket.closes, [[1000, 'ä'.repeat(61)]]);
      webSocket.end(1000);
      await clock.run(0);
      assert.equal(recorder.closes[0]!.code, 0);
    });

    for (const [what, code, reason, seen] of [
      ['the gateway’s code', 4505, 'REPLACED', { code: 4505, reason: 'REPLACED', remote: true }],
      ['a broken link', 1006, '', { code: 0, reason: 'WebSocket close code 1006', remote: true }],
      ['a proxy’s word', 1001, 'going away', { code: 0, reason: 'going away', remote: true }],
    ] as const) {
      it(`when the other side does: ${what}`, async () => {
        await open();
        webSocket.end(code, reason);
        await clock.run(0);
        assert.deepEqual(recorder.closes, [seen]);
        connection.close(4508, 'too late');
        connection.abort();
        await clock.run(0);
        assert.equal(recorder.closes.length, 1);
      });
    }

    it('at once on abort, without what waits', async () => {
      await open();
      connection.write(Buffer.from('never sent'));
      connection.abort();
      await clock.run(0);
      assert.deepEqual(recorder.closes, [{ code: 0, reason: 'aborted', remote: false }]);
      assert.deepEqual([webSocket.sent.length, webSocket.closes.length], [0, 1]);
    });

    it('and tells one that opens only afterwards', async () => {
      webSocket.receive('words');
      webSocket.end(4001, 'DRAINING');
      recorder.open();
      await clock.run(0);
      assert.deepEqual(recorder.closes, [{ code: 4001, reason: 'DRAINING', remote: true }]);
    });
  });
});
