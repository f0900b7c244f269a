/** Sums of fractions of a millisecond round; a thousandth more or less is not a token. */
const ROUNDING_MS = 1e-3;

/**
 * Rate limit as a token bucket, kept as one number: the time at which the bucket would be full again (GCRA). Unlike
 * counters in windows it can't be played at a window's edge: over any span of t seconds at most `burst + rate · t` pass.
 * Pure; time in ms.
 */
export class TokenBucket {
  readonly #costMs: number;
  readonly #depthMs: number;
  #fullAt = -Infinity;

  /**
   * @param ratePerSecond tokens that flow in
   * @param burst         tokens the bucket holds
   */
  constructor(ratePerSecond: number, burst: number) {
    this.#costMs = 1_000 / ratePerSecond;
    this.#depthMs = burst * this.#costMs;
  }

  /** Takes one token; false, and takes nothing, when there is none. */
  take(now: number): boolean {
    const fullAt = Math.max(this.#fullAt, now) + this.#costMs;
    if (fullAt - now > this.#depthMs + ROUNDING_MS) return false;
    this.#fullAt = fullAt;
    return true;
  }
}
