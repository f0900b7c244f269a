import { ServiceError, type Handler } from '../../lib/service/service.js';
import { fields, text } from '../fields.js';
import type { Herald } from '../herald/herald.js';

/**
 * Action `order.place`, `{"item":"tea"}`. While the request is in flight it pushes two steps (topic `order.step`,
 * `{text}`), bound before and after the answer, and answers only when the gateway holds both: so they stand around the
 * answer, in one unit with it, although they were pushed on their own. The answer is `{"key","item","steps"}`.
 */
export function placeOrder(herald: Herald): Handler {
  return async (request) => {
    const item = text(fields(request), 'item', 40, 'tea');
    const key = request.idempotencyKey;
    const step = async (place: 'before' | 'after', words: string): Promise<void> => {
      const to = { player: request.playerId };
      const push = { to, topic: 'order.step', json: { text: words }, boundTo: key, place };
      const { outcome, code, message } = await herald.push(push);
      if (outcome === 'refused') throw new ServiceError(code, message);
    };
    await Promise.all([step('before', `${item}: in the making`), step('after', `${item}: on its way`)]);
    return { json: { key, item, steps: 2 } };
  };
}
