import type { Ask } from './request-desk.js';

/** Requests without an answer above which it waits: the client refuses more than 256. */
const MAX_UNANSWERED = 200;
/** Browsers don't keep shorter intervals; at high rates several requests share one. */
const TICK_MS = 20;
/** What a page that slept makes up for, at most. */
const MAX_OWED_MS = 250;

/** Requests a second that can be chosen; the gateway refuses more than 500 of a session. */
export const rates: readonly number[] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 400];

/** Requests of several kinds, at a steady rate. */
export class SteadyTraffic {
  readonly #ask: (ask: Ask) => void;
  readonly #unanswered: () => number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #perSecond = 0;
  #owed = 0;
  #last = 0;
  #count = 0;

  /** @param unanswered requests without an answer; Infinity holds the traffic */
  constructor(ask: (ask: Ask) => void, unanswered: () => number) {
    this.#ask = ask;
    this.#unanswered = unanswered;
  }

  /** @param perSecond 0 stops */
  set rate(perSecond: number) {
    this.#perSecond = perSecond;
    this.#owed = 0;
    clearInterval(this.#timer);
    this.#last = performance.now();
    if (perSecond > 0) this.#timer = setInterval(() => this.tick(performance.now()), TICK_MS);
  }

  /** Makes the requests that are due. */
  tick(now: number): void {
    this.#owed += (Math.min(now - this.#last, MAX_OWED_MS) / 1000) * this.#perSecond;
    this.#last = now;
    for (; this.#owed >= 1; this.#owed--) {
      if (this.#unanswered() < MAX_UNANSWERED) this.#ask(KINDS[this.#count++ % KINDS.length]!(this.#count));
    }
  }
}

const KINDS: readonly ((count: number) => Ask)[] = [
  () => ({ action: 'around', payload: { before: 1, after: 1 } }),
  (count) => ({ action: 'echo', payload: `hello ${count}` }),
  () => ({ action: 'zone.roll', payload: { sides: 6 } }),
  (count) => ({ action: 'sum', payload: [count, 1] }),
  () => ({ action: 'around', payload: { before: 2, after: 1 } }),
  () => ({ action: 'count', payload: {} }),
];
