import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { FakeClock } from '../support/fake-clock.js';
import { Accepted, Echo, QuicPair } from '../support/quic.js';
import { UdpRelay } from '../support/udp-relay.js';
import { until } from '../support/until.js';

describe('QuicConnection', () => {
  let pair: QuicPair;
  let relay: UdpRelay | undefined;
  afterEach(async () => {
    relay?.stop();
    relay = undefined;
    await pair.stop();
    assert.deepEqual(pair.faults, []);
    assert.equal(pair.server.connections, 0);
    assert.equal(pair.client.timers.armed, 0);
    assert.equal(pair.server.timers.armed, 0);
  });

  it('carries streams that either side opens, both ways, with their ends', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    const { quic, side } = pair.connect();
    const bidi = quic.openBidi();
    quic.write(bidi, Buffer.from('one '), false);
    quic.write(bidi, Buffer.from('two'), true);
    await until(() => side.ended.has(bidi));
    assert.equal(side.bytes(bidi).toString(), 'one two');

    const server = pair.accepted[0]!.quic;
    const [uni, own] = [server.openUni(), server.openBidi()];
    server.write(uni, Buffer.from('announced'), true);
    server.write(own, Buffer.from('asked'), false);
    await until(() => side.ended.has(uni) && side.bytes(own).length > 0);
    assert.deepEqual([uni, own], [3, 1]);
    assert.equal(side.bytes(uni).toString(), 'announced');
    assert.equal(side.bytes(own).toString(), 'asked');
  });

  it('lets the acknowledgement of a lone datagram wait for something to ride on, but not for long', async () => {
    const clock = new FakeClock(0, Date.now());
    pair = await QuicPair.start(undefined, { clock }, { clock });
    const { quic, side } = pair.connect();
    await until(() => pair.accepted.length === 1 && side.connected);
    // Until nothing of the handshake is left to be said.
    for (let i = 0; i < 50; i++) await aTurn(() => clock.advance(10));
    const { counters } = pair.server;
    const [accepted, before, id] = [pair.accepted[0]!, counters.packetsOut, quic.openBidi()];
    const send = async (text: string): Promise<void> => {
      const length = accepted.bytes(id).length + text.length;
      quic.write(id, Buffer.from(text), false);
      await until(() => accepted.bytes(id).length === length);
      for (let i = 0; i < 5; i++) await aTurn();
    };
    await send('one');
    assert.equal(counters.packetsOut, before);
    clock.advance(10);
    await until(() => counters.packetsOut === before + 1);
    await send('two');
    accepted.quic.write(id, Buffer.from('answer'), false);
    await until(() => side.bytes(id).length > 0);
    assert.equal(counters.packetsOut, before + 2);
    for (let i = 0; i < 5; i++) await aTurn(() => clock.advance(10));
    await send('three');
    assert.equal(counters.packetsOut, before + 2);
    await send('four');
    assert.equal(counters.packetsOut, before + 3);
  });

  it('moves megabytes unharmed', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    const { quic, side } = pair.connect();
    const sent = randomBytes(4 * 1024 * 1024);
    const id = quic.openBidi();
    for (let at = 0; at < sent.length; at += 60_000) quic.write(id, sent.subarray(at, at + 60_000), false);
    quic.write(id, new Uint8Array(0), true);
    await until(() => side.ended.has(id));
    assert.ok(side.bytes(id).equals(sent));
  });

  it('delivers in order what a network lost or held back', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    relay = new UdpRelay(pair.server.address.port);
    const { quic, side } = pair.connect(await relay.start());
    await until(() => side.connected);
    let count = 0;
    relay.lose = () => ++count % 17 === 0;
    const sent = randomBytes(300_000);
    const id = quic.openBidi();
    quic.write(id, Uint8Array.from(sent), true);
    await until(() => side.ended.has(id));
    assert.ok(side.bytes(id).equals(sent));
  });

  it('stops the sender when its reader pauses, with bounded memory, and others go on', async () => {
    pair = await QuicPair.start();
    const { quic, side } = pair.connect();
    await until(() => side.connected);
    await until(() => pair.accepted.length === 1);
    const slow = quic.openBidi();
    quic.write(slow, Buffer.from('x'), false);
    const server = pair.accepted[0]!;
    await until(() => server.bytes(slow).length === 1);
    server.quic.pause(slow);

    const chunk = new Uint8Array(64 * 1024);
    let written = 1;
    while (quic.write(slow, chunk.slice(), false)) written += chunk.length;
    written += chunk.length;
    const other = quic.openBidi();
    quic.write(other, Buffer.from('still here'), true);
    await until(() => server.ended.has(other));
    assert.equal(server.bytes(slow).length, 1, 'a paused stream delivers nothing');
    // Whatever the sender is told to take, no more than the window leaves it.
    while (quic.queuedBytes(slow) < 1024 * 1024) {
      quic.write(slow, chunk.slice(), false);
      written += chunk.length;
    }
    const again = quic.openBidi();
    quic.write(again, Buffer.from('and here'), true);
    await until(() => server.ended.has(again));
    assert.ok(quic.queuedBytes(slow) > 1024 * 1024 - 600 * 1024, 'the queue stays with the sender');
    assert.ok(quic.isFull(slow));

    server.quic.resume(slow);
    await until(() => server.bytes(slow).length === written);
    await until(() => side.drains.includes(slow));
    assert.ok(!quic.isFull(slow));
    assert.equal(quic.queuedBytes(slow), 0);
  });

  it('closes a connection whose writer never waits', async () => {
    pair = await QuicPair.start(undefined, {}, { connection: { maxQueuedBytes: 1_000_000 } });
    const { quic, side } = pair.connect();
    const id = quic.openBidi();
    for (let i = 0; i < 20; i++) quic.write(id, new Uint8Array(100_000), false);
    await until(() => side.close !== undefined);
    assert.equal(side.close?.reason, 'too much is waiting to be sent');
    assert.equal(pair.client.counters.ended.writeQueue, 1);
  });

  it('asks a peer that is silent, and sends again what was lost', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    relay = new UdpRelay(pair.server.address.port);
    const { quic, side } = pair.connect(await relay.start());
    await until(() => side.connected);
    const id = quic.openBidi();
    let sent = 0;
    // Now and then the engine is first, on a machine that has other things to do.
    while (pair.client.counters.probes === 0) {
      quic.write(id, Buffer.from('x'), false);
      await until(() => side.bytes(id).length === sent + 1);
      let losses = 1;
      relay.lose = (towardsServer) => towardsServer && losses-- > 0;
      quic.write(id, Buffer.from('x'), false);
      sent += 2;
      await until(() => side.bytes(id).length === sent);
      relay.lose = () => false;
    }
  });

  it('carries datagrams, and says how large they may be', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    const { quic, side } = pair.connect();
    assert.equal(quic.maxDatagramBytes, 0);
    assert.equal(quic.sendDatagram(Buffer.from('too early')), false);
    await until(() => side.connected);
    const largest = randomBytes(quic.maxDatagramBytes);
    assert.ok(largest.length > 1200);
    assert.equal(quic.sendDatagram(Buffer.alloc(largest.length + 1)), false);
    assert.equal(quic.sendDatagram(largest), true);
    assert.equal(quic.sendDatagram(Buffer.from('small')), true);
    await until(() => side.datagrams.length === 2);
    assert.ok(side.datagrams[0]!.equals(largest));
  });

  it('refuses datagrams when too many wait', async () => {
    pair = await QuicPair.start();
    const { quic, side } = pair.connect();
    await until(() => side.connected);
    let taken = 0;
    while (quic.sendDatagram(Buffer.from('x'))) taken++;
    assert.equal(taken, 64);
  });

  it('tells of resets and stops, with their codes', async () => {
    pair = await QuicPair.start();
    const { quic, side } = pair.connect();
    const id = quic.openBidi();
    quic.write(id, Buffer.from('begun'), false);
    await until(() => pair.accepted[0]?.bytes(id).length === 5);
    const server = pair.accepted[0]!;

    quic.reset(id, 0x52e4a40fa8db);
    await until(() => server.resets.length === 1);
    assert.deepEqual(server.resets, [[id, 0x52e4a40fa8db]]);
    server.quic.write(id, Buffer.from('half is left'), false);
    await until(() => side.bytes(id).length > 0);

    quic.stopSending(id, 42);
    await until(() => server.stops.length === 1);
    assert.deepEqual(server.stops, [[id, 42]]);
    assert.equal(server.quic.write(id, Buffer.from('dropped'), false), true);
    assert.equal(server.quic.queuedBytes(id), 0);
    assert.deepEqual(side.resets, [], 'who stopped reading hears no more');
  });

  it('drops what is queued when the peer stops a stream in the middle', async () => {
    pair = await QuicPair.start();
    const { quic } = pair.connect();
    const id = quic.openBidi();
    quic.write(id, new Uint8Array(2 * 1024 * 1024), false);
    await until(() => pair.accepted[0]?.received.has(id) === true);
    pair.accepted[0]!.quic.pause(id);
    pair.accepted[0]!.quic.stopSending(id, 7);
    await until(() => quic.queuedBytes(id) === 0);
  });

  it('lets streams beyond the peer’s limit wait for their turn', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic), { transport: { peerStreams: 4 } });
    const { quic, side } = pair.connect();
    const ids = Array.from({ length: 40 }, () => quic.openBidi());
    for (const id of ids) quic.write(id, Buffer.from(`stream ${id}`), true);
    await until(() => ids.every((id) => side.ended.has(id)));
    for (const id of ids) assert.equal(side.bytes(id).toString(), `stream ${id}`);
  });

  it('carries hundreds of streams at a time', async () => {
    const transport = { peerStreams: 300 };
    pair = await QuicPair.start((quic) => new Echo(quic), { transport }, { transport });
    const { quic, side } = pair.connect();
    const ids = Array.from({ length: 300 }, () => quic.openBidi());
    for (const id of ids) quic.write(id, Buffer.from('a'), false);
    await until(() => ids.every((id) => side.bytes(id).length === 1));
    for (const id of ids) quic.write(id, Buffer.from('b'), true);
    await until(() => ids.every((id) => side.ended.has(id)));
  });

  it('tells both sides of a close, once, with code and reason', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    const { quic, side } = pair.connect();
    const id = quic.openBidi();
    quic.write(id, Buffer.from('x'), false);
    await until(() => side.bytes(id).length === 1);
    quic.close(0x100, 'enough');
    quic.close(0x101, 'more than enough');
    quic.write(quic.openBidi(), Buffer.from('too late'), true);
    await until(() => side.close !== undefined && pair.accepted[0]!.close !== undefined);
    const close = { application: true, errorCode: 0x100, reason: 'enough' };
    assert.deepEqual(side.close, { ...close, remote: false });
    assert.deepEqual(pair.accepted[0]!.close, { ...close, remote: true });
    await until(() => pair.server.connections === 0 && pair.client.connections === 0);
  });

  it('ends a connection that is closed before the peer’s handshake is known to be done', async () => {
    pair = await QuicPair.start();
    for (let i = 0; i < 20; i++) {
      const { quic, side } = pair.connect();
      await until(() => side.connected);
      quic.close(0x100, 'never mind');
      await until(() => side.close !== undefined);
      assert.deepEqual(side.close, { application: true, errorCode: 0x100, reason: 'never mind', remote: false });
      await until(() => pair.accepted.length === i + 1 && pair.accepted[i]!.close !== undefined);
      assert.equal(pair.accepted[i]!.close?.reason, 'never mind');
    }
  });

  it('repeats its close to a peer that hasn’t heard it', async () => {
    pair = await QuicPair.start();
    relay = new UdpRelay(pair.server.address.port);
    let passed = 0;
    let cut = false;
    relay.lose = (towardsServer) => {
      if (!towardsServer) passed++;
      return !towardsServer && cut;
    };
    const { quic, side } = pair.connect(await relay.start());
    await until(() => pair.accepted.length === 1 && side.connected);
    cut = true;
    pair.accepted[0]!.quic.close(5, 'gone');
    await until(() => pair.accepted[0]!.close !== undefined && passed === pair.server.counters.packetsOut);
    assert.ok(side.close === undefined);
    cut = false;
    quic.write(quic.openBidi(), Buffer.from('hello?'), false);
    await until(() => side.close !== undefined);
    assert.deepEqual(side.close, { application: true, errorCode: 5, reason: 'gone', remote: true });
  });

  it('ends when nothing is heard for the idle timeout', async () => {
    pair = await QuicPair.start(undefined, { transport: { idleTimeoutMs: 200 } });
    const { side } = pair.connect();
    await until(() => side.connected && side.close !== undefined && pair.accepted[0]?.close !== undefined);
    assert.equal(side.close?.remote, true);
    assert.equal(pair.accepted[0]?.close?.reason, 'nothing heard in time');
    await until(() => pair.server.connections === 0 && pair.client.connections === 0);
    assert.equal(pair.server.counters.ended.idle, 1);
  });

  it('gives up a handshake that nobody answers', async () => {
    pair = await QuicPair.start(undefined, {}, { connection: { handshakeTimeoutMs: 100 } });
    relay = new UdpRelay(pair.server.address.port);
    relay.lose = () => true;
    const { side } = pair.connect(await relay.start());
    await until(() => side.close !== undefined);
    assert.equal(side.close?.reason, 'the handshake took too long');
    await until(() => pair.client.connections === 0);
  });

  it('closes the connection of a handler that throws, and no other', async () => {
    class Thrower extends Accepted {
      override streamData(): void {
        throw new Error('a bug');
      }
    }
    pair = await QuicPair.start((quic) => (pair.accepted.length === 0 ? new Thrower(quic) : new Echo(quic)));
    const bad = pair.connect();
    await until(() => pair.accepted.length === 1);
    const good = pair.connect();
    bad.quic.write(bad.quic.openBidi(), Buffer.from('x'), false);
    const id = good.quic.openBidi();
    good.quic.write(id, Buffer.from('x'), true);
    await until(() => bad.side.close !== undefined && good.side.ended.has(id));
    assert.equal(good.side.close, undefined);
    assert.equal(pair.faults.length, 1);
    pair.faults.length = 0;
  });

  it('closes a connection that brings much and nothing for any stream, and serves the others', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    relay = new UdpRelay(pair.server.address.port);
    const bad = pair.connect(await relay.start());
    const good = pair.connect();
    bad.quic.write(bad.quic.openBidi(), new Uint8Array(10_000), false);
    const id = good.quic.openBidi();
    good.quic.write(id, Buffer.from('one '), false);
    await until(() => pair.accepted.length === 2 && good.side.bytes(id).length === 4);

    // The engine throws away what it has seen before: bytes that count as received and reach nobody.
    let before = pair.server.counters.packetsIn;
    let replayed = 0;
    while (pair.server.counters.ended.junk === 0) {
      for (let i = 0; i < 50; i++) relay.replay();
      replayed += 50;
      before += 50;
      await until(() => pair.server.counters.packetsIn >= before || pair.server.counters.ended.junk > 0);
    }
    assert.ok(replayed > 1_000 && replayed < 1_600, `${replayed} datagrams`);
    await until(() => bad.side.close !== undefined);
    good.quic.write(id, Buffer.from('two'), true);
    await until(() => good.side.ended.has(id));
    assert.equal(good.side.bytes(id).toString(), 'one two');
  });

  it('survives ten changes of the client’s address', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    relay = new UdpRelay(pair.server.address.port);
    const { quic, side } = pair.connect(await relay.start());
    const id = quic.openBidi();
    let expected = '';
    for (let change = 0; change < 10; change++) {
      const text = `after ${change} changes `;
      expected += text;
      quic.write(id, Buffer.from(text), false);
      await until(() => side.bytes(id).length === expected.length);
      await relay.rebind();
    }
    assert.equal(side.bytes(id).toString(), expected);
    assert.equal(side.close, undefined);
  });

  it('closes a connection that has used up its address changes, so that the client may come again', async () => {
    const transport = { activeConnectionIdLimit: 3 };
    pair = await QuicPair.start((quic) => new Echo(quic), { transport }, { transport });
    relay = new UdpRelay(pair.server.address.port);
    const { quic } = pair.connect(await relay.start());
    const id = quic.openBidi();
    quic.write(id, Buffer.from('x'), false);
    await until(() => pair.accepted.length === 1);
    const server = pair.accepted[0]!;
    while (server.close === undefined) {
      await relay.rebind();
      const before = pair.server.counters.packetsIn;
      quic.write(id, Buffer.from('x'), false);
      await until(() => pair.server.counters.packetsIn > before || server.close !== undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(server.close.reason, 'too many address changes');
    assert.equal(pair.server.counters.ended.addressChanges, 1);
  });

  it('leaves nothing behind after 500 connections', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    for (let round = 0; round < 50; round++) {
      const batch = Array.from({ length: 10 }, () => pair.connect());
      await until(() => batch.every(({ side }) => side.connected));
      for (const [index, { quic }] of batch.entries()) if (index % 2 === 0) quic.close(0, '');
      await until(() => batch.every(({ side }, index) => index % 2 === 1 || side.close !== undefined));
      for (const { quic } of batch) quic.close(0, '');
    }
    await until(() => pair.client.connections === 0 && pair.server.connections === 0);
    assert.equal(pair.server.counters.established, 500);
    assert.equal(pair.server.counters.open, 0);
    assert.equal(pair.server.counters.handshaking, 0);
    assert.equal(pair.server.timers.armed, 0);
  });
});

/** One turn of the event loop. */
function aTurn(act: () => void = () => undefined): Promise<void> {
  act();
  return new Promise((resolve) => setImmediate(resolve));
}
