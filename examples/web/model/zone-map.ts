import type { Fields } from './topic-feed.js';

/** Where a player is, both from 0 to 1. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Seen extends Place {
  readonly player: string;
  /** On performance.now()'s scale. */
  readonly at: number;
}

/** Who hasn't moved for so long is not shown any more: nobody tells that a player has gone. */
const FORGET_MS = 20_000;
/** Players that are shown. */
const MAX_PLAYERS = 50;

/** Who was seen where in the zone: topic `zone.position`. */
export class ZoneMap {
  readonly #seen = new Map<string, Seen>();
  /** Positions that came. */
  count = 0;

  moved({ player, x, y }: Fields, now: number): void {
    if (typeof player !== 'string' || !isShare(x) || !isShare(y)) return;
    this.count++;
    if (this.#seen.size >= MAX_PLAYERS && !this.#seen.has(player)) return;
    this.#seen.set(player, { player, x, y, at: now });
  }

  /** Those who were seen lately. */
  at(now: number): readonly Seen[] {
    for (const { player, at } of this.#seen.values()) if (now - at > FORGET_MS) this.#seen.delete(player);
    return [...this.#seen.values()];
  }

  of(player: string): Place | undefined {
    return this.#seen.get(player);
  }
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
