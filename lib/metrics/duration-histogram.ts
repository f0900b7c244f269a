import { durationBuckets } from './metric-table.js';

/** Counts durations in buckets, with plain numbers alone: an observation allocates nothing. */
export class DurationHistogram {
  /** Observations of each bucket alone, not cumulative; the last one is over every bound. */
  readonly #counts = new Float64Array(durationBuckets.length + 1);
  #sumMs = 0;

  observe(durationMs: number): void {
    const seconds = durationMs / 1000;
    let bucket = 0;
    while (bucket < durationBuckets.length && seconds > durationBuckets[bucket]!) bucket++;
    this.#counts[bucket]! += 1;
    this.#sumMs += durationMs;
  }

  /** As Prometheus wants it: how many took at most `le` seconds, for each bound and without one. */
  buckets(): { le: string; count: number }[] {
    let count = 0;
    return [...durationBuckets.map(String), '+Inf'].map((le, index) => ({
      le,
      count: (count += this.#counts[index]!),
    }));
  }

  get sumSeconds(): number {
    return this.#sumMs / 1000;
  }
}
