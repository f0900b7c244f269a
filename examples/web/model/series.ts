export interface Sample {
  /** Milliseconds on performance.now()'s scale. */
  readonly at: number;
  readonly value: number;
}

/** The newest entries of something that happens in time, oldest first, at most `limit` of them. */
export class Series<T extends { readonly at: number } = Sample> {
  readonly #limit: number;
  #entries: T[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Not earlier than the one before. */
  add(entry: T): void {
    this.#entries.push(entry);
    // In halves: one copy in `limit` additions.
    if (this.#entries.length >= 2 * this.#limit) this.#entries = this.#entries.slice(-this.#limit);
  }

  get last(): T | undefined {
    return this.#entries.at(-1);
  }

  /** All that are remembered; valid until the next `add`. */
  get entries(): readonly T[] {
    return this.#entries;
  }

  /** Index in `entries` of the first at `from` or later; their number if there is none. */
  indexSince(from: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle]!.at < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Those at `from` or later, oldest first. */
  since(from: number): readonly T[] {
    return this.#entries.slice(Math.max(this.indexSince(from), this.#entries.length - this.#limit));
  }
}

/** The middle one of some values; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
