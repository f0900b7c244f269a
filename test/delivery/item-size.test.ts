import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mayExceed } from '../../lib/delivery/item-size.js';
import { encodeDelivery, type ItemInit } from '../../lib/protocol/message-codec.js';

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const payload = fc.uint8Array({ maxLength: 300 });
const headers = fc.dictionary(text, text, { maxKeys: 4 });
const max = fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER);
const notify = fc.record({ topic: text, payload, headers, boundClientSeq: max, id: text });
const response = fc.record({ clientSeq: max, code: fc.constantFrom(0, 2 ** 32 - 1), message: text, payload, headers });
const item: fc.Arbitrary<ItemInit> = fc.oneof(fc.record({ notify }), fc.record({ response }));

describe('mayExceed', () => {
  it('never says that items fit which do not', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 5 }), (items) => {
        assert.ok(mayExceed(items, encodeDelivery(items).length - 1));
      }),
      { numRuns: 1000 },
    );
  });

  it('says that an ordinary answer fits, without encoding it', () => {
    assert.ok(!mayExceed([{ response: { payload: new Uint8Array(1000) } }], 1200));
  });
});
