import assert from 'node:assert/strict';
import { bytesOf, cutAt, establish, everyByte, FakeWire, uncut } from './fake-wire.js';

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
