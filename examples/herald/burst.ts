import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../../lib/service/service.js';
import type { Handler, Push, PushTarget, ServiceRequest } from '../../lib/service/service.js';
import { fields, integer, oneOf, text } from '../fields.js';
import type { Herald } from './herald.js';

const MAX_PUSHES = 20;
const MAX_SPREAD_MS = 1000;

/**
 * `{"to":"zone","class":"latest","count":5,"spreadMs":200}`: so many pushes of one kind (topic `burst.push`, `{n, of}`),
 * spread over that time, and answers when the gateway has answered each, with what became of them:
 * `{"delivered":4,"kept":1}`. All there is to ask for:
 *
 *     to          player, session, zone, everyone: the one who asks, his session, his zone, all
 *     name        another player, with to player
 *     onlineOnly  only who is there, with to zone and everyone
 *     class       reliable, latest, volatile
 *     ttlMs       not after so long
 *     place       before, after: around the answer to this very request
 *     twice       each is pushed twice with the same id
 */
export function burst(herald: Herald): Handler {
  return async (request, { signal }) => {
    herald.mustReach();
    const input = fields(request);
    const count = integer(input, 'count', 1, MAX_PUSHES);
    const gapMs = integer(input, 'spreadMs', 0, MAX_SPREAD_MS) / Math.max(1, count - 1);
    const push = readPush(request, herald);
    const options = { owner: request.playerId, twice: input.twice === true };
    const outcomes: Promise<string>[] = [];
    for (let n = 1; n <= count && !signal.aborted; n++) {
      if (n > 1 && gapMs > 0) await sleep(gapMs);
      outcomes.push(outcome(herald.push({ ...push, json: { n, of: count } }, options)));
    }
    return { json: tally(await Promise.all(outcomes)) };
  };
}

function readPush(request: ServiceRequest, herald: Herald): Push {
  const input = fields(request);
  const itsClass = oneOf(input, 'class', ['reliable', 'latest', 'volatile'] as const);
  const place = input.place === undefined ? undefined : oneOf(input, 'place', ['before', 'after'] as const);
  const ttlMs = integer(input, 'ttlMs', 0, 60_000);
  return {
    to: readTarget(request),
    topic: 'burst.push',
    class: itsClass,
    // Values of two processes have no order among them.
    ...(itsClass === 'latest' ? { key: `burst of ${herald.sender}` } : {}),
    ...(ttlMs > 0 ? { ttlMs } : {}),
    ...(place === undefined ? {} : { boundTo: request.idempotencyKey, place }),
  };
}

function readTarget(request: ServiceRequest): PushTarget {
  const input = fields(request);
  const { playerId, sessionId, zone } = request;
  const onlineOnly = input.onlineOnly === true;
  const to = oneOf(input, 'to', ['player', 'session', 'zone', 'everyone'] as const);
  if (to === 'zone') return { zone, onlineOnly };
  if (to === 'everyone') return { everyone: true, onlineOnly };
  return to === 'session' ? { session: sessionId } : { player: text(input, 'name', 64, playerId) };
}

/** What became of a push; one that nobody answered is told, not thrown: the others have happened. */
async function outcome(pushed: ReturnType<Herald['push']>): Promise<string> {
  try {
    return (await pushed).outcome;
  } catch (error) {
    if (error instanceof ServiceError) return 'unanswered';
    throw error;
  }
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
