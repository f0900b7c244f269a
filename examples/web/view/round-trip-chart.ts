import { SHOWN_MS } from '../model/delivery-window.js';
import type { LinkSpan } from '../model/link-history.js';
import { median } from '../model/series.js';
import type { Series } from '../model/series.js';
import { byId, setText } from './dom.js';
import { TimePlot } from './time-plot.js';

/** The scale is logarithmic: a request that waited for the link to come back is there beside one of half a millisecond. */
const DECADES = [
  { ms: 0.1, label: '0.1 ms' },
  { ms: 1, label: '1 ms' },
  { ms: 10, label: '10 ms' },
  { ms: 100, label: '0.1 s' },
  { ms: 1000, label: '1 s' },
  { ms: 10_000, label: '10 s' },
];
const LOWEST = 0.1;
const HIGHEST = 20_000;
/** How many of the newest requests the median is of. */
const NEWEST = 20;
const DOT = 2.25;
const DIAMOND = 4;

const ticks = DECADES.map(({ ms, label }) => ({ label, height: heightOf(ms) }));

/** Round-trip times of requests and of heartbeats. */
export class RoundTripChart {
  readonly #plot = new TimePlot(byId('round-trip-plot', HTMLCanvasElement));
  readonly #now = byId('round-trip-now', HTMLElement);

  show(now: number, requests: Series, heartbeats: Series, gaps: readonly LinkSpan[]): void {
    const area = this.#plot.frame(now, ticks, gaps);
    const { context, x, top, bottom } = area;
    const y = (ms: number): number => bottom - heightOf(ms) * (bottom - top);
    const shown = requests.since(now - SHOWN_MS);
    context.fillStyle = this.#plot.colour('response');
    for (const { at, value } of shown) {
      context.beginPath();
      context.arc(x(at), y(value), DOT, 0, 2 * Math.PI);
      context.fill();
    }
    context.fillStyle = this.#plot.colour('replayed');
    for (const { at, value } of heartbeats.since(now - SHOWN_MS)) {
      context.beginPath();
      context.moveTo(x(at), y(value) - DIAMOND);
      context.lineTo(x(at) + DIAMOND, y(value));
      context.lineTo(x(at), y(value) + DIAMOND);
      context.lineTo(x(at) - DIAMOND, y(value));
      context.fill();
    }
    this.#tell(median(shown.slice(-NEWEST).map(({ value }) => value)), heartbeats.last?.value);
  }

  #tell(request: number | undefined, heartbeat: number | undefined): void {
    const text = request === undefined ? '–' : shortMs(request);
    setText(this.#now, text);
    const beat = heartbeat === undefined ? '' : `, last heartbeat ${shortMs(heartbeat)}`;
    this.#plot.describe(`Round-trip time, median of the newest ${NEWEST} requests: ${text}${beat}`);
  }
}

function heightOf(ms: number): number {
  const share = Math.log(ms / LOWEST) / Math.log(HIGHEST / LOWEST);
  return Math.min(1, Math.max(0, share));
}

function shortMs(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
