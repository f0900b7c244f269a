import { GatesvrError } from '../errors.js';
import type { Place } from '../delivery/notify-ordering-manager.js';
import type { NotifyInit } from '../protocol/message-codec.js';
import {
  MessageClass,
  PushPlace,
  ReceiptWish,
  type BroadcastRequest,
  type PushRequest,
  type Target,
} from '../protocol/push-codec.js';

/** Whom a push is for. */
export type PushTarget =
  | { readonly kind: 'player'; readonly playerId: string }
  | { readonly kind: 'session'; readonly sessionId: string }
  | { readonly kind: 'zone'; readonly zone: string; readonly onlineOnly: boolean }
  | { readonly kind: 'everyone'; readonly onlineOnly: boolean }
  | { readonly kind: 'list'; readonly playerIds: ReadonlySet<string> };

export type PushClass = 'reliable' | 'latest' | 'volatile';

/** The request that a push is placed around. */
export interface Binding {
  readonly epoch: string;
  readonly clientSeq: number;
  readonly place: Place;
}

/** A push that was checked: everything in it means something. */
export interface Push {
  /** Empty: it can't be repeated and has no receipts. */
  readonly id: string;
  readonly target: PushTarget;
  readonly class: PushClass;
  readonly notify: NotifyInit;
  /** With class `latest`. */
  readonly key: string | undefined;
  /** Infinity for none. */
  readonly ttlMs: number;
  readonly binding: Binding | undefined;
  readonly receipts: ReceiptWish;
}

/** Ids, topics, zones and keys are names that people give; they stand in maps and on the wire. */
const MAX_NAME_CHARS = 256;
/** Room for a UUID with a prefix; the ids of the last minutes are all remembered. */
const MAX_ID_CHARS = 128;
/** The longest resume window that can be set: nothing is kept for longer. */
const MAX_TTL_MS = 24 * 3_600_000;
/** Twice the 5,000 sessions that one process is sized for; more is a push to everyone. */
const MAX_LISTED_PLAYERS = 10_000;

const CLASSES: Partial<Record<MessageClass, PushClass>> = {
  [MessageClass.RELIABLE]: 'reliable',
  [MessageClass.LATEST]: 'latest',
  [MessageClass.VOLATILE]: 'volatile',
};
const PLACES: Partial<Record<PushPlace, Place>> = { [PushPlace.BEFORE]: 'before', [PushPlace.AFTER]: 'after' };

/** @throws GatesvrError BAD_PUSH, which says what is wrong */
export function readPush(request: PushRequest): Push {
  return read(request, readTarget(request.target));
}

/** @throws GatesvrError BAD_PUSH, which says what is wrong */
export function readBroadcast({ push, playerIds }: BroadcastRequest): Push {
  if (push === undefined || push === null) throw bad('there is no push in it');
  if (push.target?.kind !== undefined) throw bad('a broadcast goes to its list of players: it has no other target');
  if (playerIds.length === 0) throw bad('the list of players is empty');
  if (playerIds.length > MAX_LISTED_PLAYERS) {
    throw bad(`${playerIds.length} players are listed, at most ${MAX_LISTED_PLAYERS} can be`);
  }
  for (const playerId of playerIds) name(playerId, 'player_ids');
  return read(push, { kind: 'list', playerIds: new Set(playerIds) });
}

function read(request: PushRequest, target: PushTarget): Push {
  const { id, topic, payload, headers, key } = request;
  if (id.length > MAX_ID_CHARS) throw bad(`id is longer than ${MAX_ID_CHARS} characters`);
  name(topic, 'topic');
  if (topic.startsWith('gatesvr.')) throw bad('topics that begin with "gatesvr." are reserved');
  for (const header in headers) checkHeader(header);
  const itsClass = CLASSES[request.class] ?? throwBad(`class ${request.class} is not known`);
  if (key !== '' && itsClass !== 'latest') throw bad(`key belongs to class latest, this one is ${itsClass}`);
  if (key.length > MAX_NAME_CHARS) throw bad(`key is longer than ${MAX_NAME_CHARS} characters`);
  if (!(request.receipts in ReceiptWish)) throw bad(`receipts ${request.receipts} is not known`);
  return {
    id,
    target,
    class: itsClass,
    notify: { topic, payload, headers, id },
    key: itsClass === 'latest' ? key || topic : undefined,
    ttlMs: readTtl(request.ttlMs, itsClass),
    binding: readBinding(request, target, itsClass),
    receipts: request.receipts,
  };
}

function readTarget(target: Target | null | undefined): PushTarget {
  const onlineOnly = target?.onlineOnly ?? false;
  switch (target?.kind) {
    case 'playerId':
      forOne(onlineOnly);
      return { kind: 'player', playerId: name(target.playerId, 'player_id') };
    case 'sessionId':
      forOne(onlineOnly);
      return { kind: 'session', sessionId: name(target.sessionId, 'session_id') };
    case 'zone':
      return { kind: 'zone', zone: name(target.zone, 'zone'), onlineOnly };
    case 'everyone':
      if (!target.everyone) throw bad('everyone is false, and there is no other target');
      return { kind: 'everyone', onlineOnly };
    default:
      throw bad('there is no target: player_id, session_id, zone or everyone');
  }
}

function forOne(onlineOnly: boolean): void {
  if (onlineOnly) throw bad('online_only is for zone and everyone');
}

function readTtl(ttlMs: number, its: PushClass): number {
  if (ttlMs === 0) return Infinity;
  if (ttlMs > MAX_TTL_MS) throw bad(`ttl_ms is ${ttlMs}, at most ${MAX_TTL_MS} is possible`);
  if (its === 'volatile') throw bad('a volatile push is not kept: it has no ttl_ms');
  return ttlMs;
}

function readBinding({ boundTo, place, ttlMs }: PushRequest, target: PushTarget, its: PushClass): Binding | undefined {
  if (boundTo === '') {
    if (place !== PushPlace.IMMEDIATE) throw bad('place needs bound_to, the idempotency key of a request');
    return undefined;
  }
  if (target.kind !== 'player' && target.kind !== 'session') throw bad('only a push to one player can be bound');
  if (its !== 'reliable') throw bad(`only a reliable push can be bound, this one is ${its}`);
  if (ttlMs !== 0) throw bad('a bound push goes with its Response: it has no ttl_ms');
  const where = PLACES[place] ?? throwBad(`a bound push is placed BEFORE or AFTER, place is ${place}`);
  const [, epoch, digits] = /^([\w-]{1,64})\/(\d{1,16})$/.exec(boundTo) ?? [];
  const clientSeq = Number(digits);
  if (epoch === undefined || clientSeq < 1 || !Number.isSafeInteger(clientSeq)) {
    throw bad('bound_to is no idempotency key: it looks like "epoch/client-seq"');
  }
  return { epoch, clientSeq, place: where };
}

function checkHeader(header: string): void {
  if (header === '' || header.length > MAX_NAME_CHARS) throw bad('a header name is empty or too long');
  if (header.toLowerCase().startsWith('gatesvr-')) throw bad('headers that begin with "gatesvr-" are reserved');
}

function name(value: string, field: string): string {
  if (value === '') throw bad(`${field} is empty`);
  if (value.length > MAX_NAME_CHARS) throw bad(`${field} is longer than ${MAX_NAME_CHARS} characters`);
  return value;
}

function bad(detail: string): GatesvrError {
  return new GatesvrError('BAD_PUSH', detail);
}

function throwBad(detail: string): never {
  throw bad(detail);
}
