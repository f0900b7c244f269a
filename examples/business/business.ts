import { setTimeout as sleep } from 'node:timers/promises';
import { createService, ServiceError } from '../../lib/service/service.js';
import type { Handler, ReplyNotify, Service } from '../../lib/service/service.js';
import { fields, integer } from '../fields.js';
import { burst } from '../herald/burst.js';
import { Herald } from '../herald/herald.js';
import type { Ledger } from '../ledger/ledger.js';
import { placeOrder } from './order.js';
import { Scoreboard } from './scoreboard.js';

/** Most players whose counter is kept; above that the one that counted longest ago is forgotten. */
const MAX_COUNTERS = 10_000;

/** Rounds of the game, in ms. */
const ROUND_MS = 1000;

/** Answers everyday requests, and pushes through `herald`. Payloads are JSON; those of `echo` any bytes. */
export function createBusiness(ledger: Ledger, herald = new Herald('business', ledger)): Service {
  return createService({
    name: 'business',
    wrap: ledger.wrap,
    actions: {
      echo: (request) => ({ payload: request.payload }),
      time: () => ({ json: { time: new Date().toISOString() } }),
      sum: (request) => ({ json: { sum: numbers(request.json()).reduce((a, b) => a + b, 0) } }),
      count: counter(),
      around,
      slow,
      fail,
      'score.add': addScore(herald),
      'order.place': placeOrder(herald),
      'push.burst': burst(herald),
    },
  });
}

/** `{"before":2,"after":1}`: an answer between so many notifies, each of which says where it belongs. */
const around: Handler = (request) => {
  const input = fields(request);
  const before = integer(input, 'before', 1, 32);
  const after = integer(input, 'after', 1, 32);
  const notifies = (place: string, count: number): ReplyNotify[] =>
    Array.from({ length: count }, (_, index) => ({
      topic: `business.${place}`,
      id: `${request.idempotencyKey}/${place}/${index + 1}`,
      json: { key: request.idempotencyKey, place, number: index + 1, of: count },
    }));
  return {
    json: { key: request.idempotencyKey, before, after },
    before: notifies('before', before),
    after: notifies('after', after),
  };
};

/** `{"ms":2000}`: answers after that time, unless nobody waits for it any more. */
const slow: Handler = async (request, { signal }) => {
  const ms = integer(fields(request), 'ms', 1000, 600_000);
  try {
    await sleep(ms, undefined, { signal });
  } catch (cause) {
    throw new ServiceError(499, 'nobody waits any more', { cause });
  }
  return { json: { ms } };
};

/** `{"code":409,"message":"taken"}`: that answer; `{"crash":true}`: a bug in the handler. */
const fail: Handler = (request) => {
  const input = fields(request);
  if (input.crash === true) throw new Error('this handler has a bug');
  const message = typeof input.message === 'string' ? input.message : 'failed as asked';
  throw new ServiceError(integer(input, 'code', 500, 999), message);
};

/** `{"points":5}`: points in the game of `Scoreboard`, which ticks once a second from the first point on. */
function addScore(herald: Herald): Handler {
  const board = new Scoreboard(herald);
  let timer: NodeJS.Timeout | undefined;
  const tick = (): void => {
    board.tick().catch(() => undefined);
    if (board.isOn) return;
    clearInterval(timer);
    timer = undefined;
  };
  return (request) => {
    herald.mustReach();
    const score = board.add(request.playerId, integer(fields(request), 'points', 1, 100));
    timer ??= setInterval(tick, ROUND_MS).unref();
    return { json: { score } };
  };
}

/** Counts the player's requests; the answer shows that each was executed once. */
function counter(): Handler {
  const counts = new Map<string, number>();
  return ({ playerId }) => {
    const count = (counts.get(playerId) ?? 0) + 1;
    counts.delete(playerId);
    counts.set(playerId, count);
    if (counts.size > MAX_COUNTERS) counts.delete(counts.keys().next().value!);
    return { json: { count } };
  };
}

function numbers(value: unknown): number[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value;
  throw new ServiceError(400, 'the payload is not a JSON list of numbers');
}
