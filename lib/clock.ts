/**
 * Time as an argument. Everything in gatesvr that waits or measures gets a Clock, so that tests drive time by hand.
 */
export interface Clock {
  /** Milliseconds on a monotonic scale; only differences mean something. */
  now(): number;
  /** Unix time in milliseconds. Jumps when somebody sets the machine's clock: never used for liveness or deadlines. */
  wallTime(): number;
  /** Calls `callback` once, no sooner than `delayMs` from now. The returned function takes the call back. */
  after(delayMs: number, callback: () => void): CancelTimer;
}

export type CancelTimer = () => void;

/** The machine's clock. Its timers keep the process alive only while something else does. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(delayMs, callback) {
    const timer: unknown = setTimeout(callback, delayMs);
    if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') {
      (timer as { unref(): void }).unref();
    }
    return () => {
      clearTimeout(timer as ReturnType<typeof setTimeout>);
    };
  },
};
