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

const AWAY_MS = 10_000;
/** Enough for requests to reach the gateway before the link breaks. */
const TRIP_MS = 40;
/** How long the requests take that are under way when it breaks: most are answered while nobody is there. */
const SHORT_MS = [80, 120, 160];
const LONG_MS = [2000, 4000, 6000];

/** What a person can break here on purpose. */
export class Trouble {
  readonly #parts: TroubleParts;

  constructor(parts: TroubleParts) {
    this.#parts = parts;
  }

  cutLink(): void {
    this.#leave(SHORT_MS, 0);
  }

  stayAway(): void {
    this.#leave(LONG_MS, AWAY_MS);
  }

  openSecondLogin(): void {
    this.#parts.player.openSecond();
  }

  closeSecondLogin(): void {
    this.#parts.player.closeSecond();
  }

  killBusiness(): void {
    const { journal, watch, server } = this.#parts;
    journal.happened('business gets SIGKILL', 'bad');
    watch.killed('business');
    server.kill('business').catch((error: unknown) => journal.happened(`not killed: ${String(error)}`, 'bad'));
  }

  #leave(requestsMs: readonly number[], awayMs: number): void {
    const { desk, player } = this.#parts;
    for (const ms of requestsMs) void desk.ask({ action: 'slow', payload: { ms } }, true);
    setTimeout(() => player.cut(awayMs), TRIP_MS);
  }
}
