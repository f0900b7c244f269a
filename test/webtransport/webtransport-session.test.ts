import assert from 'node:assert/strict';
import { capsuleType, encodeClose, encodeDrain } from '../../lib/webtransport/capsule.js';
import { encodeRecord } from '../../lib/webtransport/frame.js';
import { http3Code } from '../../lib/webtransport/http3-error.js';
import { encodeVarints } from '../../lib/webtransport/varint.js';
import { hex } from './bytes.js';
import { bytesOf, cutAt, establish, everyByte, FakeWire, SessionLog, uncut } from './fake-wire.js';
import { connectFields, data, headersFrame, RawPeer, serverSession, streamOf } from './peer.js';

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

  it('makes this side deaf to the session, but for its end', () => {
    const peer = new RawPeer('server').settings().send(0, headersFrame(connectFields));
    const session = peer.requests[0]!.accept();
    const log = new SessionLog(session);
    session.close(1, 'enough');
    peer.send(4, streamOf(0));
    peer.connection.datagram(hex('00 41'));
    peer.send(0, data(encodeRecord(capsuleType.CLOSE_WEBTRANSPORT_SESSION, hex('00')), encodeDrain()));
    assert.equal(peer.on(4).reset, http3Code.WEBTRANSPORT_SESSION_GONE);
    assert.deepEqual(log.lines, []);
    peer.send(0, new Uint8Array(0), true);
    assert.deepEqual(log.lines, ["closed 1 'enough'"]);
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
