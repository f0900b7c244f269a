import type { Player } from './player.js';

/**
 * Finds players: by id, by the session that serves or served them, and by zone. A zone is here while somebody is in it.
 */
export class PlayerIndex {
  readonly #byId = new Map<string, Player>();
  readonly #byZone = new Map<string, Set<Player>>();
  /** The last two sessions of each player: the one before the present tells "replaced" from "unknown". */
  readonly #bySession = new Map<string, Player>();
  readonly #sessions = new Map<Player, readonly string[]>();

  get size(): number {
    return this.#byId.size;
  }

  find(playerId: string): Player | undefined {
    return this.#byId.get(playerId);
  }

  /** Whose session that is, or was until another one replaced it: compare with `player.lastSessionId`. */
  ofSession(sessionId: string): Player | undefined {
    return this.#bySession.get(sessionId);
  }

  inZone(zone: string): ReadonlySet<Player> {
    return this.#byZone.get(zone) ?? NOBODY;
  }

  all(): IterableIterator<Player> {
    return this.#byId.values();
  }

  add(player: Player): void {
    this.#byId.set(player.id, player);
    this.#enter(player, player.zone);
  }

  /** The player has gone from `zone` to its present one. */
  moved(player: Player, zone: string): void {
    if (zone === player.zone) return;
    this.#leave(player, zone);
    this.#enter(player, player.zone);
  }

  /** Another session serves the player from now on. */
  served(player: Player, sessionId: string): void {
    const [previous, older] = this.#sessions.get(player) ?? [];
    if (older !== undefined) this.#bySession.delete(older);
    this.#sessions.set(player, previous === undefined ? [sessionId] : [sessionId, previous]);
    this.#bySession.set(sessionId, player);
  }

  /** Compares before it deletes: the id may belong to a successor. */
  remove(player: Player): void {
    if (this.#byId.get(player.id) !== player) return;
    this.#byId.delete(player.id);
    this.#leave(player, player.zone);
    for (const sessionId of this.#sessions.get(player) ?? []) this.#bySession.delete(sessionId);
    this.#sessions.delete(player);
  }

  #enter(player: Player, zone: string): void {
    const players = this.#byZone.get(zone);
    if (players === undefined) this.#byZone.set(zone, new Set([player]));
    else players.add(player);
  }

  #leave(player: Player, zone: string): void {
    const players = this.#byZone.get(zone);
    players?.delete(player);
    if (players?.size === 0) this.#byZone.delete(zone);
  }
}

const NOBODY: ReadonlySet<Player> = new Set();
