import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../lib/clock.js';
import { MemoryNetwork } from '../../lib/transport/memory.js';
import type { MemoryNetworkOptions } from '../../lib/transport/memory.js';
import { connectionSuite } from '../conformance/connection-suite.js';
import { FakeClock } from '../support/fake-clock.js';
import { Recorder } from '../support/recorder.js';

const never = new AbortController().signal;

function transportOn(options: Partial<MemoryNetworkOptions>): Parameters<typeof connectionSuite>[1] {
  return () => {
    const network = new MemoryNetwork(systemClock, options);
    const silent = new MemoryNetwork(systemClock);
    silent.reachable = false;
    const inner = network.dialer();
    return Promise.resolve({
      transport: 'memory' as const,
      listener: network.listener('gateway'),
      dialer: {
        transport: inner.transport,
        dial: (url: string, signal: AbortSignal) =>
          url === 'memory://silent' ? silent.dialer().dial(url, signal) : inner.dial(url, signal),
      },
      url: () => 'memory://gateway',
      sameAddress: () => network.listener('gateway'),
      deadUrl: 'memory://nobody',
      silentUrl: 'memory://silent',
      tearDown: () => Promise.resolve(),
    });
  };
}

connectionSuite('memory', transportOn({}));
connectionSuite('memory in small pieces', transportOn({ pipe: { chunkBytes: () => 1000, windowBytes: 8192 } }));
connectionSuite('memory without datagrams', transportOn({ maxDatagramBytes: 0 }));

describe('a wire in memory', () => {
  let clock: FakeClock;
  let network: MemoryNetwork;

  beforeEach(() => {
    clock = new FakeClock();
    network = new MemoryNetwork(clock);
  });

  async function openEnds(): Promise<{ client: Recorder; server: Recorder; wire: (typeof network.wires)[number] }> {
    const listener = network.listener('gateway');
    const accepted: Recorder[] = [];
    await listener.start((connection) => accepted.push(new Recorder(connection)));
    const dialled = network.dialer().dial('memory://gateway', never);
    await clock.run(0);
    const client = new Recorder(await dialled);
    return { client: client.open(), server: accepted[0]!.open(), wire: network.wires.at(-1)! };
  }

  it('delays one direction and leaves the other', async () => {
    const { client, server, wire } = await openEnds();
    wire.up.delayMs = 40;
    client.connection.write(encode('slow'));
    server.connection.write(encode('fast'));
    await clock.run(39);
    assert.equal(server.bytes, 0);
    assert.equal(client.text, 'fast');
    await clock.run(1);
    assert.equal(server.text, 'slow');
  });

  it('keeps bytes in order when the delay falls', async () => {
    const { client, server, wire } = await openEnds();
    wire.up.delayMs = 40;
    client.connection.write(encode('first '));
    await clock.run(0);
    wire.up.delayMs = 0;
    client.connection.write(encode('second'));
    await clock.run(10);
    assert.equal(server.text, '');
    await clock.run(30);
    assert.equal(server.text, 'first second');
  });

  it('tells nobody of a stall, and goes on after it', async () => {
    const { client, server, wire } = await openEnds();
    wire.up.stall();
    wire.down.stall();
    client.connection.write(encode('one'));
    server.connection.close(4001, 'over');
    await clock.run(60_000);
    assert.deepEqual([client.calls, server.calls], [[], ['closed']]);
    wire.up.release();
    wire.down.release();
    await clock.run(0);
    assert.deepEqual(client.closes, [{ code: 4001, reason: 'over', remote: true }]);
  });

  it('fills up during a stall and says so', async () => {
    const { client, server, wire } = await openEnds();
    wire.up.stall();
    while (client.connection.write(new Uint8Array(10_000)));
    assert.equal(client.connection.bufferedBytes, 70_000);
    await clock.run(1000);
    assert.equal(client.drains, 0);
    wire.up.release();
    await clock.run(0);
    assert.equal(client.drains, 1);
    assert.equal(server.bytes, 70_000);
  });

  it('cuts both ends at once and loses what is under way', async () => {
    const { client, server, wire } = await openEnds();
    wire.up.delayMs = 10;
    client.connection.write(encode('lost'));
    await clock.run(5);
    wire.cut();
    await clock.run(100);
    for (const end of [client, server]) {
      assert.deepEqual(end.calls, ['closed']);
      assert.deepEqual(end.closes, [{ code: 0, reason: 'the link broke', remote: true }]);
    }
    assert.equal(network.wires.length, 0);
    assert.equal(clock.pending, 0);
  });

  it('cuts after a number of bytes, in the middle of a write', async () => {
    const { client, server, wire } = await openEnds();
    wire.up.cutAfter(6);
    client.connection.write(encode('four'));
    client.connection.write(encode('eight..'));
    await clock.run(0);
    assert.equal(server.text, 'fourei');
    assert.equal(server.closes.length, 1);
    assert.equal(client.closes.length, 1);
  });

  it('sends what one turn wrote as one piece', async () => {
    const { client, server } = await openEnds();
    for (let i = 0; i < 10; i++) client.connection.write(encode('ab'));
    await clock.run(0);
    assert.equal(server.chunks.length, 1);
  });

  it('waits a second for the end of a peer that does not read, then closes', async () => {
    const { client, server } = await openEnds();
    server.connection.pause();
    client.connection.close(4001, 'going');
    await clock.run(999);
    assert.equal(client.closes.length, 0);
    await clock.run(1);
    assert.equal(client.closes.length, 1);
    assert.deepEqual(server.closes, [{ code: 4001, reason: 'going', remote: true }]);
  });

  it('gives no answer to a dialler while it is unreachable', async () => {
    const listener = network.listener('gateway');
    await listener.start(() => undefined);
    network.reachable = false;
    const giveUp = new AbortController();
    let settled = false;
    const dialling = network
      .dialer()
      .dial('memory://gateway', giveUp.signal)
      .finally(() => (settled = true));
    await clock.run(60_000);
    assert.equal(settled, false);
    giveUp.abort();
    await assert.rejects(dialling);
  });

  it('carries any bytes through any splits, delays and pauses in order', async () => {
    const step = fc.oneof(
      fc.record({ write: fc.integer({ min: 0, max: 5000 }) }),
      fc.record({ delayMs: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ chunkBytes: fc.integer({ min: 1, max: 700 }) }),
      fc.record({ pass: fc.integer({ min: 0, max: 30 }) }),
      fc.constantFrom('pause' as const, 'resume' as const, 'stall' as const, 'release' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        clock = new FakeClock();
        network = new MemoryNetwork(clock, { pipe: { windowBytes: 3000 } });
        const { client, server, wire } = await openEnds();
        let written = 0;
        for (const one of steps) {
          if (one === 'pause') server.connection.pause();
          else if (one === 'resume') server.connection.resume();
          else if (one === 'stall') wire.up.stall();
          else if (one === 'release') wire.up.release();
          else if ('write' in one) {
            client.connection.write(Uint8Array.from({ length: one.write }, (_, i) => (written + i) % 251));
            written += one.write;
          } else if ('delayMs' in one) wire.up.delayMs = one.delayMs;
          else if ('chunkBytes' in one) wire.up.chunkBytes = () => one.chunkBytes;
          else clock.advance(one.pass);
        }
        wire.up.release();
        server.connection.resume();
        clock.advance(10_000);
        assert.equal(server.bytes, written);
        assert.ok(server.received.every((byte, i) => byte === i % 251));
      }),
      { numRuns: 100 },
    );
  });
});

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
