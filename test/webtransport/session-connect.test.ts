import assert from 'node:assert/strict';
import { frameType } from '../../lib/webtransport/frame.js';
import { http3Code } from '../../lib/webtransport/http3-error.js';
import { settingId } from '../../lib/webtransport/settings.js';
import { encodeVarints } from '../../lib/webtransport/varint.js';
import { frame, headersFrame, RawPeer } from './peer.js';

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
