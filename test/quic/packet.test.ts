import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MIN_INITIAL_BYTES, readInitial, readLongHeader, versionNegotiation } from '../../lib/quic/packet.js';

function longHeader(first: number, version: number, destination: number[], source: number[]): number[] {
  const versionBytes = [24, 16, 8, 0].map((shift) => (version >>> shift) & 0xff);
  return [first, ...versionBytes, destination.length, ...destination, source.length, ...source];
}

function padded(bytes: number[], length = MIN_INITIAL_BYTES): Uint8Array {
  const datagram = new Uint8Array(length);
  datagram.set(bytes);
  return datagram;
}

const eight = [1, 2, 3, 4, 5, 6, 7, 8];

describe('QUIC packet headers', () => {
  it('reads version and ids of a long header', () => {
    const header = readLongHeader(Uint8Array.from(longHeader(0xc0, 0xff00001d, eight, [9])));
    assert.equal(header?.version, 0xff00001d);
    assert.deepEqual([...header.destinationId], eight);
    assert.deepEqual([...header.sourceId], [9]);
    assert.equal(header.end, 16);
  });

  it('reads no further than a datagram is long, whatever lengths it claims', () => {
    const whole = longHeader(0xc0, 1, eight, [9, 9]);
    for (let length = 0; length < whole.length; length++) {
      assert.equal(readLongHeader(Uint8Array.from(whole.slice(0, length))), undefined);
    }
    assert.notEqual(readLongHeader(Uint8Array.from(whole)), undefined);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1300 }), (datagram) => {
        const header = readLongHeader(datagram);
        if (header !== undefined) readInitial(datagram, header);
      }),
    );
  });

  it('takes no ids longer than version 1 has them, and no short header', () => {
    const long = Array.from({ length: 21 }, () => 7);
    assert.equal(readLongHeader(padded(longHeader(0xc0, 1, long, []))), undefined);
    assert.equal(readLongHeader(padded(longHeader(0xc0, 1, eight, long))), undefined);
    assert.equal(readLongHeader(padded(longHeader(0x40, 1, eight, []))), undefined);
  });

  it('reads the token of an Initial, with a length of one or two bytes', () => {
    for (const lengthBytes of [[3], [0x40, 3]]) {
      const datagram = padded([...longHeader(0xc3, 1, eight, []), ...lengthBytes, 7, 8, 9]);
      assert.deepEqual([...(readInitial(datagram, readLongHeader(datagram)!)?.token ?? [])], [7, 8, 9]);
    }
  });

  it('opens no connection for anything but a full-sized Initial of version 1 with a long enough id', () => {
    const attempts: [number[], number?][] = [
      [longHeader(0xe0, 1, eight, [])],
      [longHeader(0xd0, 1, eight, [])],
      [longHeader(0xc0, 2, eight, [])],
      [longHeader(0xc0, 1, eight.slice(1), [])],
      [longHeader(0xc0, 1, eight, []), MIN_INITIAL_BYTES - 1],
      [[...longHeader(0xc0, 1, eight, []), 0x7f, 0xff]],
      [[...longHeader(0xc0, 1, eight, []), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ];
    for (const [bytes, length] of attempts) {
      const datagram = padded(bytes, length);
      assert.equal(readInitial(datagram, readLongHeader(datagram)!), undefined);
    }
  });

  it('answers another version with the ids turned round and the version it speaks', () => {
    const header = readLongHeader(Uint8Array.from(longHeader(0xc0, 0x1a1a1a1a, eight, [9, 8])))!;
    const answer = readLongHeader(versionNegotiation(header))!;
    assert.equal(answer.version, 0);
    assert.deepEqual([...answer.destinationId], [9, 8]);
    assert.deepEqual([...answer.sourceId], eight);
    assert.deepEqual([...versionNegotiation(header).slice(answer.end)], [0, 0, 0, 1]);
  });
});
