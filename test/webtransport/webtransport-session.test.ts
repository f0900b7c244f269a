import assert from 'node:assert/strict';
import fc from 'fast-check';
import { capsuleType, encodeClose, encodeDrain } from '../../lib/webtransport/capsule.js';
import { encodeRecord, frameType } from '../../lib/webtransport/frame.js';
import { http3Code, toHttp3Code } from '../../lib/webtransport/http3-error.js';
import { encodeSettings, settingId } from '../../lib/webtransport/settings.js';
import { encodeVarints } from '../../lib/webtransport/varint.js';
import { concat, hex } from './bytes.js';
import { bytesOf, cutAt, establish, everyByte, FakeWire, SessionLog, textOf, uncut } from './fake-wire.js';
import { connectFields, controlStart, frame, headersFrame, RawPeer, serverStream } from './peer.js';

for (const [name, cut] of Object.entries({ 'in one piece': uncut, 'byte by byte': everyByte, 'by threes': cutAt(3) })) {
  describe(`A WebTransport session over a wire that delivers ${name}`, () => {
    it('carries streams opened by either side, both ways', () => {
      const wire = new FakeWire(cut);
      const { clientSession, serverSession, clientLog, serverLog } = establish(wire);
      const up = clientSession.openBidi();
      clientLog.follow(up);
      up.write(bytesOf('hello'), false);
      up.write(bytesOf(' gateway'), true);
      const down = serverSession.openUni();
      down.write(bytesOf('news'), true);
      wire.run();
      serverLog.streams[0]!.write(bytesOf('welcome'), true);
      wire.run();
      assert.deepEqual(serverLog.lines, ['stream 4', "fin 4 'hello gateway'"]);
      assert.deepEqual(clientLog.lines, ['stream 7 (one way)', "fin 7 'news'", "fin 4 'welcome'"]);
    });

    it('carries datagrams both ways', () => {
      const wire = new FakeWire(cut);
      const { clientSession, serverSession, clientLog, serverLog } = establish(wire);
      assert.equal(clientSession.sendDatagram(bytesOf('up')), true);
      assert.equal(serverSession.sendDatagram(bytesOf('down')), true);
      wire.run();
      assert.deepEqual(serverLog.lines, ['datagram up']);
      assert.deepEqual(clientLog.lines, ['datagram down']);
    });

    it('brings code and reason of a close to the other side, and tells the closer when it has arrived', () => {
      const wire = new FakeWire(cut);
      const { serverSession, clientLog, serverLog } = establish(wire);
      serverSession.close(4001, 'für später');
      assert.deepEqual(serverLog.lines, []);
      wire.run();
      assert.deepEqual(clientLog.lines, ["closed 4001 'für später' by peer"]);
      assert.deepEqual(serverLog.lines, ["closed 4001 'für später'"]);
      assert.equal(wire.serverEnd.closed, undefined);
      assert.equal(wire.clientEnd.closed, undefined);
    });
  });
}

/** A session at a server whose client is the test. */
function serverSession(peer: RawPeer): SessionLog {
  peer.settings().send(0, headersFrame(connectFields));
  return new SessionLog(peer.requests[0]!.accept());
}

const data = (...capsules: Uint8Array[]): Uint8Array => frame(frameType.DATA, concat(...capsules));
const streamOf = (sessionId: number, text = ''): Uint8Array =>
  concat(encodeVarints(frameType.WEBTRANSPORT_STREAM, sessionId), bytesOf(text));

describe('The end of a WebTransport session', () => {
  it('by CLOSE tells code and reason, ends the CONNECT stream, and ends streams with SESSION_GONE', () => {
    const peer = new RawPeer('server');
    const log = serverSession(peer);
    peer.send(4, streamOf(0, 'half')).send(0, data(encodeClose(7, 'bye')));
    assert.deepEqual(log.lines, ['stream 4', "closed 7 'bye' by peer"]);
    assert.equal(peer.on(0).fin, true);
    assert.equal(peer.on(4).reset, http3Code.WEBTRANSPORT_SESSION_GONE);
    assert.equal(peer.on(4).stopped, http3Code.WEBTRANSPORT_SESSION_GONE);
    peer.send(0, new Uint8Array(0), true);
    assert.equal(log.lines.length, 2);
    assert.equal(peer.on(0).reset, undefined);
  });

  it('by the end of the CONNECT stream without a capsule has code 0', () => {
    const peer = new RawPeer('server');
    const log = serverSession(peer);
    peer.send(0, new Uint8Array(0), true);
    assert.deepEqual(log.lines, ["closed 0 '' by peer"]);
    assert.equal(peer.on(0).fin, true);
  });

  it('by a reset or a stop of the CONNECT stream has code 0', () => {
    for (const method of ['streamReset', 'streamStopped'] as const) {
      const peer = new RawPeer('server');
      const log = serverSession(peer);
      peer.connection[method](0, http3Code.REQUEST_CANCELLED);
      assert.deepEqual(log.lines, ["closed 0 '' by peer"]);
    }
  });

  it('with the connection has code 0 and says why', () => {
    const wire = new FakeWire();
    const { serverLog, clientLog } = establish(wire);
    wire.serverEnd.gone = wire.clientEnd.gone = true;
    wire.server.connectionClosed('idle timeout');
    wire.client.connectionClosed('idle timeout');
    assert.deepEqual(serverLog.lines, ["closed 0 'idle timeout' by peer"]);
    assert.deepEqual(clientLog.lines, ["closed 0 'idle timeout' by peer"]);
  });

  it('leaves an application that goes on sending without an effect', () => {
    const wire = new FakeWire();
    const { serverSession: session, serverLog } = establish(wire);
    const stream = session.openBidi();
    wire.run();
    wire.serverEnd.gone = true;
    wire.server.connectionClosed('');
    stream.write(bytesOf('x'), true);
    stream.reset(1);
    stream.stopSending(1);
    session.close(1, '');
    session.drain();
    assert.equal(session.sendDatagram(bytesOf('x')), false);
    assert.throws(() => session.openUni(), /over/);
    assert.equal(serverLog.lines.length, 1);
  });

  it('closed by both sides at once keeps, on each side, its own code', () => {
    const wire = new FakeWire();
    const { serverSession: server, clientSession: client, serverLog, clientLog } = establish(wire);
    server.close(1, 'server');
    client.close(2, 'client');
    wire.run();
    assert.deepEqual(serverLog.lines, ["closed 1 'server'"]);
    assert.deepEqual(clientLog.lines, ["closed 2 'client'"]);
  });

  it('is told once, and the first close wins', () => {
    const wire = new FakeWire();
    const { serverSession: server, serverLog, clientLog } = establish(wire);
    server.close(1, 'first');
    server.close(2, 'second');
    wire.run();
    wire.server.connectionClosed('later');
    assert.deepEqual(serverLog.lines, ["closed 1 'first'"]);
    assert.deepEqual(clientLog.lines, ["closed 1 'first' by peer"]);
  });

  it('lets a new session follow on the same connection', () => {
    const wire = new FakeWire();
    const { clientSession } = establish(wire);
    clientSession.close(0, '');
    wire.run();
    let opened = 0;
    wire.client.connect({ authority: 'x', path: '/' }, { opened: () => opened++, refused: () => assert.fail() });
    wire.run();
    assert.equal(opened, 1);
  });

  it('does not take a finished side of a stream back', () => {
    const wire = new FakeWire();
    const { serverSession: server, clientLog } = establish(wire);
    const stream = server.openBidi();
    stream.write(bytesOf('last words'), true);
    server.close(4001, '');
    const sent = wire.serverEnd.outbox.filter((parcel) => parcel.kind === 'reset');
    assert.deepEqual(sent, []);
    wire.run();
    assert.deepEqual(clientLog.lines.slice(0, 2), ['stream 1', "fin 1 'last words'"]);
  });

  it('cuts a long reason to 1,024 bytes at a character', () => {
    const wire = new FakeWire();
    const { serverSession: server, clientLog } = establish(wire);
    server.close(1, 'x' + 'ä'.repeat(600));
    wire.run();
    assert.deepEqual(clientLog.lines, [`closed 1 'x${'ä'.repeat(511)}' by peer`]);
  });

  const malformed: [string, Uint8Array][] = [
    ['a CLOSE without a whole code', encodeRecord(capsuleType.CLOSE_WEBTRANSPORT_SESSION, hex('000001'))],
    ['a CLOSE with a reason of 1,025 bytes', encodeVarints(capsuleType.CLOSE_WEBTRANSPORT_SESSION, 4 + 1025)],
    ['a DRAIN with a value', encodeVarints(capsuleType.DRAIN_WEBTRANSPORT_SESSION, 1)],
  ];
  for (const [name, capsule] of malformed) {
    it(`by ${name} breaks the CONNECT stream`, () => {
      const peer = new RawPeer('server');
      const log = serverSession(peer);
      peer.send(0, data(capsule));
      assert.deepEqual(log.lines, ["closed 0 '' by peer"]);
      assert.equal(peer.on(0).reset, http3Code.MESSAGE_ERROR);
      assert.equal(peer.on(0).stopped, http3Code.MESSAGE_ERROR);
      assert.equal(peer.closedWith, undefined);
    });
  }

  it('within a capsule breaks the CONNECT stream', () => {
    const peer = new RawPeer('server');
    const log = serverSession(peer);
    peer.send(0, data(encodeClose(1, 'x').subarray(0, 6)), true);
    assert.deepEqual(log.lines, ["closed 0 '' by peer"]);
    assert.equal(peer.on(0).reset, http3Code.MESSAGE_ERROR);
  });

  it('stops a CONNECT stream that goes on after CLOSE', () => {
    for (const parts of [[data(encodeClose(1, ''), encodeDrain())], [data(encodeClose(1, '')), data(encodeDrain())]]) {
      const peer = new RawPeer('server');
      const log = serverSession(peer);
      for (const part of parts) peer.send(0, part);
      assert.deepEqual(log.lines, ["closed 1 '' by peer"]);
      assert.equal(peer.on(0).stopped, http3Code.MESSAGE_ERROR);
    }
  });

  it('refuses streams and drops datagrams that name it afterwards', () => {
    const peer = new RawPeer('server');
    const log = serverSession(peer);
    peer.send(0, data(encodeClose(1, '')), true).send(4, streamOf(0));
    peer.connection.datagram(hex('00 41'));
    assert.equal(peer.on(4).reset, http3Code.WEBTRANSPORT_SESSION_GONE);
    assert.equal(log.lines.length, 1);
  });
});

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

describe('Asking for a session', () => {
  function connect(peer: RawPeer): string[] {
    const lines: string[] = [];
    peer.connection.connect(
      { authority: 'x', path: '/' },
      { opened: () => lines.push('opened'), refused: (status, reason) => lines.push(`${status} ${reason}`) },
    );
    return lines;
  }

  it('waits for the SETTINGS of the server', () => {
    const peer = new RawPeer('client');
    connect(peer);
    assert.equal(peer.end.outbox.length, 0);
    peer.settings();
    assert.ok(peer.on(0).bytes.length > 0);
  });

  it('is refused with the status of the answer, also when the server stopped reading first', () => {
    const peer = new RawPeer('client').settings();
    const lines = connect(peer);
    peer.end.deliver(peer.connection, { kind: 'stop', id: 0, code: http3Code.NO_ERROR });
    peer.send(0, headersFrame({ ':status': '403' }), true);
    assert.deepEqual(lines, ['403 the server answered 403']);
  });

  it('is refused when the stream breaks, the answer is malformed, or the connection goes', () => {
    const breaks: ((peer: RawPeer) => unknown)[] = [
      (peer) => peer.connection.streamReset(0, http3Code.REQUEST_REJECTED),
      (peer) => peer.connection.streamStopped(0, http3Code.REQUEST_REJECTED),
      (peer) => peer.send(0, headersFrame({ ':status': '101' })),
      (peer) => peer.send(0, headersFrame({ ':status': '20' })),
      (peer) => peer.send(0, headersFrame({ 'x-status': '200' })),
      (peer) => peer.send(0, new Uint8Array(0), true),
      (peer) => peer.connection.connectionClosed('gone'),
    ];
    for (const [i, breakIt] of breaks.entries()) {
      const peer = new RawPeer('client').settings();
      const lines = connect(peer);
      breakIt(peer);
      assert.equal(lines.length, 1, String(i));
      assert.match(lines[0]!, /^0 (the CONNECT stream broke|gone)$/);
    }
  });

  it('is refused by a server whose SETTINGS lack what WebTransport needs', () => {
    const all = [settingId.ENABLE_CONNECT_PROTOCOL, settingId.H3_DATAGRAM, settingId.ENABLE_WEBTRANSPORT];
    for (const missing of all) {
      const peer = new RawPeer('client');
      const lines = connect(peer);
      const pairs = all.flatMap((id) => (id === missing ? [] : [id, 1]));
      peer.control(encodeVarints(0), frame(frameType.SETTINGS, encodeVarints(...pairs)));
      assert.deepEqual(lines, ['0 the server has no WebTransport']);
    }
  });

  it('works with a server of any one draft', () => {
    const { ENABLE_WEBTRANSPORT, WT_ENABLED, WEBTRANSPORT_MAX_SESSIONS_DRAFT07, WEBTRANSPORT_MAX_SESSIONS_DRAFT13 } =
      settingId;
    for (const id of [
      ENABLE_WEBTRANSPORT,
      WT_ENABLED,
      WEBTRANSPORT_MAX_SESSIONS_DRAFT07,
      WEBTRANSPORT_MAX_SESSIONS_DRAFT13,
    ]) {
      const peer = new RawPeer('client');
      connect(peer);
      peer.control(encodeVarints(0), frame(frameType.SETTINGS, encodeVarints(0x08, 1, 0xffd277, 1, id, 1)));
      assert.ok(peer.on(0).bytes.length > 0);
    }
  });
});

describe('Whatever comes', () => {
  /** Ways to bring bytes to a connection, weighted towards those that get deep. */
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.constantFrom(
      controlStart,
      headersFrame(connectFields),
      headersFrame({ ':status': '200' }),
      streamOf(0, 'x'),
      encodeVarints(0x54, 0),
      hex('02'),
      hex('03'),
      data(encodeClose(1, 'x')),
      data(encodeDrain()),
      frame(frameType.SETTINGS, encodeSettings(1, 1)),
      frame(frameType.GOAWAY, encodeVarints(0)),
    ),
  );
  const streamId = fc.nat(24);
  const action = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('data' as const), id: streamId, bytes: piece, fin: fc.boolean() }),
    },
    fc.record({ kind: fc.constantFrom('reset' as const, 'stop' as const), id: streamId, code: fc.nat(0x200) }),
    fc.record({ kind: fc.constant('datagram' as const), bytes: fc.uint8Array({ maxLength: 10 }) }),
  );

  for (const role of ['server', 'client'] as const) {
    it(`the ${role} never throws, breaks no rule of its own, and closes the connection at most once`, () => {
      fc.assert(
        fc.property(fc.array(action, { maxLength: 25 }), fc.boolean(), (actions, isBegun) => {
          const peer = new RawPeer(role, { maxEarlyStreams: 2, maxEarlyBytes: 300, maxStreams: 12 });
          peer.onRequest = (request) => new SessionLog(request.accept());
          if (role === 'client')
            peer.connection.connect(
              { authority: 'x', path: '/' },
              { opened: (session) => new SessionLog(session), refused: () => undefined },
            );
          if (isBegun) peer.settings();
          for (const parcel of actions) {
            // QUIC carries nothing on streams that only the other side writes.
            const isOwnUni = parcel.kind !== 'datagram' && parcel.id % 4 === (role === 'server' ? 3 : 2);
            if (!isOwnUni) peer.end.deliver(peer.connection, parcel);
          }
          if (peer.end.closed !== undefined) assert.ok(peer.end.closed.code >= 0x33 && peer.end.closed.code <= 0x202);
        }),
        { numRuns: 1500 },
      );
    });
  }

  it('an exchange cut in two at any byte of any stream ends the same', () => {
    const exchange = (cut: (bytes: Uint8Array, index: number) => Uint8Array[]): string[] => {
      const peer = new RawPeer('server');
      const lines: string[] = [];
      peer.onRequest = (request) => (lines.push(request.path), (log = new SessionLog(request.accept())));
      let log: SessionLog | undefined;
      const steps: [number, Uint8Array, boolean][] = [
        [2, controlStart, false],
        [0, headersFrame({ ...connectFields, origin: 'https://example.com' }), false],
        [4, streamOf(0, 'both ways'), true],
        [6, concat(encodeVarints(0x54, 0), bytesOf('one way')), true],
        [10, hex('02 20'), false],
        [0, data(encodeRecord(0x1234, bytesOf('unknown')), encodeDrain()), false],
        [0, concat(frame(0x21, hex('0102')), data(encodeClose(4001, 'the end'))), true],
      ];
      for (const [index, [id, bytes, fin]] of steps.entries()) {
        const parts = cut(bytes, index);
        parts.forEach((part, i) => peer.send(id, part, fin && i === parts.length - 1));
      }
      assert.equal(peer.closedWith, undefined);
      return [...lines, ...(log?.lines ?? [])];
    };
    const expected = [
      '/play',
      'stream 4',
      "fin 4 'both ways'",
      'stream 6 (one way)',
      "fin 6 'one way'",
      'draining',
      "closed 4001 'the end' by peer",
    ];
    for (let step = 0; step < 7; step++) {
      for (let at = 0; at < 160; at++) {
        const lines = exchange((bytes, index) => (index === step ? [bytes.slice(0, at), bytes.slice(at)] : [bytes]));
        assert.deepEqual(lines, expected, `step ${step} cut at ${at}`);
      }
    }
  });
});
