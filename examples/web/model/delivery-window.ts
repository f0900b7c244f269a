import { Series } from './series.js';

/** What the charts show, in ms. */
export const SHOWN_MS = 60_000;
/** One sample each; the largest value within it counts. */
const SLOT_MS = 200;
const SAMPLES = SHOWN_MS / SLOT_MS + 1;
/** Newest numbers whose way of coming is remembered: more than fit in a row of the page. */
const RECENT = 256;

export interface Progress {
  readonly position: number;
  readonly acknowledged: number;
}

export interface Interruption {
  readonly from: number;
  /** Infinity while it lasts. */
  to: number;
}

/** What is open between the two ends, over time: units received but not acknowledged, requests without an answer. */
export class DeliveryWindow {
  readonly unacknowledged = new Series(SAMPLES);
  readonly unanswered = new Series(SAMPLES);
  readonly #replayed = new Set<number>();
  #interruptions: Interruption[] = [];
  #wasLinked = false;
  #slotEnd = 0;
  #largest = { unacknowledged: 0, unanswered: 0 };

  /** How it stands now. */
  observe(now: number, { position, acknowledged }: Progress, unanswered: number): void {
    this.#largest.unacknowledged = Math.max(this.#largest.unacknowledged, position - acknowledged);
    this.#largest.unanswered = Math.max(this.#largest.unanswered, unanswered);
    if (now < this.#slotEnd) return;
    this.unacknowledged.add(now, this.#largest.unacknowledged);
    this.unanswered.add(now, this.#largest.unanswered);
    this.#largest = { unacknowledged: 0, unanswered: 0 };
    this.#slotEnd = now + SLOT_MS;
  }

  replayed(seq: number): void {
    this.#replayed.add(seq);
    if (this.#replayed.size > RECENT) this.#replayed.delete(this.#replayed.values().next().value!);
  }

  wasReplayed(seq: number): boolean {
    return this.#replayed.has(seq);
  }

  newEpoch(): void {
    this.#replayed.clear();
  }

  /** The client is connected, or no longer is. The time before its first connection is none without one. */
  linked(now: number, isLinked: boolean): void {
    this.#wasLinked ||= isLinked;
    if (!this.#wasLinked) return;
    const last = this.#interruptions.at(-1);
    if (isLinked) {
      if (last !== undefined) last.to = Math.min(last.to, now);
    } else if (last?.to !== Infinity) {
      this.#interruptions = this.#interruptions.filter(({ to }) => to > now - SHOWN_MS).slice(-RECENT);
      this.#interruptions.push({ from: now, to: Infinity });
    }
  }

  /** Times without a connection, oldest first. */
  get interruptions(): readonly Interruption[] {
    return this.#interruptions;
  }
}
