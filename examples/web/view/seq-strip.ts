import type { DeliveryWindow, Progress } from '../model/delivery-window.js';
import { Canvas } from './canvas.js';
import { byId } from './dom.js';

const CELL = 11;
const GAP = 3;
const LABEL_GAP = 15;

/** The newest server seqs in a row: a cell is full once it is acknowledged, and marked if it came in a replay. */
export class SeqStrip {
  readonly #canvas = new Canvas(byId('seq-strip', HTMLCanvasElement));

  show({ position, acknowledged }: Progress, window: DeliveryWindow): void {
    const { context, width } = this.#canvas.begin();
    const cells = Math.floor((width + GAP) / (CELL + GAP));
    const first = Math.max(1, position - cells + 1);
    for (let i = 0; i < cells; i++) {
      const seq = first + i;
      const colour = this.#canvas.colour(window.wasReplayed(seq) ? 'after' : 'response');
      const x = i * (CELL + GAP);
      if (seq > position) {
        this.#outline(context, x, this.#canvas.colour('plot-grid'));
      } else if (seq > acknowledged) {
        this.#outline(context, x, colour);
      } else {
        context.fillStyle = colour;
        context.fillRect(x, 0, CELL, CELL);
      }
    }
    context.fillStyle = this.#canvas.colour('muted');
    context.font = `11px ${this.#canvas.colour('font')}`;
    context.textBaseline = 'top';
    context.textAlign = 'left';
    context.fillText(`${first}`, 0, LABEL_GAP);
    if (position > first) {
      context.textAlign = 'right';
      const end = Math.min(cells, position - first + 1) * (CELL + GAP) - GAP;
      if (end > 60) context.fillText(`${position}`, end, LABEL_GAP);
    }
    this.#canvas.describe(`Last server seq ${position}, acknowledged up to ${acknowledged}`);
  }

  #outline(context: CanvasRenderingContext2D, x: number, colour: string): void {
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.strokeRect(x + 0.75, 0.75, CELL - 1.5, CELL - 1.5);
  }
}
