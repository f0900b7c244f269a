import assert from 'node:assert/strict';
import { createBalancer, hashText, type Candidate } from '../../lib/upstream/balance.js';
import { makeJob, TestOwner } from '../dispatch/jobs.js';

interface Named extends Candidate {
  readonly name: string;
}

const instance = (name: string, inFlight = 0): Named => ({ name, hash: hashText(name), inFlight });
const ABC = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'].map((name) => instance(name));
const players = Array.from({ length: 3000 }, (_, i) =>
  makeJob({ owner: new TestOwner(`player-${i}`, `zone-${i % 10}`) }),
);

describe('round-robin', () => {
  it('gives each instance its turn', () => {
    const balance = createBalancer('round-robin');
    const chosen = Array.from({ length: 6 }, () => balance(ABC, makeJob()).name);
    assert.deepEqual(chosen.slice(0, 3), chosen.slice(3));
    assert.equal(new Set(chosen).size, 3);
  });
});

describe('least-pending', () => {
  it('takes the instance with the fewest calls', () => {
    const balance = createBalancer('least-pending');
    const candidates = [instance('a', 5), instance('b', 1), instance('c', 2)];
    for (let i = 0; i < 5; i++) assert.equal(balance(candidates, makeJob()).name, 'b');
  });

  it('takes equal ones in turn', () => {
    const balance = createBalancer('least-pending');
    assert.equal(new Set(Array.from({ length: 3 }, () => balance(ABC, makeJob()).name)).size, 3);
  });
});

describe('sticky-player', () => {
  const balance = createBalancer('sticky-player');

  it('sends a player to the same instance, in whatever order they are named', () => {
    for (const job of players) assert.equal(balance(ABC, job).name, balance([...ABC].reverse(), job).name);
  });

  it('spreads players evenly', () => {
    for (const { name } of ABC) {
      const share = players.filter((job) => balance(ABC, job).name === name).length / players.length;
      assert.ok(share > 0.28 && share < 0.39, `${name} has ${share}`);
    }
  });

  it('moves only the players of an instance that goes', () => {
    const left = ABC.slice(1);
    for (const job of players) {
      const before = balance(ABC, job);
      if (before !== ABC[0]) assert.equal(balance(left, job), before);
    }
  });
});

describe('sticky-zone', () => {
  it('sends a whole zone to one instance', () => {
    const balance = createBalancer('sticky-zone');
    const byZone = new Map<string, Set<string>>();
    for (const job of players) {
      const chosen = byZone.get(job.owner.zone) ?? new Set();
      byZone.set(job.owner.zone, chosen.add(balance(ABC, job).name));
    }
    assert.ok([...byZone.values()].every(({ size }) => size === 1));
    assert.ok(new Set([...byZone.values()].flatMap((names) => [...names])).size > 1);
  });
});
