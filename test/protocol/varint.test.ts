import assert from 'node:assert/strict';
import fc from 'fast-check';
import { varintSize, writeVarint } from '../../lib/protocol/varint.js';
import protobuf from 'protobufjs/minimal.js';

describe('varint', () => {
  function encoded(value: number): Uint8Array {
    const bytes = new Uint8Array(12).fill(0xee);
    const end = writeVarint(bytes, 1, value);
    assert.equal(end, 1 + varintSize(value));
    assert.equal(bytes[0], 0xee);
    assert.equal(bytes[end], 0xee);
    return bytes.subarray(1, end);
  }

  it('writes the examples of the protobuf specification', () => {
    assert.deepEqual([...encoded(0)], [0]);
    assert.deepEqual([...encoded(1)], [1]);
    assert.deepEqual([...encoded(127)], [0x7f]);
    assert.deepEqual([...encoded(150)], [0x96, 0x01]);
  });

  it('writes the largest number of the protocol exactly', () => {
    assert.deepEqual([...encoded(2 ** 53 - 1)], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);
  });

  it('writes what protobuf reads, for every number below 2^53', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeNat(), fc.nat(70_000)), (value) => {
        assert.equal(Number(protobuf.Reader.create(encoded(value)).uint64()), value);
      }),
    );
  });
});
