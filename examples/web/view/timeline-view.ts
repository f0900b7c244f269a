import type { LinkHistory } from '../model/link-history.js';
import { laneNames } from '../model/timeline.js';
import type { LaneName, Mark, Timeline } from '../model/timeline.js';
import { byId, element, setText } from './dom.js';
import type { Spot } from './lane-painter.js';
import { summaryOf } from './link-text.js';
import { sentenceOf, textOf } from './mark-text.js';
import type { Band, Bands } from './timeline-frame.js';
import { TimelinePainter } from './timeline-painter.js';

/** How much time can be shown, in ms. */
const ZOOMS = [6000, 12_000, 30_000, 60_000];
/** Below so many CSS pixels it begins with the shortest time. */
const NARROW = 500;
/** How far the pointer may miss a mark, in CSS pixels. */
const REACH = 12;
/** Rates are of so long a time. */
const RATE_MS = 2000;

/** The timeline with its lanes, what the pointer or the keyboard has chosen, and pause. */
export class TimelineView {
  readonly #timeline: Timeline;
  readonly #link: LinkHistory;
  readonly #box = byId('timeline', HTMLElement);
  readonly #canvas = byId('timeline-canvas', HTMLCanvasElement);
  readonly #card = byId('mark', HTMLElement);
  readonly #live = byId('mark-live', HTMLElement);
  readonly #empty = byId('timeline-empty', HTMLElement);
  readonly #summary = byId('timeline-summary', HTMLElement);
  readonly #pause = byId('pause', HTMLButtonElement);
  readonly #shown = byId('shown', HTMLElement);
  readonly #labels = new Map<string, HTMLElement>();
  readonly #painter = new TimelinePainter(this.#canvas, () => this.#bands);
  #bands: Bands;
  #zoom = 0;
  /** The present that is shown while it is paused. */
  #pausedAt: number | undefined;
  #pointer: { readonly x: number; readonly y: number } | undefined;
  #selected: Mark | undefined;
  #lane: LaneName = 'responses';
  #spots: Spot[] = [];
  #ratesAt = 0;
  #told = '';

  constructor(timeline: Timeline, link: LinkHistory) {
    this.#timeline = timeline;
    this.#link = link;
    for (const label of byId('lanes', HTMLElement).querySelectorAll<HTMLElement>('li')) {
      this.#labels.set(label.dataset.lane ?? '', label);
    }
    this.#bands = this.#measure();
    this.zoom(this.#canvas.clientWidth < NARROW ? -1 : 1);
    new ResizeObserver(() => (this.#bands = this.#measure())).observe(this.#box);
    this.#canvas.addEventListener('pointermove', ({ offsetX: x, offsetY: y }) => (this.#pointer = { x, y }));
    this.#canvas.addEventListener('pointerleave', () => (this.#pointer = undefined));
    this.#canvas.addEventListener('click', ({ offsetX, offsetY }) => this.#choose(this.#near(offsetX, offsetY)?.mark));
    this.#box.addEventListener('keydown', (event) => this.#key(event));
    this.#pause.addEventListener('click', () => this.togglePause());
    byId('zoom-in', HTMLButtonElement).addEventListener('click', () => this.zoom(-1));
    byId('zoom-out', HTMLButtonElement).addEventListener('click', () => this.zoom(1));
  }

  togglePause(): void {
    if (this.#pausedAt === undefined) this.#hold();
    else this.#goLive();
  }

  /** @param by 1: show more time, −1: less */
  zoom(by: 1 | -1): void {
    this.#zoom = Math.min(ZOOMS.length - 1, Math.max(0, this.#zoom + by));
    setText(this.#shown, `${ZOOMS[this.#zoom]! / 1000} s`);
  }

  show(now: number): void {
    const shownNow = this.#pausedAt ?? now;
    const hovered = this.#pointer === undefined ? undefined : this.#near(this.#pointer.x, this.#pointer.y)?.mark;
    const chosen = hovered ?? this.#selected;
    const scene = { timeline: this.#timeline, link: this.#link, now: shownNow, shownMs: ZOOMS[this.#zoom]! };
    this.#spots = this.#painter.draw({ ...scene, selected: chosen });
    this.#tell(
      this.#spots.find(({ mark }) => mark === chosen),
      now,
    );
    if (now - this.#ratesAt >= RATE_MS / 4) this.#rates(now);
  }

  #measure(): Bands {
    const band = (name: string): Band => {
      const label = this.#labels.get(name)!;
      return { top: label.offsetTop, height: label.offsetHeight };
    };
    return Object.fromEntries(['link', ...laneNames].map((name) => [name, band(name)])) as unknown as Bands;
  }

  #near(x: number, y: number): Spot | undefined {
    let nearest: Spot | undefined;
    let least = REACH;
    for (const spot of this.#spots) {
      const distance = Math.max(Math.abs(spot.x - x), Math.abs(spot.y - y));
      if (distance < least) {
        nearest = spot;
        least = distance;
      }
    }
    return nearest;
  }

  #tell(spot: Spot | undefined, now: number): void {
    this.#card.hidden = spot === undefined;
    if (spot === undefined) return;
    const text = sentenceOf(spot.mark, now);
    if (text !== this.#told) this.#fillCard(spot.mark, now);
    this.#told = text;
    const { offsetLeft, clientWidth } = this.#canvas;
    const { offsetWidth, offsetHeight } = this.#card;
    const left = Math.min(Math.max(0, spot.x + 14), clientWidth - offsetWidth);
    const top = spot.y - offsetHeight - 14;
    this.#card.style.left = `${offsetLeft + left}px`;
    this.#card.style.top = `${top < 0 ? spot.y + 16 : top}px`;
  }

  #fillCard(mark: Mark, now: number): void {
    const { title, rows } = textOf(mark, now);
    const list = rows.map(([name, value]) => element('div', '', element('dt', '', name), element('dd', '', value)));
    this.#card.replaceChildren(element('b', '', title), element('dl', '', ...list));
  }

  #rates(now: number): void {
    this.#ratesAt = now;
    let total = 0;
    for (const lane of laneNames) {
      const series = this.#timeline.lane(lane);
      const perSecond = ((series.entries.length - series.indexSince(now - RATE_MS)) * 1000) / RATE_MS;
      total += series.entries.length;
      setText(this.#labels.get(lane)!.querySelector('.rate')!, perSecond === 0 ? '' : `${Math.round(perSecond)}/s`);
    }
    this.#empty.hidden = total > 0;
    setText(this.#summary, summaryOf(this.#link));
  }

  // -- choosing

  #choose(mark: Mark | undefined): void {
    this.#selected = mark;
    if (mark === undefined) return;
    const spot = this.#spots.find((one) => one.mark === mark);
    if (spot !== undefined) this.#lane = spot.lane;
    this.#hold();
    setText(this.#live, sentenceOf(mark, performance.now()));
  }

  #hold(): void {
    this.#pausedAt ??= performance.now();
    this.#pause.setAttribute('aria-pressed', 'true');
    setText(this.#pause, 'Go live');
  }

  #goLive(): void {
    this.#pausedAt = undefined;
    this.#selected = undefined;
    this.#pause.setAttribute('aria-pressed', 'false');
    setText(this.#pause, 'Pause');
    setText(this.#live, '');
  }

  #key(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#step(-1),
      ArrowRight: () => this.#step(1),
      Home: () => this.#step(-Infinity),
      End: () => this.#step(Infinity),
      ArrowUp: () => this.#changeLane(-1),
      ArrowDown: () => this.#changeLane(1),
      Escape: () => this.#goLive(),
    };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    step();
  }

  /** To another mark of this lane; first of all to its newest. */
  #step(by: number): void {
    const marks = this.#spots.filter(({ lane }) => lane === this.#lane).map(({ mark }) => mark);
    if (marks.length === 0) {
      if (!this.#changeLane(1)) this.#changeLane(-1);
      return;
    }
    const at = this.#selected === undefined ? -1 : marks.indexOf(this.#selected);
    const next = at < 0 ? (by === -Infinity ? 0 : marks.length - 1) : at + by;
    this.#choose(marks[Math.min(marks.length - 1, Math.max(0, next))]);
  }

  /** To the next lane with something in it, to the mark that is nearest in time. */
  #changeLane(by: 1 | -1): boolean {
    const time = this.#selected?.at ?? Infinity;
    for (let i = laneNames.indexOf(this.#lane) + by; i >= 0 && i < laneNames.length; i += by) {
      const spots = this.#spots.filter(({ lane }) => lane === laneNames[i]);
      if (spots.length === 0) continue;
      const nearest = spots.reduce((a, b) => (Math.abs(b.mark.at - time) <= Math.abs(a.mark.at - time) ? b : a));
      this.#choose(nearest.mark);
      return true;
    }
    return false;
  }
}
