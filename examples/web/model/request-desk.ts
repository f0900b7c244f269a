import { RequestError } from '../../../lib/client/browser.js';
import type { GatesvrClient } from '../../../lib/client/browser.js';
import type { Journal } from './journal.js';
import type { Series } from './series.js';
import type { RequestMark, Timeline } from './timeline.js';

/** A request that a button, a panel or the steady traffic makes. */
export interface Ask {
  readonly action: string;
  /** Text goes as it is, everything else as JSON. */
  readonly payload: unknown;
}

/** What came of it. */
export interface Outcome {
  readonly isFine: boolean;
  /** Of the Response; 0 when the client ended the request without one. */
  readonly code: number;
  /** Why it failed; '' when it didn't. */
  readonly message: string;
}

export interface DeskParts {
  readonly client: () => GatesvrClient;
  readonly journal: Journal;
  readonly timeline: Timeline;
  readonly roundTrips: Series;
}

const encoder = new TextEncoder();

/** Makes requests, measures how long they take, and tells journal and timeline what came of them. */
export class RequestDesk {
  readonly #parts: DeskParts;
  /** Actions of the requests that this client ended by itself since the last report, by what it said of them. */
  readonly #failures = new Map<string, string[]>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  async ask({ action, payload }: Ask, byHand: boolean): Promise<Outcome> {
    const { client, timeline } = this.#parts;
    const bytes = encoder.encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
    const mark = timeline.asked(performance.now(), action, bytes.length, byHand);
    try {
      const { clientSeq, code } = await client().request(action, bytes);
      this.#answered(mark, clientSeq, code);
      return { isFine: true, code, message: '' };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const { reply, clientSeq, message } = error;
      if (reply === undefined) {
        mark.until = performance.now();
        mark.fault = error.error?.toLowerCase().replaceAll('_', ' ') ?? message;
        this.#failed(action, mark.fault);
        return { isFine: false, code: 0, message: mark.fault };
      }
      this.#answered(mark, clientSeq, reply.code);
      return { isFine: false, code: reply.code, message: reply.message };
    }
  }

  #answered(mark: RequestMark, clientSeq: number, code: number): void {
    const { journal, roundTrips } = this.#parts;
    const now = performance.now();
    mark.until = now;
    mark.clientSeq = clientSeq;
    mark.code = code;
    journal.asked(clientSeq, { action: mark.action, tookMs: now - mark.at, byHand: mark.byHand });
    roundTrips.add({ at: now, value: now - mark.at });
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
      this.#parts.journal.happened(`${count} ended without an answer, ${why}: ${which}`, 'bad');
    }
    this.#failures.clear();
  }
}
