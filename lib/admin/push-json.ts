import { GatesvrError } from '../errors.js';
import { PushOutcome, PushPlace, ReceiptWish } from '../protocol/push-codec.js';
import type {
  BroadcastRequest,
  KickReplyInit,
  KickRequest,
  PushReplyInit,
  PushRequest,
  Target,
} from '../protocol/push-codec.js';
import { CLASSES, outcomeWord, PLACES } from '../protocol/push-words.js';
import { JsonFields } from './json-fields.js';

/**
 * Pushes as JSON, in the words of `connectGateway` of `gatesvr/service`. A field that isn't known is an error: with a
 * misspelt `ttlMs` the push would mean something else. What the values mean is judged where all pushes are.
 */

const MESSAGE = ['topic', 'json', 'text', 'base64', 'headers', 'class', 'key', 'ttlMs', 'id'];
const MAX_UINT32 = 2 ** 32 - 1;

/** @throws GatesvrError BAD_PUSH, which says what is wrong */
export function pushOf(body: unknown): PushRequest {
  const fields = JsonFields.of(body, 'the push', [...MESSAGE, 'to', 'boundTo', 'place']);
  const place = fields.has('place') ? fields.word('place', PLACES) : PushPlace.IMMEDIATE;
  return { ...messageOf(fields), target: targetOf(fields), boundTo: fields.text('boundTo'), place };
}

/** @throws GatesvrError BAD_PUSH, which says what is wrong */
export function broadcastOf(body: unknown): BroadcastRequest {
  const fields = JsonFields.of(body, 'the broadcast', [...MESSAGE, 'players']);
  const push = { ...messageOf(fields), target: null, boundTo: '', place: PushPlace.IMMEDIATE };
  return { push, playerIds: fields.texts('players') };
}

/** @throws GatesvrError BAD_PUSH, which says what is wrong */
export function kickOf(body: unknown): KickRequest {
  const fields = JsonFields.of(body, 'the kick', ['player', 'session', 'message', 'mayResume']);
  return {
    playerId: fields.text('player'),
    sessionId: fields.text('session'),
    message: fields.text('message'),
    mayResume: fields.flag('mayResume'),
  };
}

export function pushReplyJson(reply: PushReplyInit): Record<string, unknown> {
  const { id, outcome, code, message, receivers, delivered, refused, unknown } = reply;
  return {
    id: id ?? '',
    outcome: outcomeWord(outcome ?? PushOutcome.PUSH_OUTCOME_UNSPECIFIED),
    code: code ?? 0,
    message: message ?? '',
    receivers: receivers ?? 0,
    delivered: delivered ?? 0,
    refused: refused ?? 0,
    unknown: unknown ?? 0,
  };
}

export function kickReplyJson({ found = false, code = 0, message = '' }: KickReplyInit): Record<string, unknown> {
  return { found, code, message };
}

function messageOf(fields: JsonFields): Omit<PushRequest, 'target' | 'boundTo' | 'place'> {
  return {
    id: fields.text('id'),
    topic: fields.text('topic'),
    payload: payloadOf(fields),
    headers: fields.textRecord('headers'),
    class: fields.has('class') ? fields.word('class', CLASSES) : CLASSES.reliable,
    key: fields.text('key'),
    ttlMs: fields.integer('ttlMs', MAX_UINT32),
    // Nobody hears them over HTTP.
    receipts: ReceiptWish.RECEIPTS_NONE,
  };
}

function payloadOf(fields: JsonFields): Uint8Array {
  const given = ['json', 'text', 'base64'].filter((name) => fields.has(name));
  if (given.length > 1) throw new GatesvrError('BAD_PUSH', `only one of ${given.join(' and ')} can be given`);
  if (fields.has('json')) return Buffer.from(JSON.stringify(fields.any('json')));
  return fields.has('base64') ? fields.base64('base64') : Buffer.from(fields.text('text'));
}

function targetOf(fields: JsonFields): Target {
  const to = fields.object('to', ['player', 'session', 'zone', 'everyone', 'onlineOnly']);
  const given = ['player', 'session', 'zone', 'everyone'].filter((name) => to.has(name));
  if (given.length > 1)
    throw new GatesvrError('BAD_PUSH', `to names both ${given.join(' and ')}: a push has one target`);
  const onlineOnly = to.flag('onlineOnly');
  if (to.has('player')) return { kind: 'playerId', playerId: to.text('player'), onlineOnly };
  if (to.has('session')) return { kind: 'sessionId', sessionId: to.text('session'), onlineOnly };
  if (to.has('zone')) return { kind: 'zone', zone: to.text('zone'), onlineOnly };
  if (to.has('everyone')) return { kind: 'everyone', everyone: to.flag('everyone'), onlineOnly };
  throw new GatesvrError('BAD_PUSH', 'there is no target: "to" names a player, session, zone or everyone');
}
