import { ServiceError, type Handler } from '../../lib/service/service.js';
import { fields, number } from '../fields.js';
import type { Herald } from '../herald/herald.js';

/**
 * Action `zone.move`, `{"x":0.25,"y":0.5}`, both from 0 to 1: the zone sees where the player is (topic `zone.position`,
 * `{player, x, y}`, class `volatile`). Nobody wants an old position: who is away, or whose link has no room, misses it.
 * The answer is `{"receivers"}`.
 */
export function move(herald: Herald): Handler {
  return async (request) => {
    const input = fields(request);
    const position = { player: request.playerId, x: number(input, 'x', 1), y: number(input, 'y', 1) };
    const to = { zone: request.zone };
    const push = { to, topic: 'zone.position', class: 'volatile', json: position } as const;
    const { outcome, code, message, receivers } = await herald.push(push);
    if (outcome === 'refused') throw new ServiceError(code, message);
    return { json: { receivers } };
  };
}
