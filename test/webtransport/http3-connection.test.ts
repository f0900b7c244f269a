import assert from 'node:assert/strict';
import { frameType, streamType } from '../../lib/webtransport/frame.js';
import { http3Code } from '../../lib/webtransport/http3-error.js';
import { decodeSettings, settingId } from '../../lib/webtransport/settings.js';
import { encodeVarints, readVarint } from '../../lib/webtransport/varint.js';
import { concat, hex } from './bytes.js';
import { FakeEnd, FakeWire } from './fake-wire.js';
import { Http3Connection } from '../../lib/webtransport/http3-connection.js';
import {
  clientStream,
  connectFields,
  firstHeaders,
  frame,
  headersFrame,
  RawPeer,
  serverStream,
  settingsFrame,
} from './peer.js';

const grease = 0x21 + 0x1f * 1000;

/** What a peer does wrong, told by what it sends after its SETTINGS (or instead of them), and the code that answers. */
interface Offence {
  readonly name: string;
  readonly to: 'server' | 'client' | 'either';
  readonly code: number;
  readonly commit: (peer: RawPeer, role: 'server' | 'client') => void;
}

const uni = (role: 'server' | 'client', n = 1): number =>
  (role === 'server' ? clientStream.uni : serverStream.uni) + 4 * n;
const onControl =
  (...frames: Uint8Array[]) =>
  (peer: RawPeer): unknown =>
    peer.settings().control(...frames);
const onRequest =
  (...frames: Uint8Array[]) =>
  (peer: RawPeer): unknown =>
    peer.settings().send(0, concat(...frames));
const onUni =
  (bytes: Uint8Array, fin = false) =>
  (peer: RawPeer, role: 'server' | 'client'): unknown =>
    peer.settings().send(uni(role), bytes, fin);
const settingsOf =
  (...pairs: number[]) =>
  (peer: RawPeer): unknown =>
    peer.control(encodeVarints(streamType.CONTROL), frame(frameType.SETTINGS, encodeVarints(...pairs)));

const connectAndThen = (...frames: Uint8Array[]) => onRequest(headersFrame(connectFields), ...frames);

const offences: Offence[] = [
  {
    name: 'a control stream that begins with another frame',
    to: 'either',
    code: http3Code.MISSING_SETTINGS,
    commit: (peer) => peer.control(encodeVarints(streamType.CONTROL), frame(frameType.GOAWAY, encodeVarints(0))),
  },
  {
    name: 'a control stream that begins with GREASE',
    to: 'either',
    code: http3Code.MISSING_SETTINGS,
    commit: (peer) => peer.control(encodeVarints(streamType.CONTROL), frame(grease)),
  },
  { name: 'SETTINGS twice', to: 'either', code: http3Code.FRAME_UNEXPECTED, commit: onControl(settingsFrame) },
  { name: 'a setting twice', to: 'either', code: http3Code.SETTINGS_ERROR, commit: settingsOf(6, 1, 6, 1) },
  ...[0x00, 0x02, 0x03, 0x04, 0x05].map((id): Offence => ({
    name: `the reserved setting ${id}`,
    to: 'either',
    code: http3Code.SETTINGS_ERROR,
    commit: settingsOf(id, 1),
  })),
  ...[settingId.ENABLE_CONNECT_PROTOCOL, settingId.H3_DATAGRAM, settingId.ENABLE_WEBTRANSPORT].map((id): Offence => ({
    name: `the value 2 of the on-off setting ${id}`,
    to: 'either',
    code: http3Code.SETTINGS_ERROR,
    commit: settingsOf(id, 2),
  })),
  { name: 'SETTINGS that end within a setting', to: 'either', code: http3Code.FRAME_ERROR, commit: settingsOf(6) },
  {
    name: 'SETTINGS of a megabyte',
    to: 'either',
    code: http3Code.EXCESSIVE_LOAD,
    commit: (peer) => peer.control(encodeVarints(streamType.CONTROL, frameType.SETTINGS, 1_000_000)),
  },
  ...[frameType.DATA, frameType.HEADERS, frameType.PUSH_PROMISE, 0x02, 0x06, 0x08, 0x09].map((type): Offence => ({
    name: `frame type ${type} on the control stream`,
    to: 'either',
    code: http3Code.FRAME_UNEXPECTED,
    commit: onControl(frame(type)),
  })),
  {
    name: 'MAX_PUSH_ID from a server',
    to: 'client',
    code: http3Code.FRAME_UNEXPECTED,
    commit: onControl(frame(frameType.MAX_PUSH_ID, encodeVarints(1))),
  },
  {
    name: 'MAX_PUSH_ID that goes down',
    to: 'server',
    code: http3Code.ID_ERROR,
    commit: onControl(frame(frameType.MAX_PUSH_ID, encodeVarints(2)), frame(frameType.MAX_PUSH_ID, encodeVarints(1))),
  },
  {
    name: 'CANCEL_PUSH of a push that never was',
    to: 'either',
    code: http3Code.ID_ERROR,
    commit: onControl(frame(frameType.CANCEL_PUSH, encodeVarints(0))),
  },
  {
    name: 'GOAWAY that goes up',
    to: 'either',
    code: http3Code.ID_ERROR,
    commit: onControl(frame(frameType.GOAWAY, encodeVarints(4)), frame(frameType.GOAWAY, encodeVarints(8))),
  },
  {
    name: 'GOAWAY with the id of no request',
    to: 'client',
    code: http3Code.ID_ERROR,
    commit: onControl(frame(frameType.GOAWAY, encodeVarints(3))),
  },
  {
    name: 'GOAWAY with more than an id',
    to: 'either',
    code: http3Code.FRAME_ERROR,
    commit: onControl(frame(frameType.GOAWAY, encodeVarints(4, 4))),
  },
  { name: 'an empty GOAWAY', to: 'either', code: http3Code.FRAME_ERROR, commit: onControl(frame(frameType.GOAWAY)) },
  {
    name: 'the WebTransport signal on the control stream',
    to: 'either',
    code: http3Code.FRAME_ERROR,
    commit: onControl(frame(frameType.WEBTRANSPORT_STREAM)),
  },
  {
    name: 'the end of the control stream',
    to: 'either',
    code: http3Code.CLOSED_CRITICAL_STREAM,
    commit: (peer, role) => peer.settings().send(uni(role, 0), new Uint8Array(0), true),
  },
  {
    name: 'a reset of the control stream',
    to: 'either',
    code: http3Code.CLOSED_CRITICAL_STREAM,
    commit: (peer, role) => {
      peer.settings();
      peer.connection.streamReset(uni(role, 0), http3Code.NO_ERROR);
    },
  },
  {
    name: "stopping this side's control stream",
    to: 'either',
    code: http3Code.CLOSED_CRITICAL_STREAM,
    commit: (peer, role) => {
      peer.settings();
      peer.connection.streamStopped(role === 'server' ? 3 : 2, http3Code.NO_ERROR);
    },
  },
  {
    name: 'a second control stream',
    to: 'either',
    code: http3Code.STREAM_CREATION_ERROR,
    commit: onUni(encodeVarints(streamType.CONTROL)),
  },
  ...[streamType.QPACK_ENCODER, streamType.QPACK_DECODER].flatMap((type): Offence[] => [
    {
      name: `a second stream of type ${type}`,
      to: 'either',
      code: http3Code.STREAM_CREATION_ERROR,
      commit: (peer, role) => {
        onUni(encodeVarints(type))(peer, role);
        peer.send(uni(role, 2), encodeVarints(type));
      },
    },
    {
      name: `the end of stream type ${type}`,
      to: 'either',
      code: http3Code.CLOSED_CRITICAL_STREAM,
      commit: onUni(encodeVarints(type), true),
    },
    {
      name: `a reset of stream type ${type}`,
      to: 'either',
      code: http3Code.CLOSED_CRITICAL_STREAM,
      commit: (peer, role) => {
        onUni(encodeVarints(type))(peer, role);
        peer.connection.streamReset(uni(role), 0);
      },
    },
  ]),
  {
    name: 'an insertion into the QPACK table',
    to: 'either',
    code: http3Code.QPACK_ENCODER_STREAM_ERROR,
    commit: onUni(hex('02 c0 01 61')),
  },
  {
    name: 'a QPACK table of more than 0 bytes',
    to: 'either',
    code: http3Code.QPACK_ENCODER_STREAM_ERROR,
    commit: onUni(hex('02 3f e1 1f')),
  },
  {
    name: 'a QPACK section acknowledgment',
    to: 'either',
    code: http3Code.QPACK_DECODER_STREAM_ERROR,
    commit: onUni(hex('03 80')),
  },
  {
    name: 'a QPACK insert count increment',
    to: 'either',
    code: http3Code.QPACK_DECODER_STREAM_ERROR,
    commit: onUni(hex('03 01')),
  },
  {
    name: 'a push stream from a client',
    to: 'server',
    code: http3Code.STREAM_CREATION_ERROR,
    commit: onUni(encodeVarints(streamType.PUSH)),
  },
  {
    name: 'a push stream from a server',
    to: 'client',
    code: http3Code.ID_ERROR,
    commit: onUni(encodeVarints(streamType.PUSH)),
  },
  {
    name: 'a WebTransport stream whose session is no request',
    to: 'either',
    code: http3Code.ID_ERROR,
    commit: onUni(encodeVarints(streamType.WEBTRANSPORT, 2)),
  },
  {
    name: 'a WebTransport stream whose session is over 2^53',
    to: 'either',
    code: http3Code.ID_ERROR,
    commit: onUni(concat(encodeVarints(streamType.WEBTRANSPORT), hex('fffffffffffffffc'))),
  },
  {
    name: 'a request from a server',
    to: 'client',
    code: http3Code.STREAM_CREATION_ERROR,
    commit: (peer) => peer.settings().send(serverStream.bidi, headersFrame(connectFields)),
  },
  {
    name: 'DATA before HEADERS',
    to: 'server',
    code: http3Code.FRAME_UNEXPECTED,
    commit: onRequest(frame(frameType.DATA)),
  },
  {
    name: 'HEADERS after those of a CONNECT',
    to: 'server',
    code: http3Code.FRAME_UNEXPECTED,
    commit: connectAndThen(headersFrame(connectFields)),
  },
  ...[
    frameType.CANCEL_PUSH,
    frameType.SETTINGS,
    frameType.PUSH_PROMISE,
    frameType.GOAWAY,
    frameType.MAX_PUSH_ID,
    0x02,
    0x06,
    0x08,
    0x09,
  ].map((type): Offence => ({
    name: `frame type ${type} on a request`,
    to: 'server',
    code: http3Code.FRAME_UNEXPECTED,
    commit: connectAndThen(frame(type)),
  })),
  {
    name: 'the WebTransport signal within a request',
    to: 'server',
    code: http3Code.FRAME_ERROR,
    commit: connectAndThen(frame(frameType.WEBTRANSPORT_STREAM)),
  },
  {
    name: 'a request that ends within a frame',
    to: 'server',
    code: http3Code.FRAME_ERROR,
    commit: (peer) => peer.settings().send(0, concat(headersFrame(connectFields), hex('00 05 01')), true),
  },
  {
    name: 'headers that refer to the dynamic table',
    to: 'server',
    code: http3Code.QPACK_DECOMPRESSION_FAILED,
    commit: onRequest(frame(frameType.HEADERS, hex('02 00 80'))),
  },
  {
    name: 'more streams than are allowed',
    to: 'server',
    code: http3Code.EXCESSIVE_LOAD,
    commit: (peer) => {
      peer.settings();
      for (let id = 0; id < 4 * 300; id += 4) peer.send(id, hex('01'));
    },
  },
  {
    name: 'an empty QUIC datagram',
    to: 'either',
    code: http3Code.DATAGRAM_ERROR,
    commit: (peer) => peer.connection.datagram(new Uint8Array(0)),
  },
  {
    name: 'a datagram whose stream id is cut off',
    to: 'either',
    code: http3Code.DATAGRAM_ERROR,
    commit: (peer) => peer.connection.datagram(hex('c000')),
  },
  {
    name: 'a datagram of a stream over 2^53',
    to: 'either',
    code: http3Code.DATAGRAM_ERROR,
    commit: (peer) => peer.connection.datagram(hex('ffffffffffffffff')),
  },
];

describe('An HTTP/3 connection', () => {
  for (const { name, to, code, commit } of offences) {
    for (const role of to === 'either' ? (['server', 'client'] as const) : [to]) {
      it(`is closed by the ${role} with 0x${code.toString(16)} on ${name}`, () => {
        const peer = new RawPeer(role);
        peer.onRequest = (request) => request.accept();
        commit(peer, role);
        assert.equal(peer.closedWith, code, peer.end.closed?.reason);
      });
    }
  }

  it('opens its control stream with SETTINGS that browsers of all ages understand', () => {
    const end = new FakeEnd('server');
    new Http3Connection('server', end, { sessionRequested: () => undefined }).start();
    const sent = concat(...end.outbox.map((parcel) => (parcel.kind === 'data' ? parcel.bytes : new Uint8Array(0))));
    assert.deepEqual(
      end.outbox.map((parcel) => parcel.kind === 'data' && parcel.id),
      [3, 3],
    );
    assert.equal(sent[0], streamType.CONTROL);
    assert.equal(sent[1], frameType.SETTINGS);
    const values = new Map<number, number>();
    const integers: number[] = [];
    for (let offset = 3; offset < sent.length; offset += 1 << (sent[offset]! >> 6))
      integers.push(readVarint(sent, offset));
    for (let i = 0; i < integers.length; i += 2) values.set(integers[i]!, integers[i + 1]!);
    assert.deepEqual(Object.fromEntries(values), {
      0x01: 0,
      0x06: 16_384,
      0x07: 0,
      0x08: 1,
      0x33: 1,
      0xffd277: 1,
      0x2b603742: 1,
      0x2c7cf000: 1,
      0xc671706a: 1,
      0x14e9cd29: 1,
    });
    assert.deepEqual(decodeSettings(sent.subarray(3)), { extendedConnect: true, datagrams: true, webTransport: true });
  });

  it('ignores settings, frames and capsules it does not know, and stops streams it does not know', () => {
    const peer = new RawPeer('server');
    peer.onRequest = (request) => request.accept();
    const settings = concat(
      encodeVarints(0x33, 1, grease, 7, grease + 0x1f, 7),
      hex('ffffffffffffffe0 01 ffffffffffffffe1 01'),
    );
    peer.control(encodeVarints(streamType.CONTROL), frame(frameType.SETTINGS, settings), frame(grease, hex('010203')));
    peer.send(6, concat(encodeVarints(grease), hex('0102')));
    peer.send(
      0,
      concat(
        frame(grease, hex('0102')),
        headersFrame(connectFields),
        frame(grease),
        frame(frameType.DATA, frame(grease, hex('04'))),
      ),
    );
    assert.equal(peer.closedWith, undefined);
    assert.equal(peer.requests.length, 1);
    assert.equal(peer.on(6).stopped, http3Code.STREAM_CREATION_ERROR);
  });

  it('takes QPACK streams that say nothing but capacity 0 and cancellations', () => {
    const peer = new RawPeer('server')
      .settings()
      .send(6, hex('02 20 20'))
      .send(10, hex('03 44 7f'))
      .send(10, hex('80 01 7f 00 40'));
    assert.equal(peer.closedWith, undefined);
  });

  it('bears unidirectional streams that end before they say what they are', () => {
    const peer = new RawPeer('server').settings().send(6, hex('40'), true).send(10, new Uint8Array(0), true);
    peer.connection.streamReset(14, 0);
    assert.equal(peer.closedWith, undefined);
  });

  it('resets a request stream that ends or is reset before it begins', () => {
    const peer = new RawPeer('server').settings().send(0, new Uint8Array(0), true);
    peer.connection.streamReset(4, 0);
    assert.equal(peer.on(0).reset, http3Code.REQUEST_INCOMPLETE);
    assert.equal(peer.on(4).reset, http3Code.REQUEST_INCOMPLETE);
  });

  it('says nothing and hears nothing after it has closed', () => {
    const peer = new RawPeer('server').settings().control(frame(frameType.DATA));
    assert.equal(peer.closedWith, http3Code.FRAME_UNEXPECTED);
    peer.send(0, headersFrame(connectFields)).settings();
    peer.connection.datagram(hex('00'));
    peer.connection.streamReset(0, 0);
    peer.connection.streamStopped(3, 0);
    peer.connection.goaway();
    peer.connection.connectionClosed('');
    assert.deepEqual(peer.requests, []);
  });

  it('forgets streams that are over, so that any number may follow one another', () => {
    const peer = new RawPeer('server', { maxStreams: 4 }).settings();
    peer.onRequest = (request) => request.accept();
    peer.send(0, headersFrame(connectFields));
    for (let i = 1; i < 50; i++) {
      peer.send(4 * i, headersFrame({ ':method': 'GET', ':scheme': 'https', ':authority': 'x', ':path': '/' }), true);
      peer.send(2 + 4 * i, encodeVarints(grease));
    }
    assert.equal(peer.closedWith, undefined);
  });
});

describe('GOAWAY', () => {
  it('from the server tells the client, drains sessions and rejects later requests', () => {
    const wire = new FakeWire(undefined, { maxSessions: 3 });
    const lines: string[] = [];
    wire.onRequest = (request) => request.accept();
    const connect = (name: string): void =>
      wire.client.connect(
        { authority: 'x', path: '/' },
        {
          opened: (session) => {
            lines.push(`${name} opened`);
            session.setHandler({
              streamOpened: () => undefined,
              datagram: () => undefined,
              closed: () => lines.push(`${name} closed`),
              draining: () => lines.push(`${name} draining`),
            });
          },
          refused: (status, reason) => lines.push(`${name} refused ${status} ${reason}`),
        },
      );
    wire.start();
    connect('first');
    wire.run();
    wire.server.goaway();
    wire.server.goaway();
    connect('crossing');
    wire.run();
    connect('late');
    wire.run();
    assert.equal(wire.goaways, 1);
    assert.deepEqual(lines, [
      'first opened',
      'crossing refused 0 the server goes away',
      'first draining',
      'late refused 0 the server goes away',
    ]);
  });

  it('does not stop new streams of sessions that stand', () => {
    const peer = new RawPeer('server').settings();
    const streams: number[] = [];
    peer.onRequest = (request) =>
      request
        .accept()
        .setHandler({ streamOpened: ({ id }) => streams.push(id), datagram: () => undefined, closed: () => undefined });
    peer.send(0, headersFrame(connectFields));
    peer.connection.goaway();
    peer.send(4, encodeVarints(frameType.WEBTRANSPORT_STREAM, 0));
    peer.send(8, headersFrame(connectFields));
    assert.deepEqual(streams, [4]);
    assert.equal(peer.on(8).reset, http3Code.REQUEST_REJECTED);
    assert.equal(peer.on(8).stopped, http3Code.REQUEST_REJECTED);
    assert.equal(firstHeaders(peer.on(0).bytes)[':status'], '200');
  });
});
