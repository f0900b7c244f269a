import type { ErrorName } from '../errors.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Request } from '../protocol/message-codec.js';
import type { RequestProcessor } from './request-processor.js';
import type { Route, Router } from './router.js';
import { Job, type JobOwner } from './job.js';

/** What the Dispatcher asks of a Player beyond being answered. */
export interface Requester extends JobOwner {
  readonly epoch: string;
  /** Why no further request can be taken now; undefined if one can. */
  refusal(): ErrorName | undefined;
  /** Opens the request's place in the order: for the notifies bound to it, and for its Response. */
  open(job: Job): void;
  /** Answers a request that is handed to nobody. */
  refuse(clientSeq: number, error: ErrorName): void;
  /** The unanswered request with this client seq. */
  pending(clientSeq: number): Job | undefined;
}

export interface DispatcherParts {
  readonly router: Router;
  readonly processor: RequestProcessor;
  /** Upper bound of every request's time, in ms. */
  readonly timeoutMs: number;
  readonly metrics: Metrics;
}

/**
 * Turns a client's Request whose seq was accepted into a Job under way, in one synchronous step: route, permission, room,
 * place in the order, hand-over to the RequestProcessor. What can't go is answered at once.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /**
   * @param now Clock.now() when it came, in ms
   * @returns false when the request was refused; its Response is on its way then
   */
  request(requester: Requester, sessionId: string, clientSeq: number, request: Request, now: number): boolean {
    const route = this.#parts.router.route(request.action);
    const error =
      route === undefined ? 'NO_ROUTE' : grants(requester.roles, route.auth) ? requester.refusal() : 'FORBIDDEN';
    if (route === undefined || error !== undefined) {
      this.#refuse(requester, clientSeq, route, error ?? 'NO_ROUTE');
      return false;
    }
    const timeoutMs = Math.min(request.timeoutMs || Infinity, route.timeoutMs, this.#parts.timeoutMs);
    const job = new Job(
      requester,
      sessionId,
      requester.epoch,
      clientSeq,
      request.action,
      request.payload,
      crossingHeaders(request.headers),
      route,
      now,
      now + timeoutMs,
    );
    requester.open(job);
    this.#parts.processor.submit(job);
    return job.state !== 'done';
  }

  #refuse(requester: Requester, clientSeq: number, route: Route | undefined, error: ErrorName): void {
    const { metrics } = this.#parts;
    metrics.requestFinished(route?.match ?? '', route?.service ?? '', 'drop', 0);
    metrics.countError(error);
    requester.refuse(clientSeq, error);
  }

  /** The caller gave up on a request; its Response (499, or the answer if that was faster) still comes. */
  cancel(requester: Requester, clientSeq: number): void {
    const job = requester.pending(clientSeq);
    if (job !== undefined) this.#parts.processor.cancel(job);
  }
}

function grants(roles: readonly string[], wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((role) => roles.includes(role));
}

/** Names that only the gateway may set, or that mean something to gRPC, never cross (PROTOCOL 5). */
function crossingHeaders(headers: Record<string, string>): Record<string, string> {
  if (areNone(headers)) return NO_HEADERS;
  const names = Object.keys(headers).filter(crosses);
  return Object.fromEntries(names.map((name) => [name.toLowerCase(), headers[name]!]));
}

/** Most requests have none, and a list of their names would be made for each. */
function areNone(headers: Record<string, string>): boolean {
  for (const _ in headers) return false;
  return true;
}

const NO_HEADERS: Record<string, string> = Object.freeze({});
const RESERVED_PREFIX = /^(gatesvr-|grpc-|:)/;
const RESERVED_NAMES = new Set(['authorization', 'traceparent']);

function crosses(header: string): boolean {
  const name = header.toLowerCase();
  return !RESERVED_PREFIX.test(name) && !name.endsWith('-bin') && !RESERVED_NAMES.has(name);
}
