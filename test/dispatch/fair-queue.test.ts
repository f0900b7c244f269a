import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Job } from '../../lib/dispatch/job.js';
import { FairQueue } from '../../lib/dispatch/fair-queue.js';
import { makeJob, TestOwner } from './jobs.js';

const alice = new TestOwner('alice');
const bob = new TestOwner('bob');
const carol = new TestOwner('carol');

function job(owner: TestOwner, action: string, serial = false): Job {
  return makeJob({ owner, action, route: { serial } });
}

function takeAll(queue: FairQueue): string[] {
  const taken = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next.action);
  return taken;
}

describe('FairQueue', () => {
  it("serves players in turn and each player's jobs in their order", () => {
    const queue = new FairQueue();
    for (const action of ['a1', 'a2', 'a3']) queue.add(job(alice, action));
    for (const action of ['b1', 'b2']) queue.add(job(bob, action));
    queue.add(job(carol, 'c1'));
    assert.deepEqual(takeAll(queue), ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    assert.equal(queue.length, 0);
  });

  it('lets a player who comes late wait for one job of each other, not for their whole lines', () => {
    const queue = new FairQueue();
    for (let i = 0; i < 1000; i++) queue.add(job(alice, 'flood'));
    queue.take();
    queue.add(job(bob, 'single'));
    queue.take();
    assert.equal(queue.take()!.action, 'single');
  });

  it('gives each player a turn of several jobs where that is asked for', () => {
    const queue = new FairQueue(2);
    for (const action of ['a1', 'a2', 'a3', 'a4', 'a5']) queue.add(job(alice, action));
    for (const action of ['b1', 'b2', 'b3']) queue.add(job(bob, action));
    assert.deepEqual(takeAll(queue), ['a1', 'a2', 'b1', 'b2', 'a3', 'a4', 'b3', 'a5']);
  });

  it('ends a turn early when nothing more of the player is due', () => {
    const queue = new FairQueue(3);
    queue.add(job(alice, 'a1'));
    queue.add(job(alice, 'serial', true));
    queue.add(job(bob, 'b1'));
    const first = queue.take()!;
    assert.deepEqual([first.action, queue.take()!.action], ['a1', 'b1']);
    queue.finished(first);
    assert.deepEqual(takeAll(queue), ['serial']);
  });

  it('takes a job out of the middle without touching the others', () => {
    const queue = new FairQueue();
    const middle = job(alice, 'a2');
    queue.add(job(alice, 'a1'));
    queue.add(middle);
    queue.add(job(alice, 'a3'));
    queue.remove(middle);
    queue.remove(middle);
    assert.equal(queue.length, 2);
    assert.deepEqual(takeAll(queue), ['a1', 'a3']);
  });

  it('holds a serial job until all before it are finished, and all behind it until it is', () => {
    const queue = new FairQueue();
    const [before, serial, behind] = [job(alice, 'before'), job(alice, 'serial', true), job(alice, 'behind')];
    for (const each of [before, serial, behind]) queue.add(each);
    assert.equal(queue.take(), before);
    assert.equal(queue.take(), undefined);
    queue.finished(before);
    assert.equal(queue.take(), serial);
    assert.equal(queue.take(), undefined);
    queue.finished(serial);
    assert.equal(queue.take(), behind);
  });

  it("lets one player's serial job hold up nobody else", () => {
    const queue = new FairQueue();
    queue.add(job(alice, 'a1', true));
    queue.add(job(alice, 'a2', true));
    queue.add(job(bob, 'b1', true));
    assert.deepEqual(takeAll(queue), ['a1', 'b1']);
  });

  it('puts a job that was given back before all others of its player', () => {
    const queue = new FairQueue();
    const first = job(alice, 'a1', true);
    queue.add(first);
    queue.add(job(alice, 'a2', true));
    queue.take();
    queue.finished(first);
    queue.addFirst(first);
    assert.equal(queue.take(), first);
    assert.equal(queue.take(), undefined);
  });

  it('lets those behind a serial job go on when it is taken out', () => {
    const queue = new FairQueue();
    const running = job(alice, 'running');
    const serial = job(alice, 'serial', true);
    queue.add(running);
    queue.take();
    queue.add(serial);
    queue.add(job(alice, 'behind'));
    assert.equal(queue.due, false);
    queue.remove(serial);
    assert.equal(queue.take()!.action, 'behind');
  });

  it('forgets players of whom nothing waits or runs', () => {
    const queue = new FairQueue();
    const first = job(alice, 'a1');
    const second = job(alice, 'a2');
    queue.add(first);
    queue.add(second);
    queue.take();
    queue.remove(second);
    assert.equal(queue.players, 1);
    queue.finished(first);
    assert.equal(queue.players, 0);
  });

  it('keeps order, turns and serial through every mix of operations, and ends empty', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add', 'add', 'take', 'take', 'finish', 'finish', 'remove', 'giveBack'),
      player: fc.integer({ min: 0, max: 2 }),
      serial: fc.boolean(),
      at: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const owners = [alice, bob, carol];
        const queue = new FairQueue();
        const waiting: Job[] = [];
        const running: Job[] = [];
        const mine = (jobs: Job[], one: Job): Job[] => jobs.filter(({ owner }) => owner === one.owner);
        const due = (one: Job): boolean =>
          mine(waiting, one)[0] === one &&
          !mine(running, one).some(({ route }) => route.serial) &&
          !(one.route.serial && mine(running, one).length > 0);
        const take = (): void => {
          const taken = queue.take();
          assert.equal(taken === undefined, !waiting.some(due));
          if (taken === undefined) return;
          assert.ok(due(taken));
          waiting.splice(waiting.indexOf(taken), 1);
          running.push(taken);
        };
        for (const { what, player, serial, at } of steps) {
          if (what === 'add') {
            const added = job(owners[player]!, 'x', serial);
            queue.add(added);
            waiting.push(added);
          } else if (what === 'take') {
            take();
          } else if (what === 'remove') {
            const [removed] = waiting.splice(at % (waiting.length || 1), 1);
            if (removed !== undefined) queue.remove(removed);
          } else {
            const [finished] = running.splice(at % (running.length || 1), 1);
            if (finished === undefined) continue;
            queue.finished(finished);
            if (what !== 'giveBack') continue;
            queue.addFirst(finished);
            waiting.unshift(finished);
          }
          assert.equal(queue.length, waiting.length);
        }
        while (waiting.length > 0) {
          take();
          for (const finished of running.splice(0)) queue.finished(finished);
        }
        for (const finished of running.splice(0)) queue.finished(finished);
        assert.equal(queue.players, 0);
        assert.equal(queue.due, false);
      }),
    );
  });
});
