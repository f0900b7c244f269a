import { WheelTimer } from '../timer-wheel.js';
import type { TimerWheel } from '../timer-wheel.js';

/** What a handler gets beside its request. */
export interface Context {
  /**
   * Aborted when nobody waits for the answer any more: the gateway cancelled, the deadline passed, the connection to the
   * gateway broke or the service was stopped the hard way. What the handler returns after that goes nowhere.
   */
  readonly signal: AbortSignal;
}

/** The life of one call; its own deadline timer. The AbortController is made only for handlers that ask for it: most never do. */
export class CallContext extends WheelTimer implements Context {
  readonly id: number;
  #controller: AbortController | undefined;
  #endedBy: Error | undefined;
  #finished = false;

  /** @param id by which the gateway knows the call on its stream */
  constructor(id: number) {
    super();
    this.id = id;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#endedBy !== undefined) this.#controller.abort(this.#endedBy);
    }
    return this.#controller.signal;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** @param remainingMs milliseconds until the deadline, 0 for none */
  armDeadline(wheel: TimerWheel, remainingMs: number): void {
    if (remainingMs > 0) wheel.arm(this, remainingMs);
  }

  override fire(): void {
    this.abort('the deadline passed');
  }

  abort(reason: string): void {
    if (this.#finished || this.#endedBy !== undefined) return;
    this.#endedBy = new DOMException(reason, 'AbortError');
    this.#controller?.abort(this.#endedBy);
  }

  /** The handler is done: neither the deadline nor a cancel means anything any more. */
  finish(): void {
    this.#finished = true;
  }
}
