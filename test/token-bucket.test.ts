import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TokenBucket } from '../lib/token-bucket.js';

describe('TokenBucket', () => {
  it('lets a full burst through at once and then refuses', () => {
    const bucket = new TokenBucket(10, 5);
    const taken = Array.from({ length: 8 }, () => bucket.take(0));
    assert.deepEqual(taken, [true, true, true, true, true, false, false, false]);
  });

  it('gives one token back every 1/rate seconds', () => {
    const bucket = new TokenBucket(10, 1);
    assert.equal(bucket.take(0), true);
    assert.equal(bucket.take(99), false);
    assert.equal(bucket.take(100), true);
  });

  it('never lets more than burst + rate · t through, over any span [B16]', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 50, maxLength: 400 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20 }), (gaps, rate, burst) => {
        const bucket = new TokenBucket(rate, burst);
        const passed: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          if (bucket.take(now)) passed.push(now);
        }
        for (let from = 0; from < passed.length; from++) {
          for (let to = from; to < passed.length; to++) {
            const spanMs = passed[to]! - passed[from]!;
            assert.ok(to - from + 1 <= burst + (rate * spanMs) / 1_000 + 1e-3);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes nothing when it refuses', () => {
    const bucket = new TokenBucket(1, 1);
    bucket.take(0);
    for (let i = 0; i < 1_000; i++) bucket.take(1);
    assert.equal(bucket.take(1_000), true);
  });
});
