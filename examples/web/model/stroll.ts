import type { Place } from './zone-map.js';

/** Steps of a stroll, in ms: enough to see a way, few enough to leave the timeline readable. */
const STEP_MS = 250;
/** Radians a second, and how far from the middle. */
const SPEED = 0.55;
const REACH = 0.4;

/** Walks about by itself: a figure that never quite repeats, from another start for each player. */
export class Stroll {
  readonly #step: (place: Place) => void;
  readonly #phase: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(player: string, step: (place: Place) => void) {
    this.#phase = phaseOf(player);
    this.#step = step;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  toggle(): void {
    if (this.#timer === undefined)
      this.#timer = setInterval(() => this.#step(this.placeAt(performance.now())), STEP_MS);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  placeAt(now: number): Place {
    const angle = this.#phase + (now / 1000) * SPEED;
    return { x: 0.5 + REACH * Math.cos(angle), y: 0.5 + REACH * Math.sin(angle * 1.7 + this.#phase) };
  }
}

/** A start of the player's own, in radians. */
function phaseOf(player: string): number {
  let sum = 7;
  for (const letter of player) sum = (sum * 31 + letter.codePointAt(0)!) % 628;
  return sum / 100;
}
