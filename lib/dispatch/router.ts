import { GatesvrError } from '../errors.js';

/** Where requests of an action go and on what terms. */
export interface Route {
  /** An action ("echo"), or a prefix that ends in "*" ("zone.*", "*"). Also the metrics label: bounded by configuration. */
  readonly match: string;
  /** Name of the service in the configuration. */
  readonly service: string;
  /** Roles of which the login must have granted at least one; empty: any logged-in player. */
  readonly auth: readonly string[];
  /** When a Response gets its place in the order: when it is ready, or when its request came. */
  readonly ordering: 'completion' | 'arrival';
  /**
   * Runs alone among the player's requests to this service: it is handed over when those before it are answered, and
   * the next one when it is answered.
   */
  readonly serial: boolean;
  /** Milliseconds from acceptance to the answer. */
  readonly timeoutMs: number;
  /** Executing twice does no harm: may be retried after hand-over. */
  readonly idempotent: boolean;
}

/** Finds the route of an action: an exact match, else the longest prefix. Immutable. */
export class Router {
  readonly #exact = new Map<string, Route>();
  readonly #prefixes = new Map<string, Route>();
  /** Lengths of prefixes that occur, longest first: a look-up costs one try each, however many routes there are. */
  readonly #lengths: readonly number[];

  /**
   * @param services names that routes may refer to
   * @throws GatesvrError BAD_CONFIG for an unknown service, a match that occurs twice, is empty, or is reserved
   */
  constructor(routes: readonly Route[], services: readonly string[]) {
    for (const route of routes) {
      checkRoute(route, services);
      const isPrefix = route.match.endsWith('*');
      const key = isPrefix ? route.match.slice(0, -1) : route.match;
      const table = isPrefix ? this.#prefixes : this.#exact;
      if (table.has(key)) throw new GatesvrError('BAD_CONFIG', `two routes match "${route.match}"`);
      table.set(key, route);
    }
    this.#lengths = [...new Set([...this.#prefixes.keys()].map((prefix) => prefix.length))].sort((a, b) => b - a);
  }

  /** The route of `action`; undefined if none matches. Actions that begin with "gatesvr." never match. */
  route(action: string): Route | undefined {
    if (action === '' || action.startsWith(RESERVED)) return undefined;
    return this.#exact.get(action) ?? this.#byPrefix(action);
  }

  #byPrefix(action: string): Route | undefined {
    for (const length of this.#lengths) {
      if (length > action.length) continue;
      const route = this.#prefixes.get(action.slice(0, length));
      if (route !== undefined) return route;
    }
    return undefined;
  }
}

/** The gateway's own names (PROTOCOL 1). */
const RESERVED = 'gatesvr.';

function checkRoute({ match, service }: Route, services: readonly string[]): void {
  const star = match.indexOf('*');
  if (match === '' || (star >= 0 && star < match.length - 1)) {
    throw new GatesvrError(
      'BAD_CONFIG',
      `a route matches "${match}": an action, or a prefix that ends in "*", is needed`,
    );
  }
  if (match.startsWith(RESERVED)) throw new GatesvrError('BAD_CONFIG', `route "${match}": "${RESERVED}" is reserved`);
  if (!services.includes(service)) {
    throw new GatesvrError('BAD_CONFIG', `route "${match}" names the unknown service "${service}"`);
  }
}
