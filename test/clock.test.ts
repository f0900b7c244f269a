import assert from 'node:assert/strict';
import { systemClock } from '../lib/clock.js';

describe('systemClock', () => {
  it('never goes back', () => {
    let last = systemClock.now();
    for (let i = 0; i < 1000; i++) {
      const now = systemClock.now();
      assert.ok(now >= last);
      last = now;
    }
  });

  it('tells Unix time', () => {
    assert.ok(Math.abs(systemClock.wallTime() - Date.now()) < 10_000);
  });

  it('calls back once, no sooner than asked', async () => {
    const from = systemClock.now();
    let calls = 0;
    await new Promise<void>((resolve) => {
      // The timer alone would not keep a process alive; mocha's own does here.
      systemClock.after(20, () => {
        calls++;
        resolve();
      });
    });
    assert.equal(calls, 1);
    // Node rounds timers to whole milliseconds.
    assert.ok(systemClock.now() - from >= 19);
  });

  it('does not call back what was taken back', async () => {
    let calls = 0;
    const cancel = systemClock.after(1, () => calls++);
    cancel();
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.after(10, resolve);
    });
    assert.equal(calls, 0);
  });
});
