import { isSupported } from '../../../lib/client/browser.js';
import type { Player } from '../model/player.js';
import { roadNames, roads, type Road } from '../model/road.js';
import { byId } from './dom.js';

/** Lets a person choose what the session goes over. */
export class RoadChoice {
  readonly #select = byId('road', HTMLSelectElement);

  constructor(choose: (road: Road) => void) {
    const usable = roads.filter((road) => road === 'either' || isSupported(road));
    this.#select.append(...usable.map((road) => new Option(roadNames[road], road)));
    this.#select.addEventListener('change', () => choose(this.#select.value as Road));
  }

  show({ road, isChanging }: Player): void {
    if (this.#select.value !== road) this.#select.value = road;
    this.#select.disabled = isChanging;
  }
}
