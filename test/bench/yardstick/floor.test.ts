import assert from 'node:assert/strict';
import '../../../lib/protocol/protobuf.js';
import fc from 'fast-check';
import { FrameCollector, FrameCutter } from '../../../bench/yardstick/floor/frames.js';
import { RequestBatch, ResponseReader } from '../../../bench/yardstick/floor/tunnel-batch.js';
import { gatesvr } from '../../../lib/gen/upstream.js';
import { methods } from '../../../lib/protocol/upstream-codec.js';

const { TunnelRequest, TunnelResponse } = gatesvr.upstream.v1;

const messages = fc.array(
  fc.record({ id: fc.integer({ min: 1, max: 2 ** 32 - 1 }), payload: fc.uint8Array({ maxLength: 400 }) }),
  { minLength: 1, maxLength: 40 },
);
const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 200 }));

/** Pushes `bytes` in pieces of these sizes. */
function inPieces(bytes: Uint8Array, sizes: Iterator<number>, push: (piece: Uint8Array) => void): void {
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + (sizes.next().value as number));
    push(bytes.slice(at, end));
    at = end;
  }
}

describe('the floor', () => {
  it('reads its frames back, however they are cut', () => {
    fc.assert(
      fc.property(messages, cuts, (sent, sizes) => {
        const collector = new FrameCollector();
        for (const { id, payload } of sent) collector.add(id, payload, 0, payload.length);
        const read: [number, number[]][] = [];
        const cutter = new FrameCutter((id, bytes, start, end) => read.push([id, [...bytes.subarray(start, end)]]));
        inPieces(collector.take(), sizes, (piece) => cutter.push(piece));
        assert.ok(collector.empty);
        assert.deepEqual(
          read,
          sent.map(({ id, payload }) => [id, [...payload]]),
        );
      }),
    );
  });

  it('writes a turn of requests as the TunnelRequest that the service reads', () => {
    fc.assert(
      fc.property(messages, (sent) => {
        const batch = new RequestBatch();
        const constant = methods.process.encodeRequest({ playerId: 'ann', action: 'echo', remainingMs: 30_000 });
        for (const { id, payload } of sent) batch.add(constant, id, payload, 0, payload.length);
        const message = Buffer.from(batch.take());
        assert.equal(message.readUInt32BE(1), message.length - 5);
        const { requests } = TunnelRequest.decode(message.subarray(5));
        assert.deepEqual(
          requests.map(({ id, playerId, action, payload }) => ({ id, playerId, action, payload: [...payload!] })),
          sent.map(({ id, payload }) => ({ id, playerId: 'ann', action: 'echo', payload: [...payload] })),
        );
      }),
    );
  });

  it('finds id, code and payload of responses, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1, maxLength: 4 }), cuts, (turns, sizes) => {
        const stream = turns.map((turn) => {
          const responses = turn.map(({ id, payload }) => ({ id, code: 200, message: 'fine', payload }));
          return grpcMessage(TunnelResponse.encode({ responses }).finish());
        });
        const read: { id: number; payload: number[] }[] = [];
        const reader = new ResponseReader((id, code, bytes, start, end) => {
          assert.equal(code, 200);
          read.push({ id, payload: [...bytes.subarray(start, end)] });
        });
        inPieces(Buffer.concat(stream), sizes, (piece) => reader.push(piece));
        assert.deepEqual(
          read,
          turns.flat().map(({ id, payload }) => ({ id, payload: [...payload] })),
        );
      }),
    );
  });
});

function grpcMessage(message: Uint8Array): Buffer {
  const framed = Buffer.alloc(5 + message.length);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}
