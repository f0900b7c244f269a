import assert from 'node:assert/strict';
import fc from 'fast-check';
import { frameMessage, MessageReader, timeoutHeader, type FrameFault } from '../../lib/upstream/grpc-frame.js';

const MAX_BYTES = 64;

function read(bytes: Uint8Array, cuts: readonly number[] = []): { reader: MessageReader; fault?: FrameFault } {
  const reader = new MessageReader(MAX_BYTES);
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < at.length; i++) {
    const fault = reader.push(bytes.subarray(at[i - 1], at[i]));
    if (fault !== undefined) return { reader, fault };
  }
  return { reader };
}

const message = fc.uint8Array({ maxLength: MAX_BYTES });
const cuts = fc.array(fc.nat());

describe('MessageReader', () => {
  it('brings back what was framed, however it is cut', () => {
    fc.assert(
      fc.property(message, cuts, (bytes, at) => {
        const { reader, fault } = read(frameMessage(bytes), at);
        assert.equal(fault, undefined);
        assert.deepEqual([...reader.message!], [...bytes]);
      }),
    );
  });

  it('has no message before the last byte', () => {
    fc.assert(
      fc.property(message, cuts, fc.nat(), (bytes, at, end) => {
        const frame = frameMessage(bytes);
        assert.equal(read(frame.subarray(0, end % frame.length), at).reader.message, undefined);
      }),
    );
  });

  it('refuses a second message', () => {
    fc.assert(
      fc.property(message, cuts, (bytes, at) => {
        const frame = frameMessage(bytes);
        assert.equal(read(Buffer.concat([frame, frame]), at).fault, 'more than one message');
      }),
    );
  });

  it('refuses a length over the limit as soon as it is announced', () => {
    fc.assert(
      fc.property(fc.integer({ min: MAX_BYTES + 1, max: 0xffffffff }), cuts, (length, at) => {
        const prefix = Buffer.from([0, 0, 0, 0, 0]);
        prefix.writeUInt32BE(length, 1);
        assert.equal(read(prefix, at).fault, 'too large');
      }),
    );
  });

  it('refuses a compressed message', () => {
    const frame = frameMessage(new Uint8Array([1, 2]));
    frame[0] = 1;
    assert.equal(read(frame).fault, 'compressed');
  });

  it('keeps nothing of the chunk it read from', () => {
    const chunk = frameMessage(new Uint8Array([1, 2, 3]));
    const { reader } = read(chunk);
    chunk.fill(9);
    assert.deepEqual([...reader.message!], [1, 2, 3]);
  });
});

describe('timeoutHeader', () => {
  it('has at most eight digits and a unit, and rounds up by less than a unit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 9e10, noNaN: true }), (ms) => {
        const [, digits, unit] = /^(\d{1,8})([mS])$/.exec(timeoutHeader(ms))!;
        const unitMs = unit === 'S' ? 1000 : 1;
        const told = Number(digits) * unitMs;
        assert.ok(told >= ms && told - ms <= unitMs, `${ms} as ${told}`);
      }),
    );
  });

  it('is never zero, and no more than gRPC can say', () => {
    assert.equal(timeoutHeader(0), '1m');
    assert.equal(timeoutHeader(-5), '1m');
    assert.equal(timeoutHeader(1e15), '99999999S');
  });
});
