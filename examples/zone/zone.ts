import { randomInt } from 'node:crypto';
import { createService, ServiceError } from '../../lib/service/service.js';
import type { Handler, Service, ServiceRequest } from '../../lib/service/service.js';
import { burst } from '../herald/burst.js';
import { Herald } from '../herald/herald.js';
import type { Ledger } from '../ledger/ledger.js';
import { say } from './chat.js';
import { move } from './move.js';

/** What belongs to the zone a player is in; pushes through `herald`. Payloads are JSON. */
export function createZone(ledger: Ledger, herald = new Herald('zone', ledger)): Service {
  return createService({
    name: 'zone',
    wrap: ledger.wrap,
    actions: {
      'zone.where': ({ zone, playerId }) => ({ json: { zone, player: playerId } }),
      'zone.roll': roll,
      'zone.move': move(herald),
      'zone.burst': burst(herald),
      'chat.say': say(herald),
    },
  });
}

/** `{"sides":6}`: throws a die. The player hears it roll before the answer and sees the result told after it. */
const roll: Handler = (request) => {
  const sides = readSides(request);
  const rolled = randomInt(1, sides + 1);
  const { idempotencyKey: key, playerId: player, zone } = request;
  return {
    json: { rolled, sides },
    before: [{ topic: 'zone.rolling', id: `${key}/before/1`, json: { key, place: 'before', zone, player } }],
    after: [{ topic: 'zone.rolled', id: `${key}/after/1`, json: { key, place: 'after', zone, player, rolled } }],
  };
};

function readSides(request: ServiceRequest): number {
  const input = (request.json() ?? {}) as { sides?: unknown };
  const { sides = 6 } = input;
  if (typeof sides === 'number' && Number.isInteger(sides) && sides >= 2 && sides <= 1000) return sides;
  throw new ServiceError(400, '"sides" must be an integer from 2 to 1000');
}
