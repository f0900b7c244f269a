import assert from 'node:assert/strict';
import { Liveness } from '../../lib/client/liveness.js';

const INTERVAL = 10_000;

describe('liveness', () => {
  it('is fine while both sides speak', () => {
    const liveness = new Liveness(INTERVAL, 0);
    for (let now = 5000; now < 100_000; now += 5000) {
      liveness.heard(now);
      liveness.sent(now);
      assert.equal(liveness.check(now + 4000), 'fine');
    }
  });

  it('asks when this side was quiet for the interval, although the other speaks', () => {
    const liveness = new Liveness(INTERVAL, 0);
    liveness.heard(9999);
    assert.equal(liveness.check(9999), 'fine');
    assert.equal(liveness.check(10_000), 'ask');
  });

  it('asks when the other side was quiet for the interval, although this one speaks', () => {
    const liveness = new Liveness(INTERVAL, 0);
    liveness.sent(9999);
    assert.equal(liveness.check(10_000), 'ask');
  });

  it('is dead when a question goes unanswered for two intervals', () => {
    const liveness = new Liveness(INTERVAL, 0);
    assert.equal(liveness.check(10_000), 'ask');
    liveness.sent(10_000);
    assert.equal(liveness.check(20_000), 'ask');
    liveness.sent(20_000);
    assert.equal(liveness.check(29_999), 'ask');
    assert.equal(liveness.check(30_000), 'dead');
  });

  it('is not dead in a hidden tab, whose timers run once a minute, as long as questions are answered', () => {
    const liveness = new Liveness(INTERVAL, 0);
    for (let minute = 1; minute < 10; minute++) {
      const now = minute * 60_000;
      assert.equal(liveness.check(now), 'ask');
      liveness.sent(now);
      liveness.heard(now + 50);
    }
  });

  it('says when to look again', () => {
    const liveness = new Liveness(INTERVAL, 0);
    liveness.sent(4000);
    assert.equal(liveness.nextCheckMs(4000), 6000);
    liveness.heard(7000);
    assert.equal(liveness.nextCheckMs(7000), 7000);
    assert.equal(liveness.check(14_000), 'ask');
    assert.equal(liveness.nextCheckMs(14_000), INTERVAL);
  });
});
