import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeClose, encodeDrain } from '../../lib/webtransport/capsule.js';
import { encodeRecord, frameType } from '../../lib/webtransport/frame.js';
import { encodeSettings } from '../../lib/webtransport/settings.js';
import { encodeVarints } from '../../lib/webtransport/varint.js';
import { concat, hex } from './bytes.js';
import { bytesOf, SessionLog } from './fake-wire.js';
import { connectFields, controlStart, data, frame, headersFrame, RawPeer, streamOf } from './peer.js';

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
