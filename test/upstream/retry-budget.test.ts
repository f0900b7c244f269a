import assert from 'node:assert/strict';
import { RetryBudget } from '../../lib/upstream/retry-budget.js';

function spendAll(budget: RetryBudget): number {
  let spent = 0;
  while (budget.spend()) spent++;
  return spent;
}

describe('RetryBudget', () => {
  it('allows 64 retries at once, then one for ten successes', () => {
    const budget = new RetryBudget();
    assert.equal(spendAll(budget), 64);
    for (let i = 0; i < 31; i++) budget.succeeded();
    assert.equal(spendAll(budget), 3);
  });

  it('saves up no more than that', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 10_000; i++) budget.succeeded();
    assert.equal(spendAll(budget), 64);
  });
});
