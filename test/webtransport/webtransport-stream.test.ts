import assert from 'node:assert/strict';
import { http3Code, toHttp3Code } from '../../lib/webtransport/http3-error.js';
import { concat, hex } from './bytes.js';
import type { WebTransportStream } from '../../lib/webtransport/webtransport-stream.js';
import { bytesOf, establish, FakeWire, SessionLog, textOf } from './fake-wire.js';
import { connectFields, headersFrame, RawPeer, serverSession, serverStream, streamOf } from './peer.js';

describe('Streams of a WebTransport session', () => {
  it('pass on the very bytes that came, uncopied', () => {
    const peer = new RawPeer('server').settings().send(0, headersFrame(connectFields));
    const seen: Uint8Array[] = [];
    peer.requests[0]!.accept().setHandler({
      streamOpened: (stream) =>
        stream.setHandler({ data: (bytes) => seen.push(bytes), reset: () => undefined, stopped: () => undefined }),
      datagram: (bytes) => seen.push(bytes),
      closed: () => undefined,
    });
    const chunks = [bytesOf('first'), bytesOf('second')];
    peer.send(4, streamOf(0));
    for (const chunk of chunks) peer.send(4, chunk);
    const datagram = hex('00 61 62');
    peer.connection.datagram(datagram);
    assert.equal(seen[0], chunks[0]);
    assert.equal(seen[1], chunks[1]);
    assert.equal(seen[2]!.buffer, datagram.buffer);
  });

  it('hand on the very bytes that were written', () => {
    const wire = new FakeWire();
    const { serverSession: server } = establish(wire);
    const stream = server.openBidi();
    const bytes = bytesOf('written');
    stream.write(bytes, false);
    const last = wire.serverEnd.outbox.at(-1)!;
    assert.equal(last.kind === 'data' && last.bytes, bytes);
  });

  it('begin right, whatever the output does to the bytes it was given before', () => {
    const wire = new FakeWire();
    const { serverSession: server, clientLog } = establish(wire);
    server.openBidi();
    for (const parcel of wire.serverEnd.outbox.splice(0)) if (parcel.kind === 'data') parcel.bytes.fill(0xff);
    server.openBidi().write(bytesOf('x'), true);
    wire.run();
    assert.deepEqual(clientLog.lines, ['stream 5', "fin 5 'x'"]);
  });

  it('that are stopped before their first bytes have all come say so', () => {
    const peer = new RawPeer('server');
    const log = serverSession(peer);
    peer.send(4, streamOf(0).subarray(0, 1));
    peer.end.deliver(peer.connection, { kind: 'stop', id: 4, code: toHttp3Code(9) });
    peer.send(4, streamOf(0).subarray(1));
    assert.deepEqual(log.lines, ['stream 4', 'stopped 4 9']);
  });

  it('carry resets and stops with the application codes', () => {
    const wire = new FakeWire();
    const { clientSession, clientLog, serverLog } = establish(wire);
    const stream = clientSession.openBidi();
    clientLog.follow(stream);
    wire.run();
    stream.reset(0xffff_ffff);
    wire.run();
    serverLog.streams[0]!.reset(30);
    wire.run();
    const second = clientSession.openBidi();
    clientLog.follow(second);
    second.stopSending(31);
    wire.run();
    assert.deepEqual(serverLog.lines, ['stream 4', 'reset 4 4294967295', 'stream 8', 'stopped 8 31']);
    assert.deepEqual(clientLog.lines, ['reset 4 30']);
  });

  it('tell code 0 for a code outside the range of applications', () => {
    const peer = new RawPeer('server');
    const log = serverSession(peer);
    peer.send(4, streamOf(0));
    peer.connection.streamReset(4, http3Code.INTERNAL_ERROR);
    assert.deepEqual(log.lines, ['stream 4', 'reset 4 0']);
  });

  it('say nothing more after they were stopped, and drop what is written to them after they were reset', () => {
    const peer = new RawPeer('server');
    const log = serverSession(peer);
    peer.send(4, streamOf(0, 'a'));
    const stream = log.streams[0]!;
    stream.stopSending(1);
    stream.reset(2);
    stream.write(bytesOf('x'), true);
    stream.stopSending(3);
    assert.deepEqual(log.lines, ['stream 4']);
    assert.deepEqual(peer.on(4), {
      bytes: new Uint8Array(0),
      fin: false,
      reset: toHttp3Code(2),
      stopped: toHttp3Code(1),
    });
  });

  it('wait with what has come until a handler is set', () => {
    const peer = new RawPeer('server').settings().send(0, headersFrame(connectFields));
    const session = peer.requests[0]!.accept();
    const log = { lines: [] as string[] };
    session.setHandler({
      streamOpened: (stream) => {
        peer.send(8, streamOf(0));
        if (stream.id !== 4) return;
        peer.send(4, bytesOf('a')).send(4, bytesOf('b'), true);
        stream.setHandler({
          data: (bytes, fin) => log.lines.push(`${textOf(bytes)} ${fin}`),
          reset: () => undefined,
          stopped: () => undefined,
        });
      },
      datagram: () => undefined,
      closed: () => undefined,
    });
    peer.send(4, streamOf(0));
    assert.deepEqual(log.lines, ['a false', 'b true']);
  });

  it('give back what was kept for them when a handler is set', () => {
    const peer = new RawPeer('server', { maxEarlyBytes: 500 }).settings().send(0, headersFrame(connectFields));
    const lines: string[] = [];
    peer.requests[0]!.accept().setHandler({
      streamOpened: (stream) => {
        peer.send(stream.id, bytesOf('x'.repeat(400)));
        stream.setHandler({
          data: (bytes) => lines.push(`${stream.id} ${bytes.length}`),
          reset: () => lines.push('reset'),
          stopped: () => lines.push('stopped'),
        });
      },
      datagram: () => undefined,
      closed: () => undefined,
    });
    for (const id of [4, 8, 12]) peer.send(id, streamOf(0));
    assert.deepEqual(lines, ['4 400', '8 400', '12 400']);
  });

  it('give back what was kept for them when they are refused', () => {
    const peer = new RawPeer('server', { maxEarlyBytes: 500 }).settings().send(0, headersFrame(connectFields));
    const refused: number[] = [];
    peer.requests[0]!.accept().setHandler({
      streamOpened: (stream) => {
        peer.send(stream.id, bytesOf('x'.repeat(400)), true);
        assert.equal(peer.on(stream.id).reset, undefined);
        stream.stopSending(0);
        stream.reset(0);
        refused.push(stream.id);
      },
      datagram: () => undefined,
      closed: () => undefined,
    });
    for (const id of [4, 8, 12]) peer.send(id, streamOf(0));
    assert.deepEqual(refused, [4, 8, 12]);
  });

  it('without a handler tell one that is set too late that bytes are missing', () => {
    const peer = new RawPeer('server', { maxEarlyBytes: 500 });
    let stream: WebTransportStream | undefined;
    peer.settings().send(0, headersFrame(connectFields));
    peer.requests[0]!.accept().setHandler({
      streamOpened: (opened) => (stream = opened),
      datagram: () => undefined,
      closed: () => undefined,
    });
    peer.send(4, streamOf(0, 'x'.repeat(400))).send(4, bytesOf('x'.repeat(400)), true);
    const lines: string[] = [];
    stream!.setHandler({
      data: () => lines.push('data'),
      reset: (code) => lines.push(`reset ${code}`),
      stopped: () => lines.push('stopped'),
    });
    assert.deepEqual(lines, ['reset 0']);
  });

  it('are refused at the client when they name a session it never asked for', () => {
    const peer = new RawPeer('client').settings().send(serverStream.bidi, streamOf(0));
    assert.equal(peer.on(serverStream.bidi).reset, http3Code.WEBTRANSPORT_SESSION_GONE);
  });

  it('of the server that overtake its answer are kept for the client', () => {
    const peer = new RawPeer('client').settings();
    let log: SessionLog | undefined;
    peer.connection.connect(
      { authority: 'x', path: '/' },
      { opened: (session) => (log = new SessionLog(session)), refused: () => assert.fail() },
    );
    peer.send(serverStream.bidi, streamOf(0, 'early'), true);
    peer.send(0, concat(headersFrame({ ':status': '103' }), headersFrame({ ':status': '200' })));
    assert.deepEqual(log?.lines, ['stream 1', "fin 1 'early'"]);
  });
});
