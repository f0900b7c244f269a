import type { CancelTimer, Clock } from '../../lib/clock.js';

/**
 * A clock that stands still until a test moves it. Timers fire in the order of their times, equal ones in the order
 * they were set.
 */
export class FakeClock implements Clock {
  #now: number;
  #wallOffset: number;
  #timers: Timer[] = [];

  /** @param now where the monotonic scale begins: not 0, as on a real machine */
  constructor(now = 1000, wallTime = Date.UTC(2025, 0, 1)) {
    this.#now = now;
    this.#wallOffset = wallTime - now;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now + this.#wallOffset;
  }

  after(delayMs: number, callback: () => void): CancelTimer {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    let index = this.#timers.length;
    while (index > 0 && this.#timers[index - 1]!.at > timer.at) index--;
    this.#timers.splice(index, 0, timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Sets the machine's clock, as an administrator does; the monotonic one goes on. */
  jumpWallTime(byMs: number): void {
    this.#wallOffset += byMs;
  }

  /** Lets `ms` pass in one synchronous go: promises resolve only afterwards. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.#fireNext(end));
    this.#now = end;
  }

  /** Lets `ms` pass, with all promises and immediates settled before, between and after the timers. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    do await settled();
    while (this.#fireNext(end));
    this.#now = end;
    await settled();
  }

  /** Lets time pass until `condition` holds. @throws when it still doesn't after `withinMs` of this clock's time */
  async until(condition: () => boolean, withinMs = 600_000): Promise<void> {
    const end = this.#now + withinMs;
    await settled();
    while (!condition()) {
      if (!this.#fireNext(end)) throw new Error(`still not so after ${withinMs} ms: ${condition.toString()}`);
      await settled();
    }
  }

  #fireNext(end: number): boolean {
    const timer = this.#timers[0];
    if (timer === undefined || timer.at > end) return false;
    this.#timers.shift();
    this.#now = timer.at;
    timer.callback();
    return true;
  }
}

interface Timer {
  at: number;
  callback: () => void;
}

/** One turn of the real event loop: every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
