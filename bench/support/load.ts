import { LatencyHistogram } from './latency-histogram.js';

/** What the clients' processes are asked to do: each connection keeps `inFlight` requests under way for `ms`. */
export interface LoadOrder {
  readonly ms: number;
  /** How many of the connections ask; the others are idle. All of them if left out. */
  readonly connections?: number;
  /** Requests that each keeps under way ... */
  readonly inFlight: number;
  /** ... or how many each sends a second instead, whatever is unanswered. */
  readonly perSecond?: number;
  readonly payloadBytes: number;
}

export interface LoadReport {
  /** Requests answered as they should be; nothing else counts. */
  readonly answered: number;
  /** Whatever else came of a request → how often. */
  readonly problems: Readonly<Record<string, number>>;
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  /** Answers that took over a second. */
  readonly overSecond: number;
}

/** Who sends one request with this payload; its answer is told to the Load. */
export interface LoadClient {
  send(payload: Uint8Array, load: Load): void;
  /** Everything that was sent in this turn may leave. */
  flush(): void;
}

/** How long the last answers may take after the last request. */
const STRAGGLER_MS = 30_000;
/** A payload begins with when it was sent, as a double, so that clients need no table for it. */
const STAMP_BYTES = 8;

/**
 * Closed-loop load: every true answer is followed by the next request of its client, until the time is over; or, with
 * `perSecond`, requests at a steady pace.
 */
export class Load {
  readonly #order: LoadOrder;
  readonly #histogram = new LatencyHistogram();
  readonly #problems = new Map<string, number>();
  readonly #filler: Uint8Array;
  #open = 0;
  #overSecond = 0;
  #endsAt = 0;
  #finished: (() => void) | undefined;

  constructor(order: LoadOrder) {
    if (order.payloadBytes < STAMP_BYTES) throw new Error(`a payload has at least ${STAMP_BYTES} bytes`);
    this.#order = order;
    this.#filler = Uint8Array.from({ length: order.payloadBytes }, (_, index) => (index * 37) & 0xff);
  }

  async run(all: readonly LoadClient[]): Promise<LoadReport> {
    const clients = all.slice(0, this.#order.connections);
    const startedAt = performance.now();
    this.#endsAt = startedAt + this.#order.ms;
    const finished = new Promise<void>((resolve) => (this.#finished = resolve));
    if (this.#order.perSecond === undefined) this.#fill(clients);
    else this.#pace(clients, 1000 / this.#order.perSecond);
    const limit = setTimeout(() => {
      this.#count('no answer', this.#open);
      this.#finished!();
    }, this.#order.ms + STRAGGLER_MS);
    await finished;
    clearTimeout(limit);
    return {
      answered: this.#histogram.count,
      problems: Object.fromEntries(this.#problems),
      elapsedMs: performance.now() - startedAt,
      p50Ms: this.#histogram.quantile(0.5),
      p99Ms: this.#histogram.quantile(0.99),
      p999Ms: this.#histogram.quantile(0.999),
      maxMs: this.#histogram.max,
      overSecond: this.#overSecond,
    };
  }

  /** A request of `client` was answered, with what an echo answers if all is well. */
  answered(client: LoadClient, payload: Uint8Array): void {
    const now = performance.now();
    if (this.#isEcho(payload)) this.#observe(now - stampOf(payload));
    else this.#count('an answer that is no echo', 1);
    this.#end(client, now);
  }

  /** A request of `client` ended otherwise. */
  failed(client: LoadClient, problem: string): void {
    this.#count(problem, 1);
    this.#end(client, performance.now());
  }

  /** Something else went wrong, a connection was lost perhaps: the run has failed and ends at once. */
  spoiled(problem: string): void {
    this.#count(problem, 1);
    this.#finished!();
  }

  #fill(clients: readonly LoadClient[]): void {
    for (const client of clients) {
      for (let i = 0; i < this.#order.inFlight; i++) this.#next(client);
      client.flush();
    }
  }

  /** One after the other, evenly spread, so that no two answers share a packet. */
  #pace(clients: readonly LoadClient[], everyMs: number): void {
    for (const [index, client] of clients.entries()) {
      setTimeout(
        () => {
          const pace = setInterval(() => {
            if (performance.now() >= this.#endsAt) {
              clearInterval(pace);
              if (this.#open === 0) this.#finished!();
              return;
            }
            this.#next(client);
            client.flush();
          }, everyMs);
        },
        (index * everyMs) / clients.length,
      );
    }
  }

  #observe(ms: number): void {
    this.#histogram.observe(ms);
    if (ms > 1000) this.#overSecond++;
  }

  #end(client: LoadClient, now: number): void {
    this.#open--;
    if (now < this.#endsAt) {
      if (this.#order.perSecond === undefined) this.#next(client);
    } else if (this.#open === 0) this.#finished!();
  }

  #next(client: LoadClient): void {
    const payload = this.#filler.slice();
    new DataView(payload.buffer).setFloat64(0, performance.now());
    this.#open++;
    client.send(payload, this);
  }

  #isEcho(payload: Uint8Array): boolean {
    if (payload.length !== this.#filler.length) return false;
    for (let i = STAMP_BYTES; i < payload.length; i++) if (payload[i] !== this.#filler[i]) return false;
    return true;
  }

  #count(problem: string, times: number): void {
    this.#problems.set(problem, (this.#problems.get(problem) ?? 0) + times);
  }
}

function stampOf(payload: Uint8Array): number {
  return new DataView(payload.buffer, payload.byteOffset, STAMP_BYTES).getFloat64(0);
}

/** @throws Error if anything but true answers came */
export function checkReport(who: string, { answered, problems }: LoadReport): void {
  const list = Object.entries(problems).map(([problem, times]) => `${times} × ${problem}`);
  if (list.length > 0) throw new Error(`${who}: ${list.join(', ')}`);
  if (answered === 0) throw new Error(`${who}: nothing was answered`);
}
