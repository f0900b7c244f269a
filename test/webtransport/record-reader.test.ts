import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeRecord } from '../../lib/webtransport/frame.js';
import { RecordReader, type Disposition } from '../../lib/webtransport/record-reader.js';
import { concat, hex } from './bytes.js';
import { cutAt } from './fake-wire.js';

interface Seen {
  readonly type: number;
  readonly value: number[];
}

/** Reads `bytes`, cut in parts, and notes each record; what is skipped has an empty value. */
function readAll(parts: Uint8Array[], wanted: (type: number) => Disposition): { seen: Seen[]; atBoundary: boolean } {
  const seen: Seen[] = [];
  const reader = new RecordReader({
    begin: (type) => {
      if (wanted(type) !== 'whole') seen.push({ type, value: [] });
      return wanted(type);
    },
    whole: (type, value) => seen.push({ type, value: [...value] }),
    piece: (_type, value) => seen.at(-1)!.value.push(...value),
  });
  for (const part of parts) reader.push(part);
  return { seen, atBoundary: reader.atBoundary };
}

const dispositions: Disposition[] = ['whole', 'pieces', 'skip'];
const wantedByType = (type: number): Disposition => dispositions[type % 3]!;

describe('The reader of frames and capsules', () => {
  it('reads the same records however the bytes are cut', () => {
    const record = fc.tuple(fc.nat(100_000), fc.uint8Array({ maxLength: 100 }));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), fc.integer({ min: 1, max: 40 }), (records, size) => {
        const bytes = concat(...records.map(([type, value]) => encodeRecord(type, value)));
        const expected = records.map(([type, value]) => ({ type, value: type % 3 === 2 ? [] : [...value] }));
        assert.deepEqual(readAll(cutAt(size)(bytes), wantedByType), { seen: expected, atBoundary: true });
      }),
    );
  });

  it('knows that it is within a record after each byte but the last', () => {
    const bytes = encodeRecord(0x2843, hex('00 01 02'));
    for (let i = 1; i < bytes.length; i++)
      assert.equal(readAll([bytes.subarray(0, i)], () => 'whole').atBoundary, false);
    assert.equal(readAll([bytes], () => 'whole').atBoundary, true);
  });

  it('keeps no more of a long record than has come', () => {
    const reader = new RecordReader({ begin: () => 'whole', whole: () => undefined, piece: () => undefined });
    // 2^62 − 1 bytes are announced: allocating them would throw.
    reader.push(hex('01 ffffffffffffffff'));
    for (let i = 0; i < 100; i++) reader.push(new Uint8Array(10));
    assert.equal(reader.atBoundary, false);
  });

  it('reads nothing after it was stopped, not even the rest of the same bytes', () => {
    const seen: number[] = [];
    const reader: RecordReader = new RecordReader({
      begin: (type) => {
        seen.push(type);
        return 'whole';
      },
      whole: () => reader.stop(),
      piece: () => undefined,
    });
    reader.push(hex('01 00 02 00'));
    reader.push(hex('03 00'));
    assert.deepEqual(seen, [1]);
  });
});
