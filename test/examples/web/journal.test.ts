import assert from 'node:assert/strict';
import { Journal, MAX_NEW } from '../../../examples/web/model/journal.js';

describe('the journal', () => {
  it('says how many entries were too many to keep until somebody looked', () => {
    const journal = new Journal();
    for (let seq = 1; seq <= MAX_NEW + 5; seq++) journal.unit(seq, [], false);
    const { entries, skipped } = journal.take();
    assert.equal(entries.length, MAX_NEW);
    assert.equal(skipped, 5);
    assert.deepEqual(journal.take(), { entries: [], skipped: 0 });
  });
});
