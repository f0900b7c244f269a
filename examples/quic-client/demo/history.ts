import type { Item, RequestOutcome } from '../../../lib/client/node.js';
import { digest } from '../../ledger/ledger.js';
import { isPushId } from '../../ledger/push-id.js';
import { Presence } from './presence.js';
import type { PushSighting, Sighting } from './sighting.js';

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
  /** Pushes by id, each time they were seen. */
  readonly pushes = new Map<string, PushSighting[]>();
  readonly presence = new Presence();
  /** Unix ms at which each epoch began, or a little before. */
  readonly epochs: number[] = [];
  /** Unix ms at which the client was told that something is lost. */
  readonly losses: number[] = [];
  zone = '';
  notifies = 0;
  units = 0;
  replayed = 0;
  #epoch = '';

  constructor(readonly player: string) {}

  /** @param since Unix ms at which the session began that is welcomed now */
  welcomed(epoch: string, zone: string, since: number, now: number, isLossTold: boolean): void {
    this.presence.knownFrom(now);
    this.zone = zone;
    if (isLossTold) this.losses.push(now);
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.epochs.push(since);
  }

  /** @param seq 0: volatile */
  unit(seq: number, items: readonly Item[], replayed: boolean): void {
    this.units++;
    if (replayed) this.replayed++;
    const middle = items.findIndex(({ kind }) => kind === 'response');
    const response = items[middle];
    const key = response?.kind === 'response' ? `${this.#epoch}/${response.response.clientSeq}` : '';
    const own: Record<'before' | 'after', string[]> = { before: [], after: [] };
    items.forEach((item, index) => {
      if (item.kind !== 'notify') return;
      const { id, payload } = item.notify;
      const side = index < middle ? 'before' : 'after';
      this.notifies++;
      if (!isPushId(id)) own[side].push(id);
      else this.#push({ id, seq, index, key, side: key === '' ? '' : side, digest: digest(payload) });
    });
    if (response?.kind !== 'response') return;
    const { code, outcome, payload } = response.response;
    this.sightings.set(key, { code, outcome: outcomes[outcome] ?? 'UNKNOWN', digest: digest(payload), ...own });
  }

  #push(seen: Omit<PushSighting, 'epoch'>): void {
    const sighting = { ...seen, epoch: this.epochs.length - 1 };
    const earlier = this.pushes.get(seen.id);
    if (earlier === undefined) this.pushes.set(seen.id, [sighting]);
    else earlier.push(sighting);
  }
}

/** In the order of the protocol's numbers. */
const outcomes: readonly RequestOutcome[] = ['ANSWERED', 'NOT_EXECUTED', 'UNKNOWN'];
