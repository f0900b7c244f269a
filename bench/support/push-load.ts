import { PushedPayload } from './pushed-payload.js';

export interface PushOrder {
  readonly ms: number;
  /** Pushes under way: made, and not yet with every receiver. */
  readonly inFlight: number;
  readonly payloadBytes: number;
}

/** Pushes for receivers who may be away. */
export interface NumberedPushes {
  readonly from: number;
  readonly to: number;
  readonly payloadBytes: number;
  readonly receivers: number;
}

export interface PushReport {
  readonly pushes: number;
  /** From the first push until the last one was with every receiver. */
  readonly elapsedMs: number;
  /** What else came of a push → how often. */
  readonly problems: Readonly<Record<string, number>>;
}

/** Makes a push. Resolves when its sender knows what became of it; throws when that isn't what it should be. */
export type MakePush = (payload: Uint8Array) => Promise<void>;

/** How long the last deliveries may take after the last push. */
const STRAGGLER_MS = 30_000;

/** Closed-loop pushes: a push that has reached every receiver is followed by the next, until the time is over. */
export class PushLoad {
  readonly #order: PushOrder;
  readonly #push: MakePush;
  readonly #payload: PushedPayload;
  readonly #problems = new Map<string, number>();
  #pushes = 0;
  #reached = 0;
  /** Pushes whose sender doesn't know yet. */
  #open = 0;
  #endsAt = 0;
  #finished: (() => void) | undefined;

  constructor(order: PushOrder, push: MakePush) {
    this.#order = order;
    this.#push = push;
    this.#payload = new PushedPayload(order.payloadBytes);
  }

  async run(): Promise<PushReport> {
    const startedAt = performance.now();
    this.#endsAt = startedAt + this.#order.ms;
    const finished = new Promise<void>((resolve) => (this.#finished = resolve));
    const limit = setTimeout(() => {
      this.#problem('pushes did not reach every receiver');
      this.#finished!();
    }, this.#order.ms + STRAGGLER_MS);
    this.#fill();
    await finished;
    clearTimeout(limit);
    return {
      pushes: this.#pushes,
      elapsedMs: performance.now() - startedAt,
      problems: Object.fromEntries(this.#problems),
    };
  }

  /** Every receiver has got the push with that number, or a newer one in its place. */
  reached(upTo: number): void {
    this.#reached = upTo;
    this.#fill();
  }

  #fill(): void {
    while (performance.now() < this.#endsAt && this.#pushes - this.#reached < this.#order.inFlight) this.#next();
    if (performance.now() >= this.#endsAt && this.#reached === this.#pushes && this.#open === 0) this.#finished!();
  }

  #next(): void {
    this.#open++;
    this.#push(this.#payload.write(++this.#pushes))
      .catch((error: unknown) => this.#problem(error instanceof Error ? error.message : String(error)))
      .finally(() => {
        this.#open--;
        this.#fill();
      });
  }

  #problem(what: string): void {
    this.#problems.set(what, (this.#problems.get(what) ?? 0) + 1);
  }
}
