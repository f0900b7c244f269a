import { RequestError } from '../../../lib/client/browser.js';
import type { GatesvrClient } from '../../../lib/client/browser.js';
import type { Journal } from './journal.js';
import type { Series } from './series.js';

/** A request that a button, or the steady traffic, makes. */
export interface Ask {
  readonly action: string;
  readonly payload: unknown;
}

/** Makes requests, measures how long they take, and tells the journal what came of them. */
export class RequestDesk {
  readonly #client: () => GatesvrClient;
  readonly #journal: Journal;
  readonly #roundTrips: Series;
  /** Actions of the requests that this client ended by itself since the last report, by what it said of them. */
  readonly #failures = new Map<string, string[]>();

  constructor(client: () => GatesvrClient, journal: Journal, roundTrips: Series) {
    this.#client = client;
    this.#journal = journal;
    this.#roundTrips = roundTrips;
  }

  async ask({ action, payload }: Ask, byHand: boolean): Promise<void> {
    const since = performance.now();
    try {
      const { clientSeq } = await this.#client().request(action, payload as object);
      this.#answered(clientSeq, action, since, byHand);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.reply !== undefined) this.#answered(error.clientSeq, action, since, byHand);
      else this.#failed(action, error.error?.toLowerCase().replaceAll('_', ' ') ?? error.message);
    }
  }

  #answered(clientSeq: number, action: string, since: number, byHand: boolean): void {
    const now = performance.now();
    this.#journal.asked(clientSeq, { action, tookMs: now - since, byHand });
    this.#roundTrips.add(now, now - since);
  }

  /** Many end at once, so they are told together. */
  #failed(action: string, why: string): void {
    if (this.#failures.size === 0) setTimeout(() => this.#report(), 0);
    this.#failures.set(why, [...(this.#failures.get(why) ?? []), action]);
  }

  #report(): void {
    for (const [why, actions] of this.#failures) {
      const which = [...new Set(actions)].join(', ');
      const count = actions.length === 1 ? '1 request' : `${actions.length} requests`;
      this.#journal.happened(`${count} ended without an answer, ${why}: ${which}`, 'bad');
    }
    this.#failures.clear();
  }
}
