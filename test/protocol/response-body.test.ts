import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeBody, Outcome, type ItemInit } from '../../lib/protocol/message-codec.js';
import { encodeLoneResponse } from '../../lib/protocol/response-body.js';

describe('encodeLoneResponse', () => {
  it('writes the bytes that the generated encoder writes', () => {
    const response = fc.record({
      clientSeq: fc.maxSafeNat(),
      code: fc.oneof(fc.nat(0xffff_ffff), fc.constant(200)),
      payload: fc.uint8Array({ maxLength: 300 }),
      outcome: fc.constantFrom(Outcome.ANSWERED, Outcome.NOT_EXECUTED, Outcome.UNKNOWN),
    });
    fc.assert(
      fc.property(response, (given) => {
        const items = [{ response: given }];
        assert.deepEqual([...encodeLoneResponse(items)!], [...encodeBody({ delivery: { items } })]);
      }),
    );
  });

  it('writes what is left out as the generated encoder does: not at all', () => {
    const items = [{ response: {} }];
    assert.deepEqual([...encodeLoneResponse(items)!], [...encodeBody({ delivery: { items } })]);
  });

  it('leaves every other unit alone', () => {
    const response = { clientSeq: 1, code: 200 };
    const others: ItemInit[][] = [
      [],
      [{ notify: { topic: 'a' } }],
      [{ notify: { topic: 'a' } }, { response }],
      [{ response: { ...response, message: 'no' } }],
      [{ response: { ...response, headers: { lang: 'de' } } }],
      [{ response: { ...response, stream: true } }],
    ];
    for (const items of others) assert.equal(encodeLoneResponse(items), undefined, JSON.stringify(items));
  });

  it('gives each unit bytes of its own', () => {
    const bodies = [1, 2, 3].map((clientSeq) => encodeLoneResponse([{ response: { clientSeq, code: 200 } }])!);
    const before = bodies.map((body) => [...body]);
    bodies[1]!.fill(0xff);
    assert.deepEqual([...bodies[0]!], before[0]);
    assert.deepEqual([...bodies[2]!], before[2]);
  });
});
