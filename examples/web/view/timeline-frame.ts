import type { LaneName } from '../model/timeline.js';

/** A drawn mark with the gap to the next: what a column is wide and a row high, in CSS pixels. */
export const CELL = 11;
export const GAP = 2;
/** Columns in which what came at one moment is drawn side by side. */
export const SPILL = 9;
/** Room to the right of now, for the numbers of what came last, in CSS pixels. */
const LABEL_ROOM = 64;
const NARROW_ROOM = 33;

export interface Band {
  readonly top: number;
  readonly height: number;
}

export type Bands = Readonly<Record<LaneName | 'link', Band>>;

/** Where things are in one picture of the timeline. */
export class TimelineFrame {
  readonly width: number;
  readonly height: number;
  readonly now: number;
  readonly shownMs: number;
  /** Right end of the time axis. */
  readonly right: number;
  readonly #perMs: number;

  constructor(width: number, height: number, now: number, shownMs: number) {
    this.width = width;
    this.height = height;
    this.now = now;
    this.shownMs = shownMs;
    this.right = Math.max(CELL, width - (width > 500 ? LABEL_ROOM : NARROW_ROOM));
    this.#perMs = this.right / shownMs;
  }

  get columnMs(): number {
    return CELL / this.#perMs;
  }

  /** Time at the left edge. */
  get from(): number {
    return this.now - this.shownMs;
  }

  x(at: number): number {
    return this.right - (this.now - at) * this.#perMs;
  }

  columnX(column: number): number {
    return Math.round(this.x(column * this.columnMs));
  }
}
