import { clustersOf, pack } from '../model/packing.js';
import type { Cell } from '../model/packing.js';
import type { Series } from '../model/series.js';
import type { LaneName, Mark, RequestMark } from '../model/timeline.js';
import type { Canvas } from './canvas.js';
import { labelOf, styleOf } from './lane-style.js';
import { CELL, GAP, SPILL } from './timeline-frame.js';
import type { Band, TimelineFrame } from './timeline-frame.js';

const SIDE = CELL - GAP;
/** Of a notify around a Response, drawn on its side of the cell. */
const EDGE = 2.5;
const LABEL_GAP = 4;

/** A mark and where it was drawn last. */
export interface Spot {
  readonly mark: Mark;
  readonly lane: LaneName;
  /** Middle, in CSS pixels. */
  readonly x: number;
  readonly y: number;
}

/** Draws the marks of one lane. */
export class LanePainter {
  readonly #canvas: Canvas;
  readonly #context: CanvasRenderingContext2D;

  constructor(canvas: Canvas, context: CanvasRenderingContext2D) {
    this.#canvas = canvas;
    this.#context = context;
  }

  /** @param spots gets where each mark is */
  draw(frame: TimelineFrame, lane: LaneName, marks: Series<Mark>, band: Band, spots: Spot[]): void {
    const rows = Math.max(1, Math.floor((band.height - GAP) / CELL));
    const { columnMs, from, now } = frame;
    const { cells, hidden } = pack(marks, from, now, { columnMs, rows, spill: SPILL });
    const bottom = band.top + band.height - GAP;
    // Nothing stands in the future: what is drawn beside its time comes into sight when that has caught up.
    this.#context.save();
    this.#context.beginPath();
    this.#context.rect(0, 0, frame.right, frame.height);
    this.#context.clip();
    for (const cell of cells) {
      const x = frame.columnX(cell.column);
      const y = bottom - (cell.row + 1) * CELL + GAP;
      if (cell.mark.kind === 'request') this.#tail(frame, cell.mark, x, y);
    }
    for (const cell of cells) {
      const x = frame.columnX(cell.column);
      const y = bottom - (cell.row + 1) * CELL + GAP;
      this.#cell(cell, lane, x, y);
      if (x <= frame.right) spots.push({ mark: cell.mark, lane, x: x + SIDE / 2, y: y + SIDE / 2 });
    }
    this.#context.restore();
    this.#labels(frame, cells, bottom);
    this.#hidden(frame, hidden, band);
  }

  /** How long a request was open. */
  #tail(frame: TimelineFrame, { at, until }: RequestMark, x: number, y: number): void {
    const end = Math.min(frame.right, frame.x(Math.min(until, frame.now)));
    if (end - frame.x(at) < CELL) return;
    this.#context.fillStyle = this.#canvas.colour('request-tail');
    this.#context.fillRect(x + SIDE, y + SIDE / 2 - 1, Math.max(0, end - x - SIDE), 2);
  }

  #cell({ mark }: Cell<Mark>, lane: LaneName, x: number, y: number): void {
    const context = this.#context;
    const { colour, isFilled } = styleOf(mark, lane);
    if (mark.kind === 'ack') {
      this.#ack(x, y);
      return;
    }
    context.fillStyle = this.#canvas.colour(colour);
    context.fillRect(x, y, SIDE, SIDE);
    if (!isFilled) {
      context.fillStyle = this.#canvas.colour('card');
      context.fillRect(x + 1.5, y + 1.5, SIDE - 3, SIDE - 3);
    }
    if (mark.kind !== 'unit' || lane !== 'responses') return;
    const { parts } = mark.unit;
    const middle = parts.findIndex(({ kind }) => kind === 'response');
    context.fillStyle = this.#canvas.colour('notify-edge');
    if (middle > 0) context.fillRect(x, y, EDGE, SIDE);
    if (middle < parts.length - 1) context.fillRect(x + SIDE - EDGE, y, EDGE, SIDE);
  }

  /** An arrow that points up, to the gateway. */
  #ack(x: number, y: number): void {
    const context = this.#context;
    context.fillStyle = this.#canvas.colour('ack');
    context.beginPath();
    context.moveTo(x, y + SIDE - 1);
    context.lineTo(x + SIDE / 2, y + 1);
    context.lineTo(x + SIDE, y + SIDE - 1);
    context.fill();
  }

  #labels(frame: TimelineFrame, cells: readonly Cell<Mark>[], bottom: number): void {
    const context = this.#context;
    context.font = `11px ${this.#canvas.colour('font')}`;
    context.fillStyle = this.#canvas.colour('muted');
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    for (const cluster of clustersOf(cells)) {
      const text = labelOf(cluster);
      const x = Math.min(frame.right, frame.columnX(cluster.last.column) + SIDE) + LABEL_GAP;
      const width = context.measureText(text).width + LABEL_GAP;
      if (text === '' || width > cluster.room * CELL || x + width > frame.width) continue;
      context.fillText(text, x, bottom - CELL / 2 + GAP / 2);
    }
  }

  /** A line on top of the lane where more came than it has room for. */
  #hidden(frame: TimelineFrame, hidden: ReadonlyMap<number, number>, { top }: Band): void {
    this.#context.fillStyle = this.#canvas.colour('text');
    for (const column of hidden.keys()) {
      const x = frame.columnX(column);
      this.#context.fillRect(x, top, Math.min(CELL, frame.right - x), 2);
    }
  }
}
