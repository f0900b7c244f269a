import type { Flag, LinkHistory, LinkSpan } from '../model/link-history.js';
import { seconds } from '../model/player.js';
import { transportNames } from '../model/transport.js';
import type { Canvas } from './canvas.js';
import type { Band, TimelineFrame } from './timeline-frame.js';

const BAR = 14;
const PADDING = 6;
const HATCH = 7;
/** A flag may stand where a span begins. */
const FLAG_ROOM = 160;

/** Draws the state of the link and what became of each loss of it. */
export class LinkPainter {
  readonly #canvas: Canvas;
  readonly #context: CanvasRenderingContext2D;

  constructor(canvas: Canvas, context: CanvasRenderingContext2D) {
    this.#canvas = canvas;
    this.#context = context;
  }

  /** Shades the times without a link through all lanes. */
  gaps(frame: TimelineFrame, { spans }: LinkHistory, bottom: number): void {
    const context = this.#context;
    for (const span of spans) {
      if (span.phase !== 'away' || span.to < frame.from) continue;
      const { left, right } = this.#edges(frame, span);
      context.fillStyle = this.#canvas.colour('plot-away');
      context.fillRect(left, 0, right - left, bottom);
      this.#hatch(left, right, bottom);
    }
  }

  draw(frame: TimelineFrame, { spans, flags }: LinkHistory, band: Band, bottom: number): void {
    const middle = band.top + band.height / 2;
    for (const span of spans) if (span.to >= frame.from) this.#span(frame, span, middle);
    for (const flag of flags) if (flag.at >= frame.from) this.#flag(frame, flag, band, bottom);
  }

  #span(frame: TimelineFrame, span: LinkSpan, middle: number): void {
    const context = this.#context;
    const { left, right } = this.#edges(frame, span);
    context.font = `600 11px ${this.#canvas.colour('font')}`;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    if (span.phase === 'away') {
      const text = `no link, ${seconds(Math.min(span.to, frame.now) - span.from)}`;
      if (context.measureText(text).width + 2 * PADDING > right - left) return;
      context.fillStyle = this.#canvas.colour('bad');
      context.fillText(text, left + PADDING, middle);
      return;
    }
    context.fillStyle = this.#canvas.colour(span.transport ?? 'plot-grid');
    context.fillRect(left, middle - BAR / 2, right - left, BAR);
    const text = span.transport === undefined ? '' : transportNames[span.transport];
    if (text === '' || context.measureText(text).width + FLAG_ROOM > right - left) return;
    context.textAlign = 'right';
    context.fillStyle = this.#canvas.colour('on-transport');
    context.fillText(text, right - PADDING, middle + 0.5);
  }

  #flag(frame: TimelineFrame, flag: Flag, { top, height }: Band, bottom: number): void {
    const context = this.#context;
    const x = Math.round(frame.x(flag.at));
    const tone = flag.verdict === 'PARTIAL' || (flag.verdict === 'FRESH' && flag.awayMs !== undefined) ? 'bad' : 'good';
    context.fillStyle = this.#canvas.colour(tone);
    context.fillRect(x, top, 1.5, bottom - top);
    context.font = `700 11px ${this.#canvas.colour('font')}`;
    const text = flag.replayed === 0 ? flag.verdict : `${flag.verdict}, ${flag.replayed} replayed`;
    const width = context.measureText(text).width + 2 * PADDING;
    const left = x + width > frame.width ? x - width : x;
    context.fillRect(left, top + 1, width, height - 2);
    context.fillStyle = this.#canvas.colour('card');
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText(text, left + PADDING, top + height / 2 + 0.5);
  }

  #edges(frame: TimelineFrame, { from, to }: LinkSpan): { left: number; right: number } {
    const left = Math.max(0, Math.round(frame.x(from)));
    const right = Math.min(frame.right, Math.round(frame.x(Math.min(to, frame.now))));
    return { left, right: Math.max(right, left + 2) };
  }

  #hatch(left: number, right: number, bottom: number): void {
    const context = this.#context;
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, bottom);
    context.clip();
    context.beginPath();
    for (let x = left - bottom; x < right; x += HATCH) {
      context.moveTo(x, bottom);
      context.lineTo(x + bottom, 0);
    }
    context.strokeStyle = this.#canvas.colour('plot-hatch');
    context.lineWidth = 1;
    context.stroke();
    context.restore();
  }
}
