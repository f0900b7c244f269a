import assert from 'node:assert/strict';
import { areReached, verdictLines, type Verdict } from '../../../bench/support/benchmark.js';

const cheap: Verdict = { measured: '0.1 × the CPU', value: 0.1, wanted: { atMost: 0.125 } };
const slow: Verdict = { measured: '3.9 × the requests', value: 3.9, wanted: { atLeast: 4 } };

describe('a verdict', () => {
  it('is the last line of a benchmark with one goal', () => {
    assert.deepEqual(verdictLines([cheap]), ['0.1 × the CPU, at most 0.125 wanted: reached']);
    assert.deepEqual(verdictLines([slow]), ['3.9 × the requests, at least 4 wanted: missed']);
  });

  it('on several goals names each, and is reached only if all are', () => {
    assert.deepEqual(verdictLines([cheap, slow]).slice(1), [
      '3.9 × the requests, at least 4 wanted: missed',
      '1 of 2 goals: missed',
    ]);
    assert.equal(verdictLines([cheap, { ...slow, value: 4 }]).at(-1), '2 of 2 goals: reached');
    assert.ok(areReached([cheap]) && !areReached([cheap, slow]));
  });

  it('is missed when nothing was measured', () => {
    assert.ok(!areReached([{ ...cheap, value: NaN }]));
    assert.ok(!areReached([{ ...slow, value: NaN }]));
  });
});
