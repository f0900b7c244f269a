import assert from 'node:assert/strict';
import fc from 'fast-check';
import { huffmanDecode, huffmanEncode, huffmanSize } from '../../lib/webtransport/huffman.js';
import { hex } from './bytes.js';
import { bytesOf } from './fake-wire.js';

describe('The Huffman code', () => {
  // RFC 7541, C.4 and C.6.
  const examples: [string, string][] = [
    ['www.example.com', 'f1e3 c2e5 f23a 6ba0 ab90 f4ff'],
    ['no-cache', 'a8eb 1064 9cbf'],
    ['custom-key', '25a8 49e9 5ba9 7d7f'],
    ['custom-value', '25a8 49e9 5bb8 e8b4 bf'],
    ['302', '6402'],
    ['307', '640e ff'],
    ['private', 'aec3 771a 4b'],
    ['gzip', '9bd9 ab'],
    ['Mon, 21 Oct 2013 20:13:21 GMT', 'd07a be94 1054 d444 a820 0595 040b 8166 e082 a62d 1bff'],
    ['https://www.example.com', '9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3'],
    [
      'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
      '94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
    ],
  ];
  for (const [text, digits] of examples) {
    it(`is RFC 7541's for '${text}', both ways`, () => {
      assert.deepEqual(huffmanEncode(bytesOf(text)), hex(digits));
      assert.deepEqual(huffmanDecode(hex(digits)), bytesOf(text));
    });
  }

  it('has the codes of RFC 7541, appendix B, at the ends of its lengths', () => {
    // 13 bits 0x1ff8 for 0, 30 bits 0x3ffffffe for 22, 28 bits 0xffffffb for 31, 26 bits 0x3ffffee for 255; ones fill up.
    assert.deepEqual(huffmanEncode(Uint8Array.of(0)), hex('ffc7'));
    assert.deepEqual(huffmanEncode(Uint8Array.of(22)), hex('fffffffb'));
    assert.deepEqual(huffmanEncode(Uint8Array.of(31)), hex('ffffffbf'));
    assert.deepEqual(huffmanEncode(Uint8Array.of(255)), hex('fffffbbf'));
  });

  it('decodes whatever it encodes, to the size it foretold', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (text) => {
        const encoded = huffmanEncode(text);
        assert.equal(encoded.length, huffmanSize(text));
        assert.deepEqual(huffmanDecode(encoded), text);
      }),
    );
  });

  it('has one encoding only for each text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (encoded) => {
        const text = huffmanDecode(encoded);
        if (text !== undefined) assert.deepEqual(huffmanEncode(text), encoded);
      }),
    );
  });

  it('refuses padding that is not ones, padding of a whole byte, and the end-of-string symbol', () => {
    assert.deepEqual(huffmanDecode(hex('1f')), bytesOf('a'));
    assert.equal(huffmanDecode(hex('18')), undefined);
    assert.equal(huffmanDecode(hex('1e')), undefined);
    assert.equal(huffmanDecode(hex('9bd9abff')), undefined);
    assert.equal(huffmanDecode(hex('ffffffff')), undefined);
  });
});
