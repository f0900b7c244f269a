import assert from 'node:assert/strict';
import { SlowWatch } from '../../lib/session/slow-watch.js';

const limits = { slowUnits: 10, slowBytes: 1_000, slowGraceMs: 100 };

describe('SlowWatch', () => {
  it('warns once above a mark, waits, and cuts after the grace', () => {
    const watch = new SlowWatch(limits);
    assert.equal(watch.judge(10, 1_000, false, 0), 'fine');
    assert.equal(watch.judge(11, 0, false, 1), 'warn');
    assert.equal(watch.judge(11, 0, false, 2), 'wait');
    assert.equal(watch.judge(0, 1_001, false, 100), 'wait');
    assert.equal(watch.judge(0, 1_001, false, 101), 'cut');
  });

  it('forgets when the backlog falls below the mark', () => {
    const watch = new SlowWatch(limits);
    watch.judge(11, 0, false, 0);
    assert.equal(watch.judge(3, 0, false, 50), 'fine');
    assert.equal(watch.judge(11, 0, false, 120), 'warn');
    assert.equal(watch.judge(11, 0, false, 219), 'wait');
  });

  it('does not count the backlog of a replay', () => {
    const watch = new SlowWatch(limits);
    assert.equal(watch.judge(500, 0, true, 0), 'fine');
    assert.equal(watch.judge(500, 0, true, 1_000), 'fine');
    assert.equal(watch.judge(500, 0, false, 1_001), 'warn');
  });

  it('cuts a connection that takes nothing for the grace, even in a replay', () => {
    const watch = new SlowWatch(limits);
    watch.stalled(true, 0);
    watch.stalled(true, 90);
    assert.equal(watch.judge(500, 0, true, 99), 'wait');
    assert.equal(watch.judge(500, 0, true, 100), 'cut');
  });

  it('lets a connection go on that takes bytes again', () => {
    const watch = new SlowWatch(limits);
    watch.stalled(true, 0);
    watch.stalled(false, 99);
    assert.equal(watch.judge(0, 0, true, 200), 'fine');
  });
});
