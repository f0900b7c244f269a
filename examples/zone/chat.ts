import { ServiceError, type Handler } from '../../lib/service/service.js';
import { fields, text } from '../fields.js';
import type { Herald } from '../herald/herald.js';

/**
 * Action `chat.say`, `{"text":"hello"}`: everybody in the speaker's zone gets the line (topic `chat.line`,
 * `{from, text, at}` with `at` in Unix ms), and who is away gets it later. The zone is the one that the gateway names
 * with the request. The answer, `{"receivers"}`, comes when the gateway has it in every queue.
 */
export function say(herald: Herald): Handler {
  return async (request) => {
    const line = { from: request.playerId, text: text(fields(request), 'text', 500), at: Date.now() };
    const to = { zone: request.zone };
    const { outcome, code, message, receivers } = await herald.push({ to, topic: 'chat.line', json: line });
    if (outcome === 'refused') throw new ServiceError(code, message);
    return { json: { receivers } };
  };
}
