export interface Sample {
  /** Milliseconds on performance.now()'s scale. */
  readonly at: number;
  readonly value: number;
}

/** The newest samples of a measurement, at most `limit` of them. */
export class Series {
  readonly #limit: number;
  #samples: Sample[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(at: number, value: number): void {
    this.#samples.push({ at, value });
    // In halves: one copy in `limit` additions.
    if (this.#samples.length >= 2 * this.#limit) this.#samples = this.#samples.slice(-this.#limit);
  }

  get last(): Sample | undefined {
    return this.#samples.at(-1);
  }

  /** Those at `from` or later, oldest first. */
  since(from: number): readonly Sample[] {
    let first = this.#samples.length;
    while (first > 0 && this.#samples[first - 1]!.at >= from) first--;
    return this.#samples.slice(Math.max(first, this.#samples.length - this.#limit));
  }
}

/** The middle one of some values; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
