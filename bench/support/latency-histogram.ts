/** Buckets an octave: a percentile is at most 1/64 (1.6 %) above the true one. */
const STEPS = 64;
/** 2^26 µs: 67 s, longer than any deadline. */
const OCTAVES = 26;

/** Latencies in buckets that grow with them, so that millions cost no memory and no sorting. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(STEPS * OCTAVES);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** The largest of all, exactly; 0 if there are none. */
  get max(): number {
    return this.#max;
  }

  observe(ms: number): void {
    if (ms > this.#max) this.#max = ms;
    this.#counts[bucketOf(ms * 1000)]!++;
    this.#count++;
  }

  /** The latency in ms that the share `q` (0 to 1) of all doesn't exceed; NaN if there are none. */
  quantile(q: number): number {
    const wanted = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= wanted) return upperBound(bucket) / 1000;
    }
    return NaN;
  }
}

/** Below `STEPS` µs one bucket a microsecond; from there on `STEPS` between a power of two and the next. */
function bucketOf(us: number): number {
  if (us < STEPS) return Math.max(0, Math.floor(us));
  const octave = Math.floor(Math.log2(us / STEPS));
  const step = Math.floor(us / 2 ** octave - STEPS);
  return Math.min(STEPS * OCTAVES - 1, STEPS * (octave + 1) + step);
}

/** In µs, exclusive. */
function upperBound(bucket: number): number {
  if (bucket < STEPS) return bucket + 1;
  const octave = Math.floor(bucket / STEPS) - 1;
  return (STEPS + (bucket % STEPS) + 1) * 2 ** octave;
}
