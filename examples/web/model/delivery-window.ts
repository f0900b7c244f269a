import { Series } from './series.js';

/** What the charts show, in ms. */
export const SHOWN_MS = 60_000;
/** One sample each; the largest value within it counts. */
const SLOT_MS = 200;
const SAMPLES = SHOWN_MS / SLOT_MS + 1;

export interface Progress {
  readonly position: number;
  readonly acknowledged: number;
}

/** What is open between the two ends, over time: units received but not acknowledged, requests without an answer. */
export class DeliveryWindow {
  readonly unacknowledged = new Series(SAMPLES);
  readonly unanswered = new Series(SAMPLES);
  #slotEnd = 0;
  #largest = { unacknowledged: 0, unanswered: 0 };

  /** How it stands now. */
  observe(now: number, { position, acknowledged }: Progress, unanswered: number): void {
    this.#largest.unacknowledged = Math.max(this.#largest.unacknowledged, position - acknowledged);
    this.#largest.unanswered = Math.max(this.#largest.unanswered, unanswered);
    if (now < this.#slotEnd) return;
    this.unacknowledged.add({ at: now, value: this.#largest.unacknowledged });
    this.unanswered.add({ at: now, value: this.#largest.unanswered });
    this.#largest = { unacknowledged: 0, unanswered: 0 };
    this.#slotEnd = now + SLOT_MS;
  }
}
