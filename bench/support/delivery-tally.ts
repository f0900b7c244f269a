import { LatencyHistogram } from './latency-histogram.js';
import { PushedPayload } from './pushed-payload.js';

/** Every push reaches everybody, or (`latest`) newer ones may take the place of older ones. */
export type Arrival = 'each' | 'latest';

export interface TallyOrder {
  readonly receivers: number;
  readonly payloadBytes: number;
  readonly arrival: Arrival;
}

export interface TallyReport {
  /** Pushes that reached a receiver, over all receivers. */
  readonly deliveries: number;
  /** The last push that has reached everybody, itself or by a newer one. */
  readonly upTo: number;
  /** What else came → how often. */
  readonly problems: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Counts what reaches the receivers of one process, and holds it to the promise: in order, never twice, nothing missing.
 * Pushes are numbered from 1 on.
 */
export class DeliveryTally {
  readonly #order: TallyOrder;
  readonly #payload: PushedPayload;
  readonly #progressed: () => void;
  readonly #histogram = new LatencyHistogram();
  readonly #problems = new Map<string, number>();
  /** Of each receiver the last push it got. */
  readonly #last: Uint32Array;
  /** Push → how many have got it or a newer one; those that everybody has are gone. */
  readonly #reached = new Map<number, number>();
  #upTo = 0;

  /** @param progressed called when `upTo` has grown */
  constructor(order: TallyOrder, progressed: () => void = () => undefined) {
    this.#order = order;
    this.#payload = new PushedPayload(order.payloadBytes);
    this.#last = new Uint32Array(order.receivers);
    this.#progressed = progressed;
  }

  get upTo(): number {
    return this.#upTo;
  }

  /** @param receiver its index, from 0 on */
  received(receiver: number, payload: Uint8Array): void {
    if (!this.#payload.isWhole(payload)) {
      this.problem('a payload that is not what was pushed');
      return;
    }
    const number = this.#payload.numberOf(payload);
    const last = this.#last[receiver]!;
    if (number <= last) this.problem('a push that came twice or late');
    else if (number > last + 1 && this.#order.arrival === 'each') this.problem('a push that did not come');
    this.#histogram.observe(this.#payload.ageOf(payload));
    if (number > last) this.#advance(receiver, last, number);
  }

  problem(what: string): void {
    this.#problems.set(what, (this.#problems.get(what) ?? 0) + 1);
  }

  report(): TallyReport {
    return {
      deliveries: this.#histogram.count,
      upTo: this.#upTo,
      problems: Object.fromEntries(this.#problems),
      p50Ms: this.#histogram.quantile(0.5),
      p99Ms: this.#histogram.quantile(0.99),
    };
  }

  #advance(receiver: number, from: number, to: number): void {
    this.#last[receiver] = to;
    const before = this.#upTo;
    for (let number = from + 1; number <= to; number++) {
      const count = (this.#reached.get(number) ?? 0) + 1;
      if (count < this.#order.receivers) this.#reached.set(number, count);
      else {
        this.#reached.delete(number);
        this.#upTo = number;
      }
    }
    if (this.#upTo > before) this.#progressed();
  }
}
