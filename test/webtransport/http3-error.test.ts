import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toApplicationCode, toHttp3Code } from '../../lib/webtransport/http3-error.js';

describe('Error codes of WebTransport streams', () => {
  it('lie where the draft puts them', () => {
    assert.equal(toHttp3Code(0), 0x52e4a40fa8db);
    assert.equal(toHttp3Code(29), 0x52e4a40fa8f8);
    assert.equal(toHttp3Code(30), 0x52e4a40fa8fa);
    assert.equal(toHttp3Code(255), 0x52e4a40fa9e2);
    assert.equal(toHttp3Code(0xffff_ffff), 0x52e5ac983162);
  });

  it('come back as they went, and never fall on a reserved code of HTTP/3', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (code) => {
        assert.equal(toApplicationCode(toHttp3Code(code)), code);
        assert.notEqual((toHttp3Code(code) - 0x21) % 0x1f, 0);
      }),
    );
  });

  it('are 0 where the code carries none', () => {
    for (const code of [0, 0x10c, 0x52e4a40fa8da, 0x52e4a40fa8f9, 0x52e5ac983163])
      assert.equal(toApplicationCode(code), 0);
  });

  it('have 32 bits', () => {
    for (const code of [-1, 0.5, 2 ** 32, NaN]) assert.throws(() => toHttp3Code(code), RangeError);
  });
});
