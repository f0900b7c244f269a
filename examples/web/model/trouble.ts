import type { DevServer } from './dev-server.js';
import type { Journal } from './journal.js';
import type { Player } from './player.js';
import type { ProcessWatch } from './process-watch.js';
import type { RequestDesk } from './request-desk.js';

export interface TroubleParts {
  readonly player: Player;
  readonly desk: RequestDesk;
  readonly server: DevServer;
  readonly watch: ProcessWatch;
  readonly journal: Journal;
}

/** Enough for requests to reach the gateway before the link breaks. */
const TRIP_MS = 40;
/** How long the requests take that are under way when it breaks: most are answered while nobody is there. */
const SHORT_MS = [80, 120, 160];
/** The same for a longer absence, as shares of it. */
const SHARES = [0.2, 0.4, 0.6];

/** What a person can break here on purpose. */
export class Trouble {
  readonly #parts: TroubleParts;

  constructor(parts: TroubleParts) {
    this.#parts = parts;
  }

  cutLink(): void {
    this.#leave(SHORT_MS, 0);
  }

  stayAway(ms: number): void {
    const requestsMs = SHARES.map((share) => Math.round(share * ms));
    this.#leave(requestsMs, ms);
  }

  openSecondLogin(): void {
    this.#parts.player.openRival();
  }

  closeSecondLogin(): void {
    this.#parts.player.closeRival();
  }

  /** @param name hello, business, zone or gateway */
  kill(name: string): void {
    const { journal, watch, server } = this.#parts;
    journal.happened(`${name} gets SIGKILL`, 'bad');
    watch.killed(name);
    server.kill(name).catch((error: unknown) => journal.happened(`${name} was not killed: ${String(error)}`, 'bad'));
  }

  #leave(requestsMs: readonly number[], awayMs: number): void {
    const { desk, player } = this.#parts;
    for (const ms of requestsMs) void desk.ask({ action: 'slow', payload: { ms } }, true);
    setTimeout(() => player.cut(awayMs), TRIP_MS);
  }
}
