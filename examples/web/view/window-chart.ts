import type { DeliveryWindow, Progress } from '../model/delivery-window.js';
import { SHOWN_MS } from '../model/delivery-window.js';
import type { LinkSpan } from '../model/link-history.js';
import type { Series } from '../model/series.js';
import { byId, setText } from './dom.js';
import type { PlotArea } from './time-plot.js';
import { TimePlot } from './time-plot.js';

const SMALLEST_SCALE = 8;

/** Units received and not yet acknowledged, and requests not yet answered, over the last minute. */
export class WindowChart {
  readonly #plot = new TimePlot(byId('window-plot', HTMLCanvasElement));
  readonly #unacknowledged = byId('unacknowledged', HTMLElement);
  readonly #unanswered = byId('unanswered', HTMLElement);

  show(
    now: number,
    window: DeliveryWindow,
    gaps: readonly LinkSpan[],
    { position, acknowledged }: Progress,
    unanswered: number,
  ): void {
    const scale = scaleFor(now, window);
    const labels = [0, scale / 2, scale].map((value) => ({ label: `${value}`, height: value / scale }));
    const area = this.#plot.frame(now, labels, gaps);
    this.#steps(area, window.unacknowledged, now, scale, 'response', true);
    this.#steps(area, window.unanswered, now, scale, 'notify', false);
    setText(this.#unacknowledged, `${position - acknowledged}`);
    setText(this.#unanswered, `${unanswered}`);
    this.#plot.describe(`${position - acknowledged} units are unacknowledged, ${unanswered} requests unanswered`);
  }

  #steps(area: PlotArea, series: Series, now: number, scale: number, colour: string, isFilled: boolean): void {
    const { context, x, left, top, bottom } = area;
    const samples = series.since(now - SHOWN_MS);
    if (samples.length === 0) return;
    const y = (value: number): number => bottom - (value / scale) * (bottom - top);
    context.beginPath();
    let previous = Math.max(left, x(samples[0]!.at));
    context.moveTo(previous, bottom);
    for (const { at, value } of samples) {
      context.lineTo(previous, y(value));
      context.lineTo((previous = Math.max(left, x(at))), y(value));
    }
    context.lineTo(previous, bottom);
    context.strokeStyle = this.#plot.colour(colour);
    context.lineWidth = 1.5;
    if (isFilled) {
      context.fillStyle = this.#plot.colour(`${colour}-soft`);
      context.fill();
    }
    context.stroke();
  }
}

/** A round number above everything shown. */
function scaleFor(now: number, { unacknowledged, unanswered }: DeliveryWindow): number {
  const values = [unacknowledged, unanswered].flatMap((series) =>
    series.since(now - SHOWN_MS).map(({ value }) => value),
  );
  const largest = Math.max(SMALLEST_SCALE, ...values);
  return 2 ** Math.ceil(Math.log2(largest));
}
