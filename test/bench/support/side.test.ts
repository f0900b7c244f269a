import assert from 'node:assert/strict';
import { Rounds, takeTurns, type Round } from '../../../bench/support/side.js';

function round(count: number, cpuUs: number): Round {
  return { count, cpuUs, elapsedMs: 1000, p50Ms: 1, p99Ms: 2 };
}

function rounds(...all: Round[]): Rounds {
  const made = new Rounds();
  for (const each of all) made.add(each);
  return made;
}

describe('Rounds', () => {
  const slow = rounds(round(10, 100), round(5, 200), round(10, 50));

  it('tell the median of what was measured', () => {
    assert.equal(slow.perSecond, 10);
    assert.equal(slow.cpuUsEach, 10);
    assert.deepEqual(slow.row('slow'), ['slow', 10, '1.00', '2.00', '10.0', '5.00', '40.0', 25]);
  });

  it('are compared round by round: a burst of other work weighs on both sides of its round alike', () => {
    const fast = rounds(round(40, 200), round(20, 400), round(40, 100));
    assert.equal(fast.costBeside(slow), 0.5);
    assert.equal(fast.speedBeside(slow), 4);
  });

  it('come from sides that take turns, after a turn of each that does not count', async () => {
    const turns: string[] = [];
    const measured = await takeTurns(['a', 'b'], { rounds: 2, ms: 5, warmupMs: 1 }, (side, ms) => {
      turns.push(`${side}${ms}`);
      return Promise.resolve(round(ms, 1));
    });
    assert.deepEqual(turns, ['a1', 'b1', 'a5', 'b5', 'a5', 'b5']);
    assert.equal(measured.get('b')!.perSecond, 5);
  });
});
