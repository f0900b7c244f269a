/** Counts values in buckets, with plain numbers alone: an observation allocates nothing. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #scale: number;
  /** Observations of each bucket alone, not cumulative; the last one is over every bound. */
  readonly #counts: Float64Array;
  #sum = 0;

  /**
   * @param bounds of the buckets, ascending
   * @param scale  what an observed value is divided by: 1000 for durations in ms with bounds in seconds
   */
  constructor(bounds: readonly number[], scale = 1) {
    this.#bounds = bounds;
    this.#scale = scale;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const scaled = value / this.#scale;
    let bucket = 0;
    while (bucket < this.#bounds.length && scaled > this.#bounds[bucket]!) bucket++;
    this.#counts[bucket]! += 1;
    this.#sum += value;
  }

  /** As Prometheus wants it: how many took at most `le`, for each bound and without one. */
  buckets(): { le: string; count: number }[] {
    let count = 0;
    return [...this.#bounds.map(String), '+Inf'].map((le, index) => ({ le, count: (count += this.#counts[index]!) }));
  }

  /** In the unit of the bounds. */
  get sum(): number {
    return this.#sum / this.#scale;
  }
}
