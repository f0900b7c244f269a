import { PushOutcome } from '../protocol/push-codec.js';
import { newReceiptCounters } from './push-record.js';
import type { PushTarget } from './push.js';

/** What pushes have come to, in plain numbers, read when metrics are scraped. */
export class PushCounters {
  readonly receipts = newReceiptCounters();
  readonly kicks = { found: 0, refused: 0 };
  /** Pushes that came again with an id that had taken effect. */
  repeated = 0;
  /** Pushes by target, class and outcome. */
  readonly #pushes = new Map<string, Counted>();
  readonly #onFanOut: (target: PushTarget['kind'], receivers: number) => void;

  /** @param onFanOut told of each push to many that is done */
  constructor(onFanOut: (target: PushTarget['kind'], receivers: number) => void = () => undefined) {
    this.#onFanOut = onFanOut;
  }

  count(target: string, itsClass: string, outcome: PushOutcome): void {
    const key = `${target} ${itsClass} ${outcome}`;
    const counted = this.#pushes.get(key);
    if (counted !== undefined) counted.value++;
    else {
      const labels = { target, class: itsClass, outcome: PushOutcome[outcome].toLowerCase() };
      this.#pushes.set(key, { labels, value: 1 });
    }
  }

  fanOut(target: PushTarget['kind'], receivers: number): void {
    this.#onFanOut(target, receivers);
  }

  get pushes(): readonly Counted[] {
    return [...this.#pushes.values()];
  }
}

interface Counted {
  readonly labels: { readonly target: string; readonly class: string; readonly outcome: string };
  value: number;
}
