import { encodeContent } from './payload.js';
import { PushPlace, ReceiptWish, type PushReply, type PushRequestInit, type Receipt } from '../protocol/push-codec.js';
import { CLASSES, outcomeWord, PLACES, receiptWord, WISHES } from '../protocol/push-words.js';
import type { ClassWord, OutcomeWord, PlaceWord, ReceiptWord, WishWord } from '../protocol/push-words.js';
import type { Content } from './payload.js';

/** Whom a push is for. A session means its player, and is refused once another session of the player took over. */
export type PushTarget =
  | { readonly player: string }
  | { readonly session: string }
  | { readonly zone: string; readonly onlineOnly?: boolean }
  | { readonly everyone: true; readonly onlineOnly?: boolean };

/** A message to players that nobody asked for. */
export interface PushMessage extends Content {
  /** Not empty; "gatesvr." is reserved. */
  readonly topic: string;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * reliable (default): in order, kept, replayed. latest: while it waits unsent a newer one with the same key takes its
   * place. volatile: a datagram where there are any, never kept.
   */
  readonly class?: ClassWord;
  /** Of class latest; the topic when left out. */
  readonly key?: string;
  /** Milliseconds after which it isn't sent any more. */
  readonly ttlMs?: number;
  /** A push that is repeated with its id counts once. Made when left out. */
  readonly id?: string;
  /** What became of it later: `each` for every receiver of a push to many, `none` to hear nothing. */
  readonly receipts?: WishWord;
}

export interface Push extends PushMessage {
  readonly to: PushTarget;
  /** `request.idempotencyKey` of the request around whose answer it is to stand. */
  readonly boundTo?: string;
  readonly place?: PlaceWord;
}

export interface Broadcast extends PushMessage {
  readonly players: readonly string[];
}

/** What the gateway said of a push when it took it. */
export interface PushResult {
  readonly id: string;
  /**
   * delivered: written to a connection. kept: for a player who is away or hasn't room yet. held: waits for its
   * request's answer. refused: `code` and `message` say why. dropped: volatile, and nobody could get it. unknown: said
   * by a gateway of a later version.
   */
  readonly outcome: OutcomeWord;
  /** Why it was refused: docs/errors.md; 0 otherwise. */
  readonly code: number;
  readonly message: string;
  /** Players who got it or will. */
  readonly receivers: number;
  /** Those of them to whose connection it is written. */
  readonly delivered: number;
  /** Of a push to many: players whose queue was full. */
  readonly refused: number;
  /** Of a broadcast: players who aren't there. */
  readonly unknown: number;
}

/** What became later of a push that was kept, held or delivered. */
export interface PushReceipt {
  readonly id: string;
  readonly kind: ReceiptWord;
  readonly playerId: string;
}

/** As in upstream.proto. */
const MAX_ID_CHARS = 128;

/** @throws TypeError for what can't be written; what the gateway can judge it judges */
export function pushRequest(push: Push, id: string): PushRequestInit {
  const { place } = push;
  return {
    ...messageOf(push, id),
    target: targetOf(push.to),
    boundTo: push.boundTo ?? '',
    place: place === undefined ? PushPlace.IMMEDIATE : oneOf(PLACES, place, 'place'),
  };
}

/** @throws TypeError for what can't be written */
export function messageOf(message: PushMessage, id: string): PushRequestInit {
  const { topic, headers = {}, key = '', ttlMs = 0, receipts } = message;
  // The gateway would answer it under a shorter one, which nobody waits for.
  if (id.length > MAX_ID_CHARS) throw new TypeError(`id is longer than ${MAX_ID_CHARS} characters`);
  if (!Number.isInteger(ttlMs) || ttlMs < 0 || ttlMs >= 2 ** 32) {
    throw new TypeError(`ttlMs ${ttlMs} is not a whole number of milliseconds`);
  }
  return {
    id,
    topic,
    payload: encodeContent(message),
    headers,
    class: oneOf(CLASSES, message.class ?? 'reliable', 'class'),
    key,
    ttlMs,
    receipts: receipts === undefined ? ReceiptWish.RECEIPTS_DEFAULT : oneOf(WISHES, receipts, 'receipts'),
  };
}

export function pushResult(reply: PushReply): PushResult {
  const { id, code, message, receivers, delivered, refused, unknown } = reply;
  return { id, outcome: outcomeWord(reply.outcome), code, message, receivers, delivered, refused, unknown };
}

export function pushReceipt({ id, kind, playerId }: Receipt): PushReceipt {
  return { id, kind: receiptWord(kind), playerId };
}

function targetOf(to: PushTarget): NonNullable<PushRequestInit['target']> {
  if ('player' in to) return { playerId: to.player };
  if ('session' in to) return { sessionId: to.session };
  const onlineOnly = to.onlineOnly ?? false;
  return 'zone' in to ? { zone: to.zone, onlineOnly } : { everyone: to.everyone, onlineOnly };
}

function oneOf<T>(table: Readonly<Record<string, T>>, word: string, what: string): T {
  const value = Object.hasOwn(table, word) ? table[word] : undefined;
  if (value !== undefined) return value;
  throw new TypeError(`${what} is "${word}": it is one of ${Object.keys(table).join(', ')}`);
}
