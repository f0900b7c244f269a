import type { Item, RequestOutcome } from '../../../lib/client/node.js';
import { digest } from '../../ledger/ledger.js';

/** A Response as the application saw it, with the notifies that stood around it. */
export interface Sighting {
  readonly code: number;
  readonly outcome: RequestOutcome;
  readonly digest: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A request as its caller saw it. */
export interface RequestRecord {
  readonly action: string;
  /** Of its payload, which is like no other's. */
  readonly digest: string;
  /** undefined while it has not ended. */
  end: RequestEnd | undefined;
}

export interface RequestEnd {
  readonly outcome: RequestOutcome;
  readonly code: number;
  /** "epoch/client-seq" under which it was accepted last; '' when it never was written. */
  readonly key: string;
  /** What the client itself called it, where no Response ended it. */
  readonly error: string | undefined;
  readonly tookMs: number;
}

/** Everything that one client's application saw. */
export class History {
  readonly requests: RequestRecord[] = [];
  /** Responses by idempotency key. */
  readonly sightings = new Map<string, Sighting>();
  notifies = 0;
  units = 0;
  replayed = 0;

  constructor(readonly player: string) {}

  unit(epoch: string, items: readonly Item[], replayed: boolean): void {
    this.units++;
    if (replayed) this.replayed++;
    const middle = items.findIndex(({ kind }) => kind === 'response');
    const response = items[middle];
    const ids = items.map((item) => (item.kind === 'notify' ? item.notify.id : ''));
    this.notifies += items.filter(({ kind }) => kind === 'notify').length;
    if (response?.kind !== 'response') return;
    const { clientSeq, code, outcome, payload } = response.response;
    this.sightings.set(`${epoch}/${clientSeq}`, {
      code,
      outcome: outcomes[outcome] ?? 'UNKNOWN',
      digest: digest(payload),
      before: ids.slice(0, middle),
      after: ids.slice(middle + 1),
    });
  }
}

/** In the order of the protocol's numbers. */
const outcomes: readonly RequestOutcome[] = ['ANSWERED', 'NOT_EXECUTED', 'UNKNOWN'];
