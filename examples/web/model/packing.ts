import type { Series } from './series.js';

/** Where a mark is drawn: columns are counted from time 0, rows from the bottom of its lane. */
export interface Cell<T> {
  readonly mark: T;
  readonly column: number;
  readonly row: number;
}

export interface Packed<T> {
  /** By column and row. */
  readonly cells: readonly Cell<T>[];
  /** How many marks found no room, by the column of their time. */
  readonly hidden: ReadonlyMap<number, number>;
}

export interface Grid {
  /** Time that a column stands for, in ms. */
  readonly columnMs: number;
  readonly rows: number;
  /** How many columns later than its time a mark may be drawn when many come at once. */
  readonly spill: number;
}

/**
 * Lays marks out so that each can be seen when many come at the same moment, as in a replay: stacked in the column of
 * their time, and then in the columns after it. Columns don't depend on the present, so nothing jumps while time goes by.
 */
export function pack<T extends { readonly at: number }>(
  series: Series<T>,
  from: number,
  to: number,
  { columnMs, rows, spill }: Grid,
): Packed<T> {
  const cells: Cell<T>[] = [];
  const hidden = new Map<number, number>();
  const { entries } = series;
  let column = -Infinity;
  let row = 0;
  // What came shortly before may have been pushed into view.
  for (let i = series.indexSince(from - (spill + 1) * columnMs); i < entries.length; i++) {
    const mark = entries[i]!;
    if (mark.at > to) break;
    const due = Math.floor(mark.at / columnMs);
    if (due > column) {
      column = due;
      row = 0;
    } else if (row >= rows) {
      column++;
      row = 0;
    }
    if (column > due + spill) {
      // Stays full until time has caught up.
      column = due + spill;
      row = rows;
      hidden.set(due, (hidden.get(due) ?? 0) + 1);
    } else {
      cells.push({ mark, column, row: row++ });
    }
  }
  return { cells, hidden };
}

/** Cells that stand close together and are told of as one. */
export interface Cluster<T> {
  readonly first: Cell<T>;
  readonly last: Cell<T>;
  readonly count: number;
  /** Free columns between it and the next one. */
  readonly room: number;
}

export function clustersOf<T>(cells: readonly Cell<T>[]): Cluster<T>[] {
  const clusters: Cluster<T>[] = [];
  let start = 0;
  for (let i = 1; i <= cells.length; i++) {
    const last = cells[i - 1]!;
    const next = cells[i];
    const room = next === undefined ? Infinity : next.column - last.column - 1;
    if (room < 1) continue;
    clusters.push({ first: cells[start]!, last, count: i - start, room });
    start = i;
  }
  return clusters;
}
