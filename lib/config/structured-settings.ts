import type { Route } from '../dispatch/router.js';
import { choice, flag, integer, isRecord, list, parseJson, readFields, text } from './setting.js';
import type { Fields, Setting } from './setting.js';

/** Where the instances of one service are and how much they are given. */
export interface ServiceSettings {
  /** "host:port" of each instance. */
  readonly addresses: readonly string[];
  readonly balance: 'round-robin' | 'least-pending' | 'sticky-player' | 'sticky-zone';
  /** Requests handed over and not yet answered, over all instances; 0: as many as the way to them bears. */
  readonly inFlight: number;
  /** Requests that wait for one of those places. */
  readonly queue: number;
  /** auto: many requests in one message where the instance has that; off: each request a call of its own. */
  readonly tunnel: 'auto' | 'off';
  /** Streams of a tunnel to one instance. */
  readonly tunnelStreams: number;
}

const ADDRESS =
  /^(\[[0-9a-fA-F:.]{2,45}\]|[^\s:,[\]]{1,253}):(?!0)(\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/;
const SERVICE_NAME = /^[a-z][a-z0-9-]{0,62}$/;
/** As many services, and routes, as a person can look after; each costs metrics and a queue. */
const MAX_SERVICES = 64;
const MAX_ROUTES = 1024;

export const serviceFields = {
  addresses: list({
    default: [],
    required: true,
    allowed: '"host:port"',
    pattern: ADDRESS,
    min: 1,
    max: 256,
    doc: 'instances of the service',
    change: 'always',
  }),
  balance: choice({
    default: 'round-robin',
    of: ['round-robin', 'least-pending', 'sticky-player', 'sticky-zone'],
    doc: 'which instance takes a request',
    change: 'sticky where instances keep state of players or zones, least-pending where requests differ much in cost',
  }),
  inFlight: integer({
    default: 0,
    min: 0,
    max: 65_536,
    doc: 'requests handed over and not yet answered, over all instances; 0: 1,024 once an instance is known to take many in one message (`Tunnel`), else 64',
    change: 'up for services that are slow but not busy; down to protect one that is',
  }),
  queue: integer({
    default: 4000,
    min: 0,
    max: 1_000_000,
    doc: 'requests that wait for a place; one more is refused at once (503)',
    change: 'about `inFlight` times how often a request finishes within a bearable wait',
  }),
  tunnel: choice({
    default: 'auto',
    of: ['auto', 'off'],
    doc: 'auto: what is due in one turn goes in one message (`Tunnel`) to an instance that has it; off: each request is a call of its own (`Process`)',
    change:
      'off where something between gateway and service spreads calls over instances, or cannot carry long streams',
  }),
  tunnelStreams: integer({
    default: 2,
    min: 1,
    max: 16,
    doc: 'streams of a tunnel to one instance: while one carries something large, another carries the rest',
    change: 'up where many requests or answers of over 64 KiB travel beside small ones',
  }),
} as const satisfies Fields;

export const routeFields = {
  match: text({
    default: '',
    required: true,
    allowed: 'an action, or a prefix that ends in "*"; not beginning with "gatesvr."',
    pattern: /^(?!gatesvr\.)([^\s*]{1,200}\*?|\*)$/,
    doc: 'an action (`echo`) or a prefix (`zone.*`, `*`); an exact match wins, then the longest prefix',
    change: 'always',
  }),
  service: text({
    default: '',
    required: true,
    allowed: 'the name of a service in `services`',
    pattern: SERVICE_NAME,
    doc: 'who takes these requests',
    change: 'always',
  }),
  auth: list({
    default: [],
    allowed: 'a role',
    pattern: /^[^\s,]{1,100}$/,
    max: 64,
    doc: 'roles of which the login must have granted one; none: any logged-in player',
    change: 'for actions that not everybody may call',
  }),
  ordering: choice({
    default: 'completion',
    of: ['completion', 'arrival'],
    doc: 'when a Response gets its place in the order: when it is ready, or when its request came',
    change:
      'arrival where the client relies on answers in the order of its requests; a slow one then holds up the rest',
  }),
  serial: flag({
    default: false,
    doc: "a player's next request to the service waits until the one before it is answered",
    change: 'where two requests of one player must not run side by side',
  }),
  timeoutMs: integer({
    default: 0,
    min: 0,
    max: 600_000,
    unit: 'ms',
    doc: 'from acceptance to the answer, at most `dispatch.timeoutMs`, which 0 stands for',
    change: 'down for actions whose answer is worthless later',
  }),
  idempotent: flag({
    default: false,
    doc: 'executing twice does no harm: may be tried again after hand-over',
    change: 'for reads',
  }),
} as const satisfies Fields;

/** The services by name; as text JSON. */
export function services(
  options: Pick<Setting<never>, 'doc' | 'change'> & { default: Readonly<Record<string, ServiceSettings>> },
): Setting<Readonly<Record<string, ServiceSettings>>> {
  const allowed = `a map of at most ${MAX_SERVICES} names to {${Object.keys(serviceFields).join(', ')}}`;
  return {
    ...options,
    allowed,
    parse: parseJson,
    read: (value, report) => {
      if (!isRecord(value) || Object.keys(value).length > MAX_SERVICES) {
        report('', value, allowed);
        return options.default;
      }
      for (const name of Object.keys(value)) {
        if (!SERVICE_NAME.test(name)) report(`.${name}`, name, 'a name of a–z, 0–9 and -');
      }
      return Object.fromEntries(
        Object.entries(value).map(([name, service]) => [name, readFields(serviceFields, service, `.${name}`, report)]),
      );
    },
  };
}

/** The routes, in any order; as text JSON. */
export function routes(
  options: Pick<Setting<never>, 'doc' | 'change'> & { default: readonly Route[] },
): Setting<readonly Route[]> {
  const allowed = `a list of at most ${MAX_ROUTES} times {${Object.keys(routeFields).join(', ')}}`;
  return {
    ...options,
    allowed,
    parse: parseJson,
    read: (value, report) => {
      if (!Array.isArray(value) || value.length > MAX_ROUTES) {
        report('', value, allowed);
        return options.default;
      }
      const entries: readonly unknown[] = value;
      return entries.map((route, index) => readFields(routeFields, route, `[${index}]`, report));
    },
  };
}
