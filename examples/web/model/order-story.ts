import type { Fields, Stand } from './topic-feed.js';

/** One step of an order, and where it stood. */
export interface OrderStep extends Stand {
  readonly text: string;
}

/** What was told of the newest order: topic `order.step`, pushed while the order was under way and bound to its answer. */
export class OrderStory {
  #before: OrderStep | undefined;
  #after: OrderStep | undefined;

  begin(): void {
    this.#before = undefined;
    this.#after = undefined;
  }

  told({ text }: Fields, stand: Stand): void {
    if (typeof text !== 'string') return;
    if (stand.side === 'before') this.#before = { text, ...stand };
    else this.#after = { text, ...stand };
  }

  get before(): OrderStep | undefined {
    return this.#before;
  }

  get after(): OrderStep | undefined {
    return this.#after;
  }

  /** The number of the one unit in which all of it came; undefined while it hasn't. */
  get unit(): number | undefined {
    const seq = this.#before?.seq;
    return seq !== undefined && this.#after?.side === 'after' && this.#after.seq === seq ? seq : undefined;
  }
}
