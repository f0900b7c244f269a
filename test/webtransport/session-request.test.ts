import assert from 'node:assert/strict';
import { frameType } from '../../lib/webtransport/frame.js';
import type { HeaderField } from '../../lib/webtransport/header-field.js';
import { http3Code } from '../../lib/webtransport/http3-error.js';
import { settingId } from '../../lib/webtransport/settings.js';
import { encodeVarints } from '../../lib/webtransport/varint.js';
import { concat, hex } from './bytes.js';
import { bytesOf, SessionLog } from './fake-wire.js';
import { clientStream, connectFields, firstHeaders, frame, headersFrame, RawPeer } from './peer.js';

const get = { ':method': 'GET', ':scheme': 'https', ':authority': 'localhost', ':path': '/' };

describe('A request at the server', () => {
  it('reaches the application with authority, path, origin and headers', () => {
    const peer = new RawPeer('server').settings();
    peer.send(
      0,
      headersFrame({ ...connectFields, ':path': '/play?room=1', origin: 'https://example.com', 'x-a': 'b' }),
    );
    const [request] = peer.requests;
    assert.equal(request?.authority, 'localhost');
    assert.equal(request.path, '/play?room=1');
    assert.equal(request.origin, 'https://example.com');
    assert.deepEqual(request.headers, [
      { name: 'origin', value: 'https://example.com' },
      { name: 'x-a', value: 'b' },
    ]);
  });

  it('is taken under the protocol names of all drafts', () => {
    for (const protocol of ['webtransport', 'webtransport-h3']) {
      const peer = new RawPeer('server').settings().send(0, headersFrame({ ...connectFields, ':protocol': protocol }));
      assert.equal(peer.requests.length, 1, protocol);
    }
  });

  it('is answered with 200, and with the draft version where the client names it', () => {
    const peer = new RawPeer('server').settings();
    peer.send(0, headersFrame({ ...connectFields, 'sec-webtransport-http3-draft02': '1' }));
    peer.requests[0]!.accept([{ name: 'x-served-by', value: 'test' }]);
    assert.deepEqual(firstHeaders(peer.on(0).bytes), {
      ':status': '200',
      'sec-webtransport-http3-draft': 'draft02',
      'x-served-by': 'test',
    });
    assert.equal(peer.on(0).fin, false);
  });

  it('is answered once, however often the application answers', () => {
    const peer = new RawPeer('server').settings().send(0, headersFrame(connectFields));
    const request = peer.requests[0]!;
    assert.equal(request.accept(), request.accept());
    request.reject(403);
    assert.equal(peer.end.outbox.length, 1);
  });

  it('that is rejected gets the status, the end, and is not read further', () => {
    const peer = new RawPeer('server').settings().send(0, headersFrame(connectFields));
    peer.requests[0]!.reject(403, [{ name: 'x-why', value: 'origin' }]);
    const { bytes, fin, stopped, reset } = peer.on(0);
    assert.deepEqual(firstHeaders(bytes), { ':status': '403', 'x-why': 'origin' });
    assert.deepEqual({ fin, stopped, reset }, { fin: true, stopped: http3Code.NO_ERROR, reset: undefined });
    peer.send(4, headersFrame(connectFields));
    assert.equal(peer.requests.length, 2, 'its place is free again');
  });

  it('waits until the SETTINGS of the client have come', () => {
    const peer = new RawPeer('server').send(0, headersFrame(connectFields));
    assert.equal(peer.requests.length, 0);
    peer.settings();
    assert.equal(peer.requests.length, 1);
  });

  it('that is withdrawn before the SETTINGS came is never seen', () => {
    const peer = new RawPeer('server');
    for (let id = 0; id < 40; id += 4) {
      peer.send(id, headersFrame(connectFields));
      peer.connection.streamReset(id, http3Code.REQUEST_CANCELLED);
    }
    peer.send(40, headersFrame(connectFields)).settings();
    assert.equal(peer.requests.length, 1);
    const other = new RawPeer('server').send(0, headersFrame(connectFields));
    other.connection.streamReset(0, http3Code.REQUEST_CANCELLED);
    assert.equal(other.settings().requests.length, 0);
  });

  it('of a client without datagrams is malformed', () => {
    const peer = new RawPeer('server').send(0, headersFrame(connectFields));
    peer.control(encodeVarints(0), frame(frameType.SETTINGS, encodeVarints(settingId.ENABLE_WEBTRANSPORT, 1)));
    assert.equal(peer.requests.length, 0);
    assert.equal(peer.on(0).reset, http3Code.MESSAGE_ERROR);
  });

  it('beyond the number of sessions gets 429, and the sessions go on', () => {
    const peer = new RawPeer('server', { maxSessions: 2 }).settings();
    for (const id of [0, 4, 8]) peer.send(id, headersFrame(connectFields));
    assert.equal(peer.requests.length, 2);
    assert.equal(firstHeaders(peer.on(8).bytes)[':status'], '429');
    assert.equal(peer.closedWith, undefined);
  });

  it('that the client gives up before the answer makes a session that is over', () => {
    const peer = new RawPeer('server').settings().send(0, headersFrame(connectFields));
    peer.connection.streamReset(0, http3Code.REQUEST_CANCELLED);
    const log = new SessionLog(peer.requests[0]!.accept());
    assert.deepEqual(log.lines, ["closed 0 '' by peer"]);
    assert.equal(peer.on(0).bytes.length, 0);
  });

  it('that is answered after the connection is gone makes a session that is over', () => {
    for (const answer of ['accept', 'reject'] as const) {
      const peer = new RawPeer('server').settings().send(0, headersFrame(connectFields));
      peer.end.gone = true;
      peer.connection.connectionClosed('idle');
      if (answer === 'reject') peer.requests[0]!.reject(404);
      else assert.deepEqual(new SessionLog(peer.requests[0]!.accept()).lines, ["closed 0 'idle' by peer"]);
    }
  });

  const polite: [string, Record<string, string>, string][] = [
    ['GET', get, '404'],
    ['POST', { ...get, ':method': 'POST' }, '404'],
    ['CONNECT', { ':method': 'CONNECT', ':authority': 'localhost:80' }, '501'],
    ['CONNECT for WebSocket', { ...connectFields, ':protocol': 'websocket' }, '501'],
  ];
  for (const [name, fields, status] of polite) {
    it(`that is a ${name} gets ${status}`, () => {
      const peer = new RawPeer('server').settings().send(0, headersFrame(fields), true);
      assert.deepEqual(firstHeaders(peer.on(0).bytes), { ':status': status });
      assert.equal(peer.on(0).fin, true);
      assert.equal(peer.on(0).stopped, undefined, 'nothing is left to stop');
      assert.equal(peer.closedWith, undefined);
    });
  }

  it('with a body nobody reads gets its answer and is stopped without an error', () => {
    const peer = new RawPeer('server').settings();
    peer.send(0, concat(headersFrame({ ...get, ':method': 'POST' }), frame(frameType.DATA, bytesOf('body'))));
    assert.equal(firstHeaders(peer.on(0).bytes)[':status'], '404');
    assert.equal(peer.on(0).stopped, http3Code.NO_ERROR);
  });

  const without = (name: string): HeaderField[] =>
    Object.entries(connectFields).flatMap(([key, value]) => (key === name ? [] : [{ name: key, value }]));
  const withField = (name: string, value: string): HeaderField[] => [...without(name), { name, value }];
  const malformed: [string, HeaderField[]][] = [
    ['without :method', without(':method')],
    ['without :scheme', without(':scheme')],
    ['without :path', without(':path')],
    ['without :authority', without(':authority')],
    ['with an empty :path', withField(':path', '')],
    ['with an empty :authority', withField(':authority', '')],
    ['with the scheme http', withField(':scheme', 'http')],
    ['with :protocol but GET', withField(':method', 'GET')],
    ['with a method that is no token', withField(':method', 'CON NECT')],
    ['with :path twice', [...without(''), { name: ':path', value: '/play' }]],
    ['with :status', [...without(''), { name: ':status', value: '200' }]],
    ['with an unknown pseudo-header', [...without(''), { name: ':x', value: '' }]],
    ['with a pseudo-header after a header', [{ name: 'a', value: 'b' }, ...without('')]],
    ['with an upper-case name', withField('X-Y', 'z')],
    ['with an empty name', withField('', 'z')],
    ['with a space in a name', withField('x y', 'z')],
    ['with a line break in a value', withField('x', 'a\r\nb')],
    ['with a NUL in a value', withField('x', '\0')],
    ['with a connection header', withField('connection', 'keep-alive')],
    ['with transfer-encoding', withField('transfer-encoding', 'chunked')],
    ['with te: gzip', withField('te', 'gzip')],
    ['with another host than :authority', withField('host', 'elsewhere')],
  ];
  for (const [name, fields] of malformed) {
    it(`${name} is malformed and breaks its stream alone`, () => {
      const peer = new RawPeer('server').settings().send(0, headersFrame(fields));
      assert.equal(peer.requests.length, 0);
      assert.equal(peer.on(0).reset, http3Code.MESSAGE_ERROR);
      assert.equal(peer.on(0).stopped, http3Code.MESSAGE_ERROR);
      peer.send(4, headersFrame(connectFields));
      assert.equal(peer.requests.length, 1);
    });
  }

  it('with a header section over the limit breaks its stream alone, before the section has come', () => {
    const peer = new RawPeer('server', { maxHeaderBytes: 1000 }).settings();
    peer.send(0, encodeVarints(frameType.HEADERS, 1001));
    assert.equal(peer.on(0).reset, http3Code.EXCESSIVE_LOAD);
    peer.send(4, headersFrame(connectFields));
    assert.equal(peer.requests.length, 1);
  });

  it('without an end of its headers is incomplete', () => {
    const peer = new RawPeer('server').settings().send(0, frame(0x21), true);
    assert.equal(peer.on(0).reset, http3Code.REQUEST_INCOMPLETE);
  });
});

describe('What comes before its session', () => {
  const stream = (sessionId: number, text = ''): Uint8Array =>
    concat(encodeVarints(frameType.WEBTRANSPORT_STREAM, sessionId), bytesOf(text));

  it('is kept: streams and datagrams that overtake the CONNECT, in their order', () => {
    const peer = new RawPeer('server').settings();
    peer.send(4, stream(0, 'hel')).send(4, bytesOf('lo'), true);
    peer.send(clientStream.uni + 4, concat(encodeVarints(0x54, 0), bytesOf('one way')), true);
    peer.connection.datagram(hex('00 41'));
    peer.send(0, headersFrame(connectFields));
    peer.connection.datagram(hex('00 42'));
    const log = new SessionLog(peer.requests[0]!.accept());
    assert.deepEqual(log.lines, [
      'stream 4',
      "fin 4 'hello'",
      'stream 6 (one way)',
      "fin 6 'one way'",
      'datagram A',
      'datagram B',
    ]);
  });

  it('is kept with its reset and its stop', () => {
    const peer = new RawPeer('server').settings().send(0, headersFrame(connectFields)).send(4, stream(0, 'x'));
    peer.connection.streamReset(4, 0x52e4a40fa8db + 5);
    peer.connection.streamStopped(4, 0x52e4a40fa8db + 6);
    const log = new SessionLog(peer.requests[0]!.accept());
    assert.deepEqual(log.lines, ['stream 4', 'reset 4 5', 'stopped 4 6']);
    assert.equal(log.received.get(4), 'x');
  });

  it('is kept as it came, whatever becomes of the buffer it came in', () => {
    const peer = new RawPeer('server').settings();
    const [chunk, datagram] = [stream(0, 'as sent'), hex('00 41')];
    peer.send(4, chunk);
    peer.connection.datagram(datagram);
    chunk.fill(0);
    datagram.fill(0);
    peer.send(0, headersFrame(connectFields));
    const log = new SessionLog(peer.requests[0]!.accept());
    assert.equal(log.received.get(4), 'as sent');
    assert.deepEqual(log.lines, ['stream 4', 'datagram A']);
  });

  it('is kept for as long as the connection lives, if only a little at a time', () => {
    const peer = new RawPeer('server', { maxEarlyStreams: 1, maxEarlyBytes: 500 }).settings();
    for (let id = 0; id < 80; id += 8) {
      peer.send(id + 4, stream(id, 'x'.repeat(100)));
      peer.connection.datagram(concat(encodeVarints(id / 4), new Uint8Array(100)));
      peer.send(id, headersFrame(connectFields));
      const session = peer.requests.at(-1)!.accept();
      assert.deepEqual(new SessionLog(session).lines.length, 2, String(id));
      session.close(0, '');
      peer.send(id, new Uint8Array(0), true);
    }
  });

  it('is handed over no further once the application closes the session', () => {
    const peer = new RawPeer('server').settings().send(4, stream(0)).send(8, stream(0));
    peer.connection.datagram(hex('00 41'));
    peer.send(0, headersFrame(connectFields));
    const session = peer.requests[0]!.accept();
    const seen: number[] = [];
    session.setHandler({
      streamOpened: ({ id }) => {
        seen.push(id);
        session.close(1, '');
      },
      datagram: () => seen.push(-1),
      closed: () => undefined,
    });
    assert.deepEqual(seen, [4]);
  });

  it('is refused when a later session has come and gone', () => {
    const peer = new RawPeer('server').settings().send(12, stream(0)).send(4, headersFrame(connectFields));
    peer.requests[0]!.reject(404);
    assert.equal(peer.on(12).reset, http3Code.WEBTRANSPORT_SESSION_GONE);
  });

  it('is refused beyond the number of streams that are kept', () => {
    const peer = new RawPeer('server', { maxEarlyStreams: 2 }).settings();
    for (const id of [4, 8, 12]) peer.send(id, stream(0));
    assert.equal(peer.on(8).reset, undefined);
    assert.equal(peer.on(12).reset, http3Code.WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
    assert.equal(peer.on(12).stopped, http3Code.WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
    peer.send(0, headersFrame(connectFields));
    assert.deepEqual(new SessionLog(peer.requests[0]!.accept()).lines, ['stream 4', 'stream 8']);
    peer.send(16, stream(0)).send(20, stream(0)).send(24, stream(0));
    assert.equal(peer.on(24).reset, undefined, 'the places are free again');
  });

  it('is refused beyond the bytes that are kept', () => {
    const peer = new RawPeer('server', { maxEarlyBytes: 1000 }).settings().send(4, stream(0)).send(8, stream(0));
    peer.send(4, new Uint8Array(900)).send(8, new Uint8Array(100));
    assert.equal(peer.on(4).reset, undefined);
    assert.equal(peer.on(8).stopped, http3Code.WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
  });

  it('counts many small pieces for what they take in memory', () => {
    const peer = new RawPeer('server', { maxEarlyBytes: 6500 }).settings().send(4, stream(0));
    for (let i = 0; i < 100; i++) peer.send(4, hex('00'));
    assert.equal(peer.on(4).reset, undefined);
    peer.send(4, hex('00'));
    assert.equal(peer.on(4).reset, http3Code.WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
  });

  it('is dropped beyond those bytes when it is a datagram', () => {
    const peer = new RawPeer('server', { maxEarlyBytes: 1000 }).settings();
    for (let i = 0; i < 200; i++) peer.connection.datagram(concat(encodeVarints(i), new Uint8Array(36)));
    peer.send(0, headersFrame(connectFields));
    assert.equal(new SessionLog(peer.requests[0]!.accept()).lines.length, 1);
    assert.equal(peer.closedWith, undefined);
  });

  it('is refused when the session is rejected, and so is what comes for it later', () => {
    const peer = new RawPeer('server').settings().send(4, stream(0)).send(0, headersFrame(connectFields));
    peer.requests[0]!.reject(403);
    peer.send(8, stream(0));
    for (const id of [4, 8]) assert.equal(peer.on(id).reset, http3Code.WEBTRANSPORT_SESSION_GONE);
  });

  it('gives its room back when its session ends before anybody took it', () => {
    const peer = new RawPeer('server', { maxEarlyStreams: 1, maxEarlyBytes: 500 }).settings();
    for (let id = 0; id < 80; id += 8) {
      peer.send(id + 4, stream(id, 'x'.repeat(400))).send(id, headersFrame(connectFields));
      assert.equal(peer.on(id + 4).reset, undefined);
      peer.requests.at(-1)!.reject(404);
      assert.equal(peer.on(id + 4).reset, http3Code.WEBTRANSPORT_SESSION_GONE);
    }
  });
});
