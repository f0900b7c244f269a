import { ServiceError } from './service-error.js';
import type { Context } from './context.js';
import type { Reply } from './reply.js';
import type { ServiceRequest } from './request.js';

/** The answer, now or later; a ServiceError thrown is an answer too, any other throw is code 500. */
export type Answer = Reply | undefined | Promise<Reply | undefined>;

/** Answers one request. */
export type Handler = (request: ServiceRequest, context: Context) => Answer;

/** Handlers by action. */
export type Actions = Readonly<Record<string, Handler>>;

/** One handler for all of them; an action that isn't there is answered 404. */
export function dispatchActions(service: string, actions: Actions): Handler {
  const table = new Map(Object.entries(actions));
  return (request, context) => {
    const handler = table.get(request.action);
    if (handler === undefined) throw new ServiceError(404, `${service} has no such action`);
    return handler(request, context);
  };
}
