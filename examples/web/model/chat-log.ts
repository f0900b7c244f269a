import type { Fields } from './topic-feed.js';

export interface ChatLine {
  readonly from: string;
  readonly text: string;
  /** Unix ms, by the service's clock. */
  readonly at: number;
}

/** Lines that are kept: more than anybody scrolls back. */
const MAX_LINES = 100;

/** What was said in the zone, oldest first: topic `chat.line`. */
export class ChatLog {
  readonly lines: ChatLine[] = [];
  /** Lines that ever came. */
  count = 0;

  said({ from, text, at }: Fields): void {
    if (typeof from !== 'string' || typeof text !== 'string' || typeof at !== 'number') return;
    this.lines.push({ from, text, at });
    if (this.lines.length > MAX_LINES) this.lines.shift();
    this.count++;
  }
}
