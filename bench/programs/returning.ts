import { DeliveryTally } from '../support/delivery-tally.js';
import { LatencyHistogram } from '../support/latency-histogram.js';
import { PushedPayload } from '../support/pushed-payload.js';

export interface ReturnOrder {
  readonly receivers: number;
  readonly payloadBytes: number;
  /** Pushes 2 to this one are missed; the first one comes before the links break. */
  readonly upTo: number;
}

export interface ReturnReport {
  /** From the first connect until the last receiver had all it had missed. */
  readonly elapsedMs: number;
  /** The same of the receivers one by one. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly problems: Readonly<Record<string, number>>;
}

/** How long it may take. */
const LIMIT_MS = 120_000;

/** The receivers of this process while they miss pushes, come back and get them: in order, each once. */
export class Returning {
  readonly #order: ReturnOrder;
  readonly #payload: PushedPayload;
  readonly #tally: DeliveryTally;
  readonly #histogram = new LatencyHistogram();
  #startedAt = 0;
  #reached: (() => void) | undefined;
  #wanted = 1;

  constructor(order: ReturnOrder) {
    this.#order = order;
    this.#payload = new PushedPayload(order.payloadBytes);
    this.#tally = new DeliveryTally({ ...order, arrival: 'each' }, () => this.#look());
  }

  /** @param receiver its index, from 0 on */
  received(receiver: number, payload: Uint8Array): void {
    // First: the tally may find that it was the last one.
    if (this.#payload.numberOf(payload) === this.#order.upTo) {
      this.#histogram.observe(performance.now() - this.#startedAt);
    }
    this.#tally.received(receiver, payload);
  }

  problem(what: string): void {
    this.#tally.problem(what);
    this.#reached?.();
  }

  /** Resolves when everybody has got the first push. */
  first(): Promise<void> {
    return this.#whenReached(1);
  }

  /** @param connect lets all of them come back */
  async run(connect: () => void): Promise<ReturnReport> {
    this.#startedAt = performance.now();
    connect();
    await this.#whenReached(this.#order.upTo);
    return {
      elapsedMs: performance.now() - this.#startedAt,
      p50Ms: this.#histogram.quantile(0.5),
      p99Ms: this.#histogram.quantile(0.99),
      problems: this.#tally.report().problems,
    };
  }

  async #whenReached(wanted: number): Promise<void> {
    this.#wanted = wanted;
    const limit = setTimeout(() => this.problem(`push ${wanted} did not reach everybody`), LIMIT_MS);
    await new Promise<void>((resolve) => {
      this.#reached = resolve;
      this.#look();
    });
    clearTimeout(limit);
  }

  #look(): void {
    if (this.#tally.upTo >= this.#wanted) this.#reached?.();
  }
}
