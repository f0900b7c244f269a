import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GatesvrError } from '../../lib/errors.js';
import type { ErrorName } from '../../lib/errors.js';
import { FrameDecoder } from '../../lib/protocol/frame-decoder.js';
import { varintSize, writeVarint } from '../../lib/protocol/varint.js';

function delimited(...frames: Uint8Array[]): Uint8Array {
  return Buffer.concat(
    frames.map((frame) => {
      const bytes = new Uint8Array(varintSize(frame.length) + frame.length);
      bytes.set(frame, writeVarint(bytes, 0, frame.length));
      return bytes;
    }),
  );
}

function drain(decoder: FrameDecoder): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let frame; (frame = decoder.next()) !== undefined;) frames.push(frame);
  return frames;
}

function decodeChunks(chunks: readonly Uint8Array[], limit: number): Uint8Array[] {
  const decoder = new FrameDecoder(limit);
  return chunks.flatMap((chunk) => {
    decoder.push(chunk);
    return drain(decoder);
  });
}

function assertError(act: () => unknown, error: ErrorName): void {
  assert.throws(act, (thrown: unknown) => thrown instanceof GatesvrError && thrown.error === error);
}

const frame = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill);

describe('FrameDecoder', () => {
  it('cuts frames out of a stream, however it is split', () => {
    const split = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 }).chain((frames) => {
      const { length } = delimited(...frames);
      return fc.record({ frames: fc.constant(frames), cuts: fc.array(fc.nat(length), { maxLength: 12 }) });
    });
    fc.assert(
      fc.property(split, ({ frames, cuts }) => {
        const bytes = delimited(...frames);
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((end, index) => bytes.slice(edges[index], end));
        const decoded = decodeChunks(chunks, 400);
        assert.deepEqual(
          decoded.map((one) => [...one]),
          frames.map((one) => [...one]),
        );
      }),
    );
  });

  it('takes one byte at a time', () => {
    const frames = [frame(0), frame(1), frame(200), frame(300, 9), frame(0)];
    const bytes = delimited(...frames);
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
    assert.deepEqual(
      decodeChunks(chunks, 300).map((one) => [...one]),
      frames.map((one) => [...one]),
    );
  });

  it('hands out a frame that lies in one chunk as a view of it, without a copy', () => {
    const bytes = delimited(frame(10), frame(20));
    const [first, second] = decodeChunks([bytes], 100);
    assert.equal(first!.buffer, bytes.buffer);
    assert.equal(second!.buffer, bytes.buffer);
  });

  it('hands out frames that later ones do not overwrite', () => {
    const decoder = new FrameDecoder(1000);
    const bytes = delimited(frame(300, 1), frame(300, 2));
    const kept: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 7) {
      decoder.push(bytes.slice(at, at + 7));
      kept.push(...drain(decoder));
    }
    assert.deepEqual(
      kept.map((one) => [one.length, new Set(one)]),
      [
        [300, new Set([1])],
        [300, new Set([2])],
      ],
    );
  });

  it('accepts a frame at the limit and refuses one over it', () => {
    assert.equal(decodeChunks([delimited(frame(1000))], 1000).length, 1);
    assertError(() => decodeChunks([delimited(frame(1001))], 1000), 'FRAME_TOO_LARGE');
  });

  it('refuses a length over the limit before a byte of the body has come', () => {
    const announcement = new Uint8Array(4);
    const end = writeVarint(announcement, 0, 200_000_000);
    assertError(() => decodeChunks([announcement.subarray(0, end)], 16 * 1024 * 1024), 'FRAME_TOO_LARGE');
    const split = Array.from(announcement.subarray(0, end), (byte) => Uint8Array.of(byte));
    assertError(() => decodeChunks(split, 16 * 1024 * 1024), 'FRAME_TOO_LARGE');
  });

  it('reserves no memory for what is only announced', () => {
    const decoder = new FrameDecoder(16 * 1024 * 1024);
    const announcement = new Uint8Array(4);
    const end = writeVarint(announcement, 0, 16 * 1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    decoder.push(announcement.subarray(0, end));
    assert.deepEqual(drain(decoder), []);
    assert.equal(decoder.pendingBytes, end);
    assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
  });

  it('refuses a length that never ends', () => {
    assertError(() => decodeChunks([Uint8Array.of(0x80, 0x80, 0x80, 0x80)], 100), 'BAD_FRAME');
    const dripped = [0xff, 0xff, 0xff, 0xff].map((byte) => Uint8Array.of(byte));
    assertError(() => decodeChunks(dripped, 100), 'BAD_FRAME');
  });

  it('applies a new limit to the next frame', () => {
    const decoder = new FrameDecoder(10);
    decoder.push(delimited(frame(10), frame(50)));
    assert.equal(decoder.next()?.length, 10);
    decoder.limit = 50;
    assert.equal(decoder.next()?.length, 50);
    assert.equal(decoder.next(), undefined);
  });

  it('tells how much of an unfinished frame it keeps', () => {
    const decoder = new FrameDecoder(1000);
    const bytes = delimited(frame(500));
    decoder.push(bytes.slice(0, 100));
    assert.equal(decoder.next(), undefined);
    assert.equal(decoder.pendingBytes, 100);
    decoder.push(bytes.slice(100));
    assert.equal(decoder.next()?.length, 500);
    assert.equal(decoder.next(), undefined);
    assert.equal(decoder.pendingBytes, 0);
  });

  it('takes empty chunks calmly', () => {
    assert.deepEqual(decodeChunks([new Uint8Array(0), delimited(frame(3)), new Uint8Array(0)], 10).length, 1);
  });

  it('insists that one chunk is worked off before the next', () => {
    const decoder = new FrameDecoder(10);
    decoder.push(delimited(frame(1), frame(1)));
    decoder.next();
    assert.throws(() => {
      decoder.push(delimited(frame(1)));
    }, /push before next returned undefined/);
  });
});
