import assert from 'node:assert/strict';
import fc from 'fast-check';
import { methods, type UpstreamResponseInit } from '../../lib/protocol/upstream-codec.js';
import { encodePlainAnswer, readPlainAnswer } from '../../lib/protocol/plain-answer.js';

const plain = fc.record({
  id: fc.maxSafeNat(),
  code: fc.oneof(fc.nat(0xffff_ffff), fc.constant(200)),
  payload: fc.uint8Array({ maxLength: 300 }),
});

/** With the generated decoder. */
function generated(bytes: Uint8Array): unknown {
  const { id, code, message, payload, headers, before, after } = methods.process.decodeReply(bytes);
  return { id, code, message, payload: [...payload], headers: { ...headers }, before, after };
}

function read(bytes: Uint8Array, start = 0, end = bytes.length): unknown {
  const answer = readPlainAnswer(bytes, start, end);
  return answer === undefined ? undefined : { ...answer, payload: [...answer.payload] };
}

describe('encodePlainAnswer', () => {
  it('writes the bytes that the generated encoder writes', () => {
    fc.assert(
      fc.property(plain, (answer) => {
        assert.deepEqual([...encodePlainAnswer(answer.id, answer)!], [...methods.process.encodeReply(answer)]);
      }),
    );
  });

  it('leaves an answer with anything else to the generated encoder', () => {
    const others: UpstreamResponseInit[] = [
      { id: 1, message: 'no' },
      { id: 1, headers: { lang: 'de' } },
      { id: 1, before: [{ topic: 'a' }] },
      { id: 1, after: [{ topic: 'a' }] },
    ];
    for (const answer of others) assert.equal(encodePlainAnswer(1, answer), undefined, JSON.stringify(answer));
  });
});

describe('readPlainAnswer', () => {
  it('reads an answer that lies in the middle of a message, and nothing beside it', () => {
    const answer = methods.process.encodeReply({ id: 5, code: 200, payload: Uint8Array.of(1, 2) });
    const message = Buffer.concat([Uint8Array.of(9, 9), answer, Uint8Array.of(9)]);
    assert.deepEqual(read(message, 2, 2 + answer.length), generated(answer));
  });

  it('leaves what has more, or other numbers, to the generated decoder', () => {
    for (const answer of [{ message: 'no' }, { headers: { a: '' } }, { before: [{ topic: 'a' }] }]) {
      assert.equal(read(methods.process.encodeReply({ id: 1, code: 200, ...answer })), undefined);
    }
  });

  it('means the same as the generated decoder, or leaves it alone: whole, cut off, or with a byte changed', () => {
    fc.assert(
      fc.property(plain, fc.nat(), fc.nat(255), (answer, at, byte) => {
        const whole = methods.process.encodeReply(answer);
        const changed = whole.slice();
        if (changed.length > 0) changed[at % changed.length] = byte;
        for (const bytes of [whole, whole.subarray(0, at % (whole.length + 1)), changed]) {
          const found = read(bytes);
          if (found !== undefined) assert.deepEqual(found, generated(bytes));
        }
      }),
      { numRuns: 3000 },
    );
  });
});
