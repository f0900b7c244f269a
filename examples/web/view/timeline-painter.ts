import type { LinkHistory } from '../model/link-history.js';
import { laneNames } from '../model/timeline.js';
import type { Mark, Timeline } from '../model/timeline.js';
import { Canvas } from './canvas.js';
import { LanePainter } from './lane-painter.js';
import type { Spot } from './lane-painter.js';
import { LinkPainter } from './link-painter.js';
import { TimelineFrame } from './timeline-frame.js';
import type { Bands } from './timeline-frame.js';

const AXIS = 18;
/** Lines of the time axis: about so many. */
const TICKS = 6;

export interface TimelineScene {
  readonly timeline: Timeline;
  readonly link: LinkHistory;
  readonly now: number;
  readonly shownMs: number;
  readonly selected: Mark | undefined;
}

/** Draws the whole timeline. */
export class TimelinePainter {
  readonly #canvas: Canvas;
  readonly #bands: () => Bands;

  /** @param bands where each lane is: style.css decides */
  constructor(canvas: HTMLCanvasElement, bands: () => Bands) {
    this.#canvas = new Canvas(canvas);
    this.#bands = bands;
  }

  /** @returns where each mark is */
  draw({ timeline, link, now, shownMs, selected }: TimelineScene): Spot[] {
    const { context, width, height } = this.#canvas.begin();
    const frame = new TimelineFrame(width, height, now, shownMs);
    const bands = this.#bands();
    const bottom = height - AXIS;
    const spots: Spot[] = [];
    const links = new LinkPainter(this.#canvas, context);
    const lanes = new LanePainter(this.#canvas, context);
    this.#ground(context, frame, bands, bottom);
    links.gaps(frame, link, bottom);
    for (const lane of laneNames) lanes.draw(frame, lane, timeline.lane(lane), bands[lane], spots);
    links.draw(frame, link, bands.link, bottom);
    this.#selection(context, spots, selected, bottom);
    return spots;
  }

  #ground(context: CanvasRenderingContext2D, frame: TimelineFrame, bands: Bands, bottom: number): void {
    context.fillStyle = this.#canvas.colour('plot-grid');
    for (const { top, height } of Object.values(bands)) context.fillRect(0, top + height, frame.width, 1);
    const stepMs = stepFor(frame.shownMs);
    context.font = `11px ${this.#canvas.colour('font')}`;
    context.textBaseline = 'alphabetic';
    context.textAlign = 'center';
    for (let back = 0; back < frame.shownMs; back += stepMs) {
      const x = Math.round(frame.x(frame.now - back));
      context.fillStyle = this.#canvas.colour(back === 0 ? 'muted' : 'plot-grid');
      context.fillRect(x, 0, 1, bottom + 3);
      context.fillStyle = this.#canvas.colour('muted');
      const text = back === 0 ? 'now' : `−${back / 1000} s`;
      if (x > 16) context.fillText(text, x, frame.height - 4);
    }
  }

  #selection(
    context: CanvasRenderingContext2D,
    spots: readonly Spot[],
    selected: Mark | undefined,
    bottom: number,
  ): void {
    const spot = spots.find(({ mark }) => mark === selected);
    if (spot === undefined) return;
    context.strokeStyle = this.#canvas.colour('focus');
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(spot.x, 0);
    context.lineTo(spot.x, bottom);
    context.stroke();
    context.lineWidth = 2.5;
    context.strokeRect(spot.x - 7.5, spot.y - 7.5, 15, 15);
  }
}

/** A round number of ms. */
function stepFor(shownMs: number): number {
  const rough = shownMs / TICKS;
  return [1000, 2000, 5000, 10_000].find((step) => step >= rough) ?? 20_000;
}
