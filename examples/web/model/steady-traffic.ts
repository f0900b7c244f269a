import type { Ask } from './request-desk.js';

/** Requests without an answer above which it waits: the client refuses more than 256. */
const MAX_UNANSWERED = 200;

/** Requests of several kinds, at a steady rate. */
export class SteadyTraffic {
  readonly #ask: (ask: Ask) => void;
  readonly #unanswered: () => number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #count = 0;

  /** @param unanswered requests without an answer; Infinity holds the traffic */
  constructor(ask: (ask: Ask) => void, unanswered: () => number) {
    this.#ask = ask;
    this.#unanswered = unanswered;
  }

  /** @param perSecond 0 stops */
  set rate(perSecond: number) {
    clearInterval(this.#timer);
    if (perSecond > 0) this.#timer = setInterval(() => this.#next(), 1000 / perSecond);
  }

  #next(): void {
    if (this.#unanswered() < MAX_UNANSWERED) this.#ask(KINDS[this.#count++ % KINDS.length]!(this.#count));
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
