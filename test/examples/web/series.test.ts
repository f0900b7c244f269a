import assert from 'node:assert/strict';
import { median, Series } from '../../../examples/web/model/series.js';

describe('a series', () => {
  it('gives what came at a time or later, oldest first', () => {
    const series = new Series(10);
    for (const at of [1, 2, 2, 5]) series.add({ at, value: at });
    assert.deepEqual(
      series.since(2).map(({ at }) => at),
      [2, 2, 5],
    );
    assert.equal(series.indexSince(6), 4);
    assert.equal(series.last?.at, 5);
  });

  it('forgets the oldest and never gives more than its limit', () => {
    const series = new Series(3);
    for (let at = 0; at < 100; at++) series.add({ at, value: 0 });
    assert.deepEqual(
      series.since(0).map(({ at }) => at),
      [97, 98, 99],
    );
    assert.ok(series.entries.length < 6);
  });

  it('has a median unless it is empty', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([]), undefined);
  });
});
