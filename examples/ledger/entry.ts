import type { PushReceipt, PushResult } from '../../lib/service/service.js';

/** What every line of a ledger begins with. */
export interface Origin {
  readonly service: string;
  readonly pid: number;
  /** Unix time in milliseconds. */
  readonly at: number;
}

/** A request received or answered; a login or logout. */
export interface RequestLine {
  readonly event: 'received' | 'answered' | 'login' | 'logout';
  readonly player: string;
  /** Of the request: "epoch/client-seq"; of a logout: the epoch; of a login: empty. */
  readonly key: string;
  readonly action: string;
  /** The answer's; 0 for what was received. */
  readonly code: number;
  /** Ids of the notifies that go before the answer, in order. */
  readonly before: readonly string[];
  /** Ids of the notifies that go after the answer, in order. */
  readonly after: readonly string[];
  /** `digest` of the request's payload (received) or the answer's (answered). */
  readonly digest: string;
  /** Answered when nobody waited any more: cancelled, or the deadline had passed. */
  readonly abandoned: boolean;
}

export type TargetKind = 'player' | 'session' | 'zone' | 'everyone';

/** A push is about to be made. */
export interface PushingLine {
  readonly event: 'pushing';
  readonly id: string;
  /** The process that pushes, like no other before or after it. */
  readonly sender: string;
  /** 1, 2, 3 … with the pushes of this sender, in the order in which they are made. */
  readonly number: number;
  readonly target: TargetKind;
  /** The player or the zone; empty for everyone. Of a session: whose it is. */
  readonly to: string;
  readonly onlineOnly: boolean;
  readonly topic: string;
  readonly class: 'reliable' | 'latest' | 'volatile';
  /** Of class `latest`; empty otherwise. */
  readonly key: string;
  /** 0: for as long as the player is kept. */
  readonly ttlMs: number;
  /** Idempotency key of the request around whose Response it stands; empty: it stands alone. */
  readonly boundTo: string;
  readonly place: 'before' | 'after' | '';
  readonly digest: string;
}

/** What the gateway answered to a push, or that no answer came. */
export interface PushedLine {
  readonly event: 'pushed';
  readonly id: string;
  readonly outcome: PushResult['outcome'] | 'unanswered';
  readonly code: number;
  readonly receivers: number;
  /** Of a push to many: players whose queue was full. */
  readonly refused: number;
}

/** What the gateway told later of a push. */
export interface ReceiptLine {
  readonly event: 'receipt';
  readonly id: string;
  readonly kind: PushReceipt['kind'];
  readonly player: string;
}

export type PushLine = PushingLine | PushedLine | ReceiptLine;
export type RequestEntry = Origin & RequestLine;
export type PushingEntry = Origin & PushingLine;
export type PushedEntry = Origin & PushedLine;
export type ReceiptEntry = Origin & ReceiptLine;
export type PushEntry = PushingEntry | PushedEntry | ReceiptEntry;

/**
 * What an example service received and answered, pushed and was told of it, one JSON line each, written before it acts:
 * the independent witness that the demo's checker holds against what clients saw. A line is handed to the kernel before
 * the service goes on, so killing the process loses none.
 */
export type LedgerEntry = RequestEntry | PushEntry;

export function isPushEntry(entry: LedgerEntry): entry is PushEntry {
  return entry.event === 'pushing' || entry.event === 'pushed' || entry.event === 'receipt';
}
