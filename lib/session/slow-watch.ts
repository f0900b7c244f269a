/** When a live session counts as slow (PROTOCOL 7). */
export interface SlowLimits {
  /** Marks: unacknowledged units, and their bytes. */
  readonly slowUnits: number;
  readonly slowBytes: number;
  /** How long a session may stay above a mark, or take nothing at all, in ms. */
  readonly slowGraceMs: number;
}

export type SlowVerdict = 'fine' | 'warn' | 'wait' | 'cut';

/**
 * Decides when a slow client is warned and when it is cut. Two clocks run: one while what is unacknowledged is above
 * the mark (started only after the replay, which may be large through nobody's fault), one while the connection takes
 * no bytes, which also ends a replay that isn't read. Pure.
 */
export class SlowWatch {
  readonly #limits: SlowLimits;
  #aboveSince: number | undefined;
  #stalledSince: number | undefined;

  constructor(limits: SlowLimits) {
    this.#limits = limits;
  }

  /** The connection took no more, or takes again. */
  stalled(stalled: boolean, now: number): void {
    this.#stalledSince = stalled ? (this.#stalledSince ?? now) : undefined;
  }

  /** warn: just went above the mark, tell the client; wait: a clock runs, ask again; cut: the grace is over. */
  judge(units: number, bytes: number, replaying: boolean, now: number): SlowVerdict {
    const above = !replaying && (units > this.#limits.slowUnits || bytes > this.#limits.slowBytes);
    const began = above && this.#aboveSince === undefined;
    if (began) this.#aboveSince = now;
    if (!above) this.#aboveSince = undefined;
    const since = Math.min(this.#aboveSince ?? Infinity, this.#stalledSince ?? Infinity);
    if (now - since >= this.#limits.slowGraceMs) return 'cut';
    if (began) return 'warn';
    return since === Infinity ? 'fine' : 'wait';
  }
}
