import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Clock } from '../lib/clock.js';
import { TimerWheel, WheelTimer } from '../lib/timer-wheel.js';
import { FakeClock } from './support/fake-clock.js';

const TICK_MS = 50;

describe('TimerWheel', () => {
  let clock: FakeClock;
  let wheel: TimerWheel;
  let fired: string[];

  beforeEach(() => {
    clock = new FakeClock();
    wheel = new TimerWheel(clock, TICK_MS, 8);
    fired = [];
  });

  function timer(name: string): WheelTimer {
    return new WheelTimer(() => fired.push(name));
  }

  it('fires once, never early and at most one tick late', () => {
    wheel.arm(timer('a'), 120);
    clock.advance(119);
    assert.deepEqual(fired, []);
    clock.advance(1 + TICK_MS);
    assert.deepEqual(fired, ['a']);
    clock.advance(10_000);
    assert.deepEqual(fired, ['a']);
  });

  it('fires after several rounds when the delay is longer than the wheel', () => {
    wheel.arm(timer('a'), 8 * TICK_MS * 3 + 10);
    clock.advance(8 * TICK_MS * 3);
    assert.deepEqual(fired, []);
    clock.advance(10 + TICK_MS);
    assert.deepEqual(fired, ['a']);
  });

  it('does not fire what was disarmed, and takes a second disarm calmly', () => {
    const a = timer('a');
    wheel.arm(a, 100);
    assert.ok(a.armed);
    wheel.disarm(a);
    wheel.disarm(a);
    assert.ok(!a.armed);
    clock.advance(1000);
    assert.deepEqual(fired, []);
  });

  it('moves what is armed again', () => {
    const a = timer('a');
    wheel.arm(a, 100);
    clock.advance(90);
    wheel.arm(a, 300);
    assert.equal(wheel.armed, 1);
    clock.advance(299);
    assert.deepEqual(fired, []);
    clock.advance(1 + TICK_MS);
    assert.deepEqual(fired, ['a']);
  });

  it('waits for a tick also when the delay is 0 or negative', () => {
    wheel.arm(timer('a'), 0);
    wheel.arm(timer('b'), -5);
    assert.deepEqual(fired, []);
    clock.advance(TICK_MS);
    assert.deepEqual(fired.sort(), ['a', 'b']);
  });

  it('keeps one clock timer while something is armed, and none otherwise', () => {
    assert.equal(clock.pending, 0);
    const timers = ['a', 'b', 'c'].map(timer);
    for (const one of timers) wheel.arm(one, 1000);
    assert.equal(clock.pending, 1);
    wheel.disarm(timers[0]!);
    assert.equal(clock.pending, 1);
    wheel.disarm(timers[1]!);
    wheel.disarm(timers[2]!);
    assert.equal(clock.pending, 0);
    wheel.arm(timers[0]!, 10);
    clock.advance(2 * TICK_MS);
    assert.deepEqual([clock.pending, wheel.armed], [0, 0]);
  });

  it('lets what fires arm itself and others again, for a later tick', () => {
    let left = 3;
    const again: WheelTimer = new WheelTimer(() => {
      fired.push('again');
      if (--left > 0) wheel.arm(again, 0);
      if (left === 1) wheel.arm(timer('other'), 0);
    });
    wheel.arm(again, 0);
    clock.advance(TICK_MS);
    assert.deepEqual(fired, ['again']);
    clock.advance(TICK_MS * 2);
    assert.deepEqual(fired.sort(), ['again', 'again', 'again', 'other']);
    assert.equal(clock.pending, 0);
  });

  it('lets what fires disarm what would fire next', () => {
    const timers: WheelTimer[] = [0, 1, 2].map(
      (index) =>
        new WheelTimer(() => {
          fired.push(String(index));
          for (const other of timers) wheel.disarm(other);
        }),
    );
    for (const one of timers) wheel.arm(one, 20);
    clock.advance(1000);
    assert.equal(fired.length, 1);
    assert.equal(wheel.armed, 0);
  });

  it('fires everything that is due, and nothing else, after the event loop stood still', () => {
    const stalled = new StallingClock();
    const late = new TimerWheel(stalled, TICK_MS, 8);
    for (const delay of [10, 60, 399, 400, 5000]) late.arm(timer(String(delay)), delay);
    stalled.stall(3000);
    assert.deepEqual(fired.sort(), ['10', '399', '400', '60']);
    assert.equal(late.armed, 1);
    stalled.stall(2000 + TICK_MS);
    assert.deepEqual(fired.length, 5);
  });

  it('serves subclasses that override fire, without a callback', () => {
    class Deadline extends WheelTimer {
      override fire(): void {
        fired.push('deadline');
      }
    }
    wheel.arm(new Deadline(), 10);
    clock.advance(2 * TICK_MS);
    assert.deepEqual(fired, ['deadline']);
  });

  it('keeps to each deadline, whatever is armed, moved, disarmed and stalled in between', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('arm' as const), id: fc.nat(9), delay: fc.integer({ min: 0, max: 1500 }) }),
      fc.record({ kind: fc.constant('disarm' as const), id: fc.nat(9) }),
      fc.record({ kind: fc.constant('advance' as const), by: fc.integer({ min: 0, max: 900 }) }),
      fc.record({ kind: fc.constant('stall' as const), by: fc.integer({ min: 0, max: 900 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const time = new StallingClock();
        const tested = new TimerWheel(time, TICK_MS, 8);
        const due = new Map<number, number>();
        let stalledUntil = 0;
        const timers = Array.from({ length: 10 }, (_, id) => {
          return new WheelTimer(() => {
            const deadline = due.get(id);
            assert.ok(deadline !== undefined, 'fired without being armed');
            assert.ok(time.now() >= deadline, 'fired early');
            assert.ok(time.now() <= Math.max(deadline, stalledUntil) + TICK_MS, 'fired late');
            due.delete(id);
          });
        });
        for (const taken of steps) {
          if (taken.kind === 'arm') {
            tested.arm(timers[taken.id]!, taken.delay);
            due.set(taken.id, time.now() + taken.delay);
          } else if (taken.kind === 'disarm') {
            tested.disarm(timers[taken.id]!);
            due.delete(taken.id);
          } else if (taken.kind === 'advance') {
            time.advance(taken.by);
          } else {
            stalledUntil = time.now() + taken.by;
            time.stall(taken.by);
          }
          assert.equal(tested.armed, due.size);
          assert.equal(time.pending, due.size > 0 ? 1 : 0);
        }
        time.advance(5000);
        assert.equal(due.size, 0);
        assert.equal(time.pending, 0);
      }),
    );
  });
});

/** A clock whose timers may run late, as they do when the event loop stands still. */
class StallingClock implements Clock {
  #now = 777;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now;
  }

  get pending(): number {
    return this.#timers.length;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Time passes; each timer fires on time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      this.#fire(next);
    }
    this.#now = end;
  }

  /** Time passes in one go; what was due fires only at its end. */
  stall(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }

  #fire(timer: { at: number; callback: () => void }): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    timer.callback();
  }
}
