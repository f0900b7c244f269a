import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  encodeVarints,
  holdsVarint,
  readVarint,
  varintLength,
  varintSize,
  writeVarint,
} from '../../lib/webtransport/varint.js';
import { hex } from './bytes.js';

describe('Variable-length integers', () => {
  // RFC 9000, A.1. The first is over 2^53 and read with rounding.
  const examples: [string, number][] = [
    ['c2197c5eff14e88c', Number(151_288_809_941_952_652n)],
    ['9d7f3e7d', 494_878_333],
    ['7bbd', 15_293],
    ['25', 37],
    ['4025', 37],
  ];
  for (const [digits, value] of examples) {
    it(`reads ${digits} as ${value}, as RFC 9000 has it`, () => {
      assert.equal(varintLength(hex(digits)[0]!), digits.length / 2);
      assert.equal(readVarint(hex(digits), 0), value);
    });
  }

  it('writes the shortest form on both sides of every boundary', () => {
    const forms: [number, string][] = [
      [0, '00'],
      [63, '3f'],
      [64, '4040'],
      [16_383, '7fff'],
      [16_384, '80004000'],
      [2 ** 30 - 1, 'bfffffff'],
      [2 ** 30, 'c000000040000000'],
      [Number.MAX_SAFE_INTEGER, 'c01fffffffffffff'],
    ];
    for (const [value, digits] of forms) assert.deepEqual(encodeVarints(value), hex(digits), `${value}`);
  });

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { maxLength: 5 }), (values) => {
        const bytes = encodeVarints(...values);
        let offset = 0;
        for (const value of values) {
          assert.ok(holdsVarint(bytes, offset));
          assert.equal(readVarint(bytes, offset), value);
          offset += varintSize(value);
        }
        assert.equal(offset, bytes.length);
        assert.equal(holdsVarint(bytes, offset), false);
      }),
    );
  });

  it('sees that an integer is cut off', () => {
    assert.equal(holdsVarint(hex('c0000000000000'), 0), false);
    assert.equal(holdsVarint(hex('0040'), 1), false);
  });

  it('refuses to write what is no safe integer from 0 on', () => {
    for (const value of [-1, 0.5, NaN, 2 ** 53])
      assert.throws(() => writeVarint(new Uint8Array(8), 0, value), RangeError);
  });
});
