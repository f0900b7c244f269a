import type { CancelTimer, Clock } from '../clock.js';

/** What a handler gets beside its request. */
export interface Context {
  /**
   * Aborted when nobody waits for the answer any more: the gateway cancelled, the deadline passed, the connection to the
   * gateway broke or the service was stopped the hard way. What the handler returns after that goes nowhere.
   */
  readonly signal: AbortSignal;
}

/** Longest delay a timer of Node holds; a longer deadline is none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The life of one call. The AbortController is made only for handlers that ask for it: most never do. */
export class CallContext implements Context {
  readonly #cancelDeadline: CancelTimer | undefined;
  #controller: AbortController | undefined;
  #endedBy: Error | undefined;
  #finished = false;

  /** @param remainingMs milliseconds until the deadline, 0 for none */
  constructor(clock: Clock, remainingMs: number) {
    if (remainingMs > 0 && remainingMs <= MAX_TIMER_MS) {
      this.#cancelDeadline = clock.after(remainingMs, () => {
        this.abort('the deadline passed');
      });
    }
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#endedBy !== undefined) this.#controller.abort(this.#endedBy);
    }
    return this.#controller.signal;
  }

  abort(reason: string): void {
    this.#cancelDeadline?.();
    if (this.#finished || this.#endedBy !== undefined) return;
    this.#endedBy = new DOMException(reason, 'AbortError');
    this.#controller?.abort(this.#endedBy);
  }

  /** The handler is done: neither the deadline nor a cancel means anything any more. */
  finish(): void {
    this.#finished = true;
    this.#cancelDeadline?.();
  }
}
