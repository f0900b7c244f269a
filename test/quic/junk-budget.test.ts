import assert from 'node:assert/strict';
import { JunkBudget } from '../../lib/quic/junk-budget.js';

const MIB = 1024 * 1024;

describe('JunkBudget', () => {
  it('ends a flood that reaches no stream after little more than a mebibyte', () => {
    const budget = new JunkBudget(0);
    let received = 0;
    while (!budget.exceeded(0)) {
      budget.received(1350);
      received += 1350;
      // The engine acknowledges every other datagram.
      if ((received / 1350) % 2 === 0) budget.sent();
    }
    assert.ok(received > MIB && received < 1.2 * MIB);
  });

  it('lets an honest upload go on for ever, with one datagram in a hundred sent twice', () => {
    const budget = new JunkBudget(0);
    for (let i = 0; i < 1_000_000; i++) {
      budget.received(1350);
      if (i % 100 !== 0) budget.delivered(1300);
      if (i % 2 === 0) budget.sent();
    }
    assert.equal(budget.exceeded(0), false);
  });

  it('lets small messages, acknowledgements and pings go on for ever', () => {
    const budget = new JunkBudget(0);
    for (let i = 0; i < 1_000_000; i++) {
      budget.received(40);
      budget.received(95);
      budget.delivered(50);
      budget.sent();
    }
    assert.equal(budget.exceeded(0), false);
  });

  it('lets a window full of bytes wait behind one that was lost', () => {
    const budget = new JunkBudget(6 * MIB);
    let held = 0;
    while (held < 6 * MIB) {
      budget.received(1350);
      held += 1300;
    }
    assert.equal(budget.exceeded(0), false);
    budget.delivered(held);
    assert.equal(budget.exceeded(0), false);
  });

  it('waits for what paused streams hold back, and no longer than they may', () => {
    const budget = new JunkBudget(0);
    for (let i = 0; i < 900; i++) budget.received(1350);
    assert.equal(budget.exceeded(0), true);
    assert.equal(budget.exceeded(256 * 1024), false);
    budget.delivered(256 * 1024);
    assert.equal(budget.exceeded(0), false);
  });
});
