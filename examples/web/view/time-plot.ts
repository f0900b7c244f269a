import { SHOWN_MS } from '../model/delivery-window.js';
import type { LinkSpan } from '../model/link-history.js';
import { Canvas } from './canvas.js';

/** Room for the labels of the axes. */
const LEFT = 44;
const BOTTOM = 18;
const TOP = 8;
const RIGHT = 8;
const STEP_MS = 15_000;

/** Where things are drawn in a TimePlot. */
export interface PlotArea {
  readonly context: CanvasRenderingContext2D;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Time on performance.now()'s scale to pixels. */
  readonly x: (at: number) => number;
}

/** The last minute, from left to right, with the times without a connection shaded. */
export class TimePlot extends Canvas {
  /** @param ticks value and label of each line, with the value's height from 0 (bottom) to 1 */
  frame(
    now: number,
    ticks: readonly { readonly label: string; readonly height: number }[],
    gaps: readonly LinkSpan[],
  ): PlotArea {
    const { context, width, height } = this.begin();
    const right = Math.max(LEFT + 1, width - RIGHT);
    const bottom = Math.max(TOP + 1, height - BOTTOM);
    const x = (at: number): number => right - ((now - at) / SHOWN_MS) * (right - LEFT);
    context.fillStyle = this.colour('plot-away');
    for (const { from, to } of gaps) {
      const start = Math.max(LEFT, x(from));
      const end = Math.min(right, x(to));
      if (end > LEFT) context.fillRect(start, TOP, Math.max(2, end - start), bottom - TOP);
    }
    context.font = `11px ${this.colour('font')}`;
    context.lineWidth = 1;
    context.strokeStyle = this.colour('plot-grid');
    context.fillStyle = this.colour('muted');
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const { label, height: share } of ticks) {
      const y = Math.round(bottom - share * (bottom - TOP)) + 0.5;
      context.beginPath();
      context.moveTo(LEFT, y);
      context.lineTo(right, y);
      context.stroke();
      context.fillText(label, LEFT - 6, y);
    }
    context.textBaseline = 'alphabetic';
    for (let back = 0; back <= SHOWN_MS; back += STEP_MS) {
      context.textAlign = back === 0 ? 'right' : back === SHOWN_MS ? 'left' : 'center';
      context.fillText(back === 0 ? 'now' : `−${back / 1000} s`, x(now - back), height - 4);
    }
    return { context, left: LEFT, right, top: TOP, bottom, x };
  }
}
