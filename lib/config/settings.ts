import { isIP } from 'node:net';
import { choice, integer, list, readFields, text } from './setting.js';
import type { FieldValues, Fields } from './setting.js';
import { routeFields, routes, serviceFields, services } from './structured-settings.js';
import type { ServiceSettings } from './structured-settings.js';
import type { Route } from '../dispatch/router.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const KIB = 1024;
const MIB = 1024 * KIB;

const HOST = /^[^\s/]{1,253}$/;
const PATH = /^[^\0]{0,4096}$/;

/** Every setting, declared once; `Config` has them nested: `listen.port` is `config.listen.port`. */
export const settings = {
  'gateway.id': text({
    default: '',
    pattern: /^[A-Za-z0-9._-]{0,64}$/,
    allowed: 'at most 64 of A–Z a–z 0–9 . _ -',
    doc: 'name of this gateway in logs and towards services; empty: the host name',
    change: 'where host names say nothing',
  }),

  'listen.host': text({
    default: '::',
    pattern: HOST,
    allowed: 'an address of this machine',
    doc: 'address of the ports that clients reach; "::" takes IPv4 too',
    change: '0.0.0.0 where IPv6 is off; one address where the machine has several',
  }),
  'listen.port': integer({
    default: 8453,
    min: 0,
    max: 65_535,
    doc: 'port of QUIC in UDP and of WebSocket in TCP; 0 takes a number that is free in both',
    change: '443 where clients sit behind firewalls that let nothing else out',
  }),
  'listen.path': text({
    default: '/gatesvr',
    pattern: /^\/[^\s?#]{0,255}$/,
    allowed: 'a path that begins with "/"',
    doc: 'path of the URL, over each transport; any other is answered 404',
    change: 'seldom',
  }),
  'listen.origins': list({
    default: [],
    pattern: /^(\*|https?:\/\/[^\s/]+)$/,
    max: 256,
    allowed: '"https://host" or "*"',
    doc: "pages that may connect, as their browser's Origin header; none: pages of this machine. Clients that are no browser send none and may always",
    change: 'list the pages of the product',
  }),
  'listen.transports': list({
    default: ['webtransport', 'websocket'],
    pattern: /^(webtransport|websocket)$/,
    min: 1,
    max: 2,
    allowed: 'webtransport or websocket',
    doc: 'what clients may connect over; where no QUIC engine runs, WebSocket alone serves',
    change: 'websocket alone where UDP never arrives; webtransport alone where the TCP port is taken',
  }),
  'listen.plain': choice({
    default: 'never',
    of: ['never', 'local', 'proxies'],
    doc: 'who may connect over WebSocket without TLS: nobody, programs and pages of this machine, or `listen.trustedProxies`',
    change: 'proxies where a proxy ends TLS in front of the gateway; local for development',
  }),
  'listen.trustedProxies': list({
    default: [],
    pattern: { test: isNetwork },
    max: 256,
    allowed: 'an address or a network, as in 192.0.2.1, 10.0.0.0/8, 2001:db8::/32',
    doc: 'proxies in front of the WebSocket port: what they say in X-Forwarded-For is where a client comes from, for limits and for Hello',
    change: 'the addresses of your proxies, and nothing else: who is listed can claim any address',
  }),

  'tls.certFile': text({
    default: '',
    pattern: PATH,
    allowed: 'a path',
    doc: 'certificate chain in PEM, read again when it changes; empty: a development certificate is made',
    change: 'always in production',
  }),
  'tls.keyFile': text({
    default: '',
    pattern: PATH,
    allowed: 'a path',
    doc: 'private key of `tls.certFile` in PEM',
    change: 'always in production',
  }),
  'tls.directory': text({
    default: '.gatesvr/certs',
    pattern: PATH,
    allowed: 'a path',
    doc: 'where the development certificate is kept',
    change: 'seldom',
  }),

  'quic.maxConnections': integer({
    default: 20_000,
    min: 1,
    max: 1_000_000,
    doc: 'connections in all; an idle one costs 40 KiB',
    change: 'to what the memory of the machine bears',
  }),
  'quic.maxConnectionsPerAddress': integer({
    default: 2000,
    min: 1,
    max: 1_000_000,
    doc: 'connections from one address (IPv6: one /64)',
    change: 'up where many players share the address of a carrier or a proxy',
  }),
  'quic.maxHandshakesPerAddress': integer({
    default: 200,
    min: 1,
    max: 1_000_000,
    doc: 'handshakes under way from one address',
    change: 'up like `quic.maxConnectionsPerAddress`',
  }),
  'quic.retryAfterHandshakes': integer({
    default: 100,
    min: 0,
    max: 1_000_000,
    doc: 'from so many handshakes under way on a client must prove its address first (one more round trip); 0: always',
    change: '0 under attack from forged addresses',
  }),
  'quic.idleTimeoutMs': integer({
    default: 3 * MINUTE,
    min: 1000,
    max: 10 * MINUTE,
    unit: 'ms',
    doc: 'a connection that is silent for so long is dropped; above `session.heartbeatTimeoutWithoutPingMs`, which decides first',
    change: 'seldom',
  }),

  'websocket.maxConnections': integer({
    default: 20_000,
    min: 1,
    max: 1_000_000,
    doc: 'TCP connections in all',
    change: 'to what the memory of the machine bears',
  }),
  'websocket.maxConnectionsPerAddress': integer({
    default: 2000,
    min: 1,
    max: 1_000_000,
    doc: 'TCP connections from one address (IPv6: one /64); behind `listen.trustedProxies` from one client address',
    change: 'up where many players share the address of a carrier',
  }),
  'websocket.maxHandshakesPerAddress': integer({
    default: 200,
    min: 1,
    max: 1_000_000,
    doc: 'TCP connections from one address that are no WebSocket yet',
    change: 'up like `websocket.maxConnectionsPerAddress`',
  }),

  'watchdog.stallMs': integer({
    default: 10_000,
    min: 0,
    max: 10 * MINUTE,
    unit: 'ms',
    doc: 'the process is ended when its event loop stands still for so long; 0: never',
    change: '0 under a debugger',
  }),

  'session.maxSessions': integer({
    default: 20_000,
    min: 1,
    max: 1_000_000,
    doc: 'sessions in all; one more is told to come back later',
    change: 'with `quic.maxConnections`',
  }),
  'session.loginTimeoutMs': integer({
    default: 5000,
    min: 100,
    max: 10 * MINUTE,
    unit: 'ms',
    doc: 'from the connection to the Welcome, the Hello service included',
    change: 'up where Hello is slow; down costs clients on bad networks',
  }),
  'session.heartbeatIntervalMs': integer({
    default: 10_000,
    min: 100,
    max: 10 * MINUTE,
    unit: 'ms',
    doc: 'how often a silent client shows that it lives',
    change: 'up to spare batteries; a dead client is then noticed later',
  }),
  'session.heartbeatTimeoutMs': integer({
    default: 30_000,
    min: 300,
    max: HOUR,
    unit: 'ms',
    doc: 'a client that is silent for so long is cut (it may resume)',
    change: 'three intervals are a good measure',
  }),
  'session.heartbeatTimeoutWithoutPingMs': integer({
    default: 150_000,
    min: 150_000,
    max: HOUR,
    unit: 'ms',
    doc: "the same for clients that don't answer Ping: a hidden browser tab runs its timers once a minute",
    change: 'seldom',
  }),
  'session.maxFrameBytes': integer({
    default: MIB,
    min: 64 * KIB,
    max: 16 * MIB,
    unit: 'bytes',
    doc: 'largest frame both ways, told to clients in Welcome; the same on every gateway',
    change: 'up for large payloads; memory a client can hold grows with it',
  }),
  'session.requestsPerSecond': integer({
    default: 500,
    min: 1,
    max: 1_000_000,
    doc: 'requests a session may make in the long run; more are refused (429)',
    change: 'to a multiple of what an honest client does',
  }),
  'session.requestBurst': integer({
    default: 1000,
    min: 1,
    max: 1_000_000,
    doc: 'requests a session may make at once',
    change: 'with `session.requestsPerSecond`; a reconnecting client sends what it held back in one go',
  }),
  'session.refusalBurst': integer({
    default: 100,
    min: 1,
    max: 1_000_000,
    doc: 'refused requests after which the session is closed (4429)',
    change: 'seldom',
  }),
  'session.slowUnits': integer({
    default: 512,
    min: 1,
    max: 1_000_000,
    doc: 'units unacknowledged from which on a client counts as slow and is warned',
    change: 'below `player.maxUnits`',
  }),
  'session.slowBytes': integer({
    default: 2 * MIB,
    min: KIB,
    max: 1024 * MIB,
    unit: 'bytes',
    doc: 'bytes unacknowledged from which on a client counts as slow and is warned',
    change: 'below `player.maxBytes`',
  }),
  'session.slowGraceMs': integer({
    default: 10_000,
    min: 100,
    max: 10 * MINUTE,
    unit: 'ms',
    doc: 'a client that is slow for so long is cut (it may resume)',
    change: 'up where networks stall often',
  }),

  'player.maxPlayers': integer({
    default: 50_000,
    min: 1,
    max: 10_000_000,
    doc: 'players kept, those who are away included; at the limit logins of others are told to come back later',
    change: 'to what the memory of the machine bears',
  }),
  'player.resumeWindowMs': integer({
    default: 5 * MINUTE,
    min: 0,
    max: 24 * HOUR,
    unit: 'ms',
    doc: 'a player who is away for longer is logged out and what was kept is dropped',
    change: 'up for long tunnels; every player who is away may hold `player.maxBytes`',
  }),
  'player.maxUnits': integer({
    default: 1024,
    min: 1,
    max: 1_000_000,
    doc: 'pushed notifies kept for a player, unsent and unacknowledged ones together',
    change: 'to what arrives within a bearable absence',
  }),
  'player.maxBytes': integer({
    default: 4 * MIB,
    min: KIB,
    max: 1024 * MIB,
    unit: 'bytes',
    doc: 'bytes of them',
    change: 'with `player.maxUnits`',
  }),
  'player.overflow': choice({
    default: 'refuse',
    of: ['refuse', 'drop-oldest'],
    doc: 'at that limit a push is refused to its sender (507), or the oldest go and the player is told so',
    change: 'drop-oldest where the newest state matters more than every step to it',
  }),
  'player.maxPendingRequests': integer({
    default: 256,
    min: 1,
    max: 65_536,
    doc: 'requests of one player under way; more are refused (429)',
    change: 'seldom; memory a player can hold grows with it',
  }),
  'player.maxBoundNotifies': integer({
    default: 64,
    min: 1,
    max: 4096,
    doc: 'notifies held for one request',
    change: 'seldom',
  }),
  'player.boundWaitMs': integer({
    default: 30_000,
    min: 100,
    max: 10 * MINUTE,
    unit: 'ms',
    doc: 'how long a notify is held for a request that has not come',
    change: 'seldom',
  }),
  'player.loginMaxAgeMs': integer({
    default: 24 * HOUR,
    min: 1000,
    max: 365 * 24 * HOUR,
    unit: 'ms',
    doc: 'after so long a resume needs the login token again, unless the login itself gave another time',
    change: 'down where a withdrawn login must end sooner',
  }),
  'player.tokenSecret': text({
    default: '',
    pattern: /^(|.{32,1024})$/s,
    allowed: 'at least 32 characters',
    secret: true,
    doc: 'signs resume tokens; empty: random at start',
    change: 'the same on all gateways, and kept, where tokens must hold across a restart',
  }),

  'dispatch.timeoutMs': integer({
    default: 30_000,
    min: 10,
    max: 10 * MINUTE,
    unit: 'ms',
    doc: 'from the acceptance of a request to its answer, waiting included, where neither route nor client want less',
    change: 'to the longest that a player waits',
  }),
  'dispatch.maxQueued': integer({
    default: 10_000,
    min: 0,
    max: 1_000_000,
    doc: 'requests that wait for any service; one more is refused at once (503)',
    change: 'seldom; a long queue only makes answers late',
  }),

  services: services({
    default: {
      hello: service('127.0.0.1:8081'),
      business: service('127.0.0.1:8082'),
      zone: service('127.0.0.1:8083'),
    },
    doc: 'where the services are; given anywhere, it replaces the whole map',
    change: 'always in production',
  }),
  routes: routes({
    default: [route('zone.*', 'zone'), route('chat.*', 'zone'), route('*', 'business')],
    doc: 'which service takes an action, and on what terms; given anywhere, it replaces the whole list',
    change: 'for every service a team adds',
  }),
  helloService: text({
    default: 'hello',
    allowed: 'the name of a service in `services`',
    doc: 'the service that logs players in',
    change: 'seldom',
  }),

  'push.host': text({
    default: '127.0.0.1',
    pattern: HOST,
    allowed: 'an address of this machine',
    doc: 'address of the gRPC port that services push to; one that other machines reach needs `push.token`',
    change: 'where services run on other machines; never one that clients reach',
  }),
  'push.port': integer({
    default: 8455,
    min: 0,
    max: 65_535,
    doc: 'TCP port of it; 0 takes a free one',
    change: 'where it is taken',
  }),
  'push.token': text({
    default: '',
    pattern: /^(|[\x21-\x7e]{16,1024})$/,
    allowed: '16 to 1024 visible ASCII characters',
    secret: true,
    doc: 'what services show to push, over gRPC and HTTP: `authorization: Bearer …`; empty: nothing, on this machine alone',
    change: 'always where others than the services reach the port',
  }),
  'push.httpHosts': list({
    default: [],
    pattern: /^[a-z0-9.-]{1,253}$|^\[[0-9a-f:.]{2,45}\]$/,
    max: 64,
    allowed: 'a host name in small letters, without port',
    doc: 'names under which HTTP pushes may come to the admin port, beside localhost and IP addresses',
    change: 'where services reach the admin port by another name',
  }),
  'push.maxIds': integer({
    default: 131_072,
    min: 1,
    max: 10_000_000,
    doc: 'ids of pushes remembered, so that one that comes again counts once; about 300 bytes each',
    change: 'above the pushes of a few seconds',
  }),
  'push.idWindowMs': integer({
    default: 2 * MINUTE,
    min: 1000,
    max: HOUR,
    unit: 'ms',
    doc: 'how long an id is remembered',
    change: 'seldom; above the longest wait after which a service tries again',
  }),

  'admin.host': text({
    default: '127.0.0.1',
    pattern: HOST,
    allowed: 'an address of this machine',
    doc: 'address of the admin HTTP port',
    change: 'the address that probes and Prometheus reach; never one that clients reach',
  }),
  'admin.port': integer({
    default: 8454,
    min: 0,
    max: 65_535,
    doc: 'TCP port of /healthz, /readyz, /metrics and pushes over HTTP; 0 takes a free one',
    change: 'where it is taken',
  }),

  'log.level': choice({
    default: 'info',
    of: ['debug', 'info', 'warn', 'error'],
    doc: 'the least important events that are logged',
    change: 'debug to see sessions come and go',
  }),
  'log.format': choice({
    default: 'auto',
    of: ['auto', 'json', 'pretty'],
    doc: 'JSON, one line an event, or text for people; auto: text on a terminal',
    change: 'seldom',
  }),

  'shutdown.drainMs': integer({
    default: 0,
    min: 0,
    max: 10 * MINUTE,
    unit: 'ms',
    doc: 'clients are told to reconnect spread over so long before the listener closes',
    change: 'to a few seconds where other gateways take them over',
  }),
  'shutdown.partTimeoutMs': integer({
    default: 5000,
    min: 10,
    max: 10 * MINUTE,
    unit: 'ms',
    doc: 'how long one phase of an orderly stop may take',
    change: 'up where requests under way take long',
  }),
  'shutdown.totalTimeoutMs': integer({
    default: 30_000,
    min: 10,
    max: HOUR,
    unit: 'ms',
    doc: 'how long the whole stop may take; then it is forced, with a warning',
    change: "below the supervisor's own limit",
  }),
} as const satisfies Fields;

export type Values = FieldValues<typeof settings>;
export type Key = keyof Values;

/** An address, or a network as in 10.0.0.0/8. */
function isNetwork(entry: string): boolean {
  const [, address = '', bits] = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128);
}

function service(address: string): ServiceSettings {
  return readFields(serviceFields, { addresses: [address] }, '', () => undefined);
}

function route(match: string, to: string): Route {
  return readFields(routeFields, { match, service: to }, '', () => undefined);
}
