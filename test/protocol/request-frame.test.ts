import assert from 'node:assert/strict';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { gatesvr } from '../../lib/gen/gateway.js';
import { encodeClientFrame, type ClientFrameInit } from '../../lib/protocol/message-codec.js';
import { readRequestFrame } from '../../lib/protocol/request-frame.js';

function frameBytes(frame: ClientFrameInit): Uint8Array {
  const delimited = encodeClientFrame(frame);
  const reader = protobuf.Reader.create(delimited);
  reader.uint32();
  return delimited.subarray(reader.pos);
}

/** Reads as readRequestFrame does, but with the generated decoder, whatever is in the bytes. */
function generated(bytes: Uint8Array): unknown {
  const { seq, ack, body, request } = gatesvr.v1.ClientFrame.decode(bytes);
  if (body !== 'request') return body;
  const { action, payload, headers, timeoutMs } = request;
  return { seq, ack, body, request: { action, payload: [...(payload ?? [])], headers: { ...headers }, timeoutMs } };
}

function read(bytes: Uint8Array): unknown {
  const frame = readRequestFrame(bytes);
  if (frame === undefined) return undefined;
  return { ...frame, request: { ...frame.request, payload: [...frame.request.payload] } };
}

const requestFrame = fc.record({
  seq: fc.maxSafeNat(),
  ack: fc.maxSafeNat(),
  request: fc.record({
    action: fc.string({ maxLength: 30 }),
    payload: fc.uint8Array({ maxLength: 200 }),
    timeoutMs: fc.nat(0xffff_ffff),
  }),
});

describe('readRequestFrame', () => {
  it('reads a request as clients send it', () => {
    const bytes = frameBytes({ seq: 300, ack: 7, request: { action: 'zone.move', payload: Uint8Array.of(1, 2) } });
    assert.deepEqual(read(bytes), {
      seq: 300,
      ack: 7,
      body: 'request',
      request: { action: 'zone.move', payload: [1, 2], headers: {}, timeoutMs: 0 },
    });
  });

  it('reads one where it lies among other bytes, whatever was asked for before it', () => {
    for (const action of ['echo', 'exho', 'ech', 'echo', 'echoes']) {
      const bytes = frameBytes({ seq: 9, request: { action, payload: Uint8Array.of(4) } });
      const frame = readRequestFrame(Buffer.concat([Buffer.alloc(3, 7), bytes, bytes]), 3, 3 + bytes.length);
      assert.deepEqual([frame!.seq, frame!.request.action, ...frame!.request.payload], [9, action, 4]);
    }
  });

  it('reads every field that may be missing as its default', () => {
    assert.deepEqual(read(frameBytes({ request: {} })), generated(frameBytes({ request: {} })));
  });

  it('leaves to the generated decoder what is not such a request', () => {
    for (const frame of [
      {},
      { ack: 5 },
      { seq: 1, heartbeat: { clientTimeMs: 1 } },
      { seq: 1, request: { action: 'größe' } },
      { seq: 1, request: { action: 'a', headers: { lang: 'de' } } },
      { seq: Number.MAX_SAFE_INTEGER, request: { action: 'a' } },
    ]) {
      assert.equal(readRequestFrame(frameBytes(frame)), undefined, JSON.stringify(frame));
    }
    const twice = Buffer.concat([frameBytes({ request: { action: 'a' } }), frameBytes({ request: { action: 'b' } })]);
    assert.equal(readRequestFrame(twice), undefined);
  });

  it('means the same as the generated decoder, or leaves it alone: whole, cut off, or with a byte changed', () => {
    fc.assert(
      fc.property(requestFrame, fc.nat(), fc.nat(255), (frame, at, byte) => {
        const whole = frameBytes(frame);
        const changed = whole.slice();
        changed[at % changed.length] = byte;
        for (const bytes of [whole, whole.subarray(0, at % whole.length), changed]) {
          const found = read(bytes);
          if (found !== undefined) assert.deepEqual(found, generated(bytes));
        }
      }),
      { numRuns: 3000 },
    );
  });
});
