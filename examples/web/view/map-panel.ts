import type { Player } from '../model/player.js';
import type { RequestDesk } from '../model/request-desk.js';
import { Stroll } from '../model/stroll.js';
import type { Place, ZoneMap } from '../model/zone-map.js';
import { byId, element, setText } from './dom.js';

/** What an arrow key moves by. */
const STEP = 0.05;
/** A pointer that is drawn over the map makes at most one request in so long, in ms. */
const DRAG_MS = 50;
/** Right of here a name stands on the other side. */
const EDGE = 0.75;
const MIDDLE: Place = { x: 0.5, y: 0.5 };

const arrows: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** Where the players of the zone are, as the zone told last; a player is where the push says, not where it was asked to. */
export class MapPanel {
  readonly #desk: RequestDesk;
  readonly #map: ZoneMap;
  readonly #player: string;
  readonly #box = byId('map', HTMLElement);
  readonly #toggle = byId('stroll', HTMLButtonElement);
  readonly #stroll: Stroll;
  readonly #walkers = new Map<string, HTMLElement>();
  #draggedAt = 0;
  /** Last place asked for: keys that are pressed fast go on from there. */
  #wanted: Place | undefined;

  constructor(desk: RequestDesk, map: ZoneMap, player: string) {
    this.#desk = desk;
    this.#map = map;
    this.#player = player;
    this.#stroll = new Stroll(player, (place) => this.#go(place, false));
    this.#toggle.addEventListener('click', () => this.#walk());
    this.#box.addEventListener('pointerdown', (event) => this.#point(event));
    this.#box.addEventListener('pointermove', (event) => {
      if (event.buttons > 0 && event.timeStamp - this.#draggedAt >= DRAG_MS) this.#point(event);
    });
    this.#box.addEventListener('keydown', (event) => this.#key(event));
  }

  show(now: number, { isChanging, ending }: Player): void {
    if (this.#stroll.isOn && (isChanging || ending !== undefined)) this.#walk();
    const seen = this.#map.at(now);
    for (const { player, x, y } of seen) {
      const walker = this.#walkers.get(player) ?? this.#add(player);
      walker.style.left = `${x * 100}%`;
      walker.style.top = `${y * 100}%`;
      walker.classList.toggle('at-edge', x > EDGE);
    }
    if (seen.length === this.#walkers.size) return;
    for (const [player, walker] of this.#walkers) {
      if (this.#map.of(player) !== undefined) continue;
      walker.remove();
      this.#walkers.delete(player);
    }
  }

  #add(player: string): HTMLElement {
    const walker = element('span', player === this.#player ? 'walker own' : 'walker', element('span', 'name', player));
    this.#walkers.set(player, walker);
    this.#box.append(walker);
    return walker;
  }

  #walk(): void {
    this.#stroll.toggle();
    this.#toggle.setAttribute('aria-pressed', String(this.#stroll.isOn));
    setText(this.#toggle, this.#stroll.isOn ? 'Stop' : 'Walk');
  }

  #point({ clientX, clientY, timeStamp }: PointerEvent): void {
    const { left, top, width, height } = this.#box.getBoundingClientRect();
    this.#draggedAt = timeStamp;
    this.#go({ x: (clientX - left) / width, y: (clientY - top) / height });
  }

  #key(event: KeyboardEvent): void {
    const arrow = arrows[event.key];
    if (arrow === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { x, y } = this.#wanted ?? this.#map.of(this.#player) ?? MIDDLE;
    this.#go({ x: x + arrow[0], y: y + arrow[1] });
  }

  #go({ x, y }: Place, byHand = true): void {
    const place = { x: share(x), y: share(y) };
    this.#wanted = place;
    void this.#desk.ask({ action: 'zone.move', payload: place }, byHand);
  }
}

/** From 0 to 1, to a thousandth. */
function share(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
}
