import { GatesvrError } from '../errors.js';
import { defaultBackoff } from './reconnect-policy.js';
import type { BackoffOptions } from './reconnect-policy.js';

/**
 * Where a client stands: store it together with what was processed, give it back as `options.state` after a restart.
 * Plain JSON. It holds no pending requests.
 */
export interface SavedState {
  readonly epoch: string;
  readonly resumeToken: string;
  /** Last server seq that was processed. */
  readonly position: number;
}

export type ClientTransport = 'webtransport' | 'websocket';

export interface ClientOptions {
  /** Where the gateway listens, over each transport, as in `https://gateway.example:8453/gatesvr`. */
  readonly url: string;
  /**
   * What to connect over, the most wanted first; default: WebTransport, then WebSocket. All are tried, each 250 ms after
   * the one before or when that has failed, and the first that opens is used.
   */
  readonly transports?: readonly ClientTransport[];
  /** Where WebSockets of `url` are, if not at `wss://` of it: `ws://localhost:8453/gatesvr` in development. */
  readonly webSocketUrl?: string;
  /**
   * While a transport serves that isn't the most wanted: time until a better one is tried again in the background, in
   * ms; doubles with each try in vain, up to 16 times that. The session moves when it opens. Infinity: never.
   */
  readonly upgradeMs?: number;
  /** A token for the Hello service that doesn't change. */
  readonly token?: string;
  /**
   * Asked for a token before each attempt to connect; when it fails a client that can resume goes on without. `signal`
   * says that the attempt is over.
   */
  readonly getToken?: (signal: AbortSignal) => string | Promise<string>;
  /** A hint; if the login says otherwise the session ends with 403. */
  readonly playerId?: string;
  /** For the Hello service. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the gateway's logs. */
  readonly clientVersion?: string;
  /** Goes on where an earlier client stopped. */
  readonly state?: SavedState;
  /**
   * What is acknowledged. `received` (default): each unit when its handlers have returned. `saved`: only what `state()`
   * last covered, so that nothing is lost when the program dies; call `state()` often, and store it in `onResume` too:
   * a new resume token makes older ones invalid.
   */
  readonly ack?: 'received' | 'saved';
  /** Acknowledge after this many units … */
  readonly ackUnits?: number;
  /** … or this many bytes … */
  readonly ackBytes?: number;
  /** … or this many ms, whichever comes first. */
  readonly ackDelayMs?: number;
  /** How long `request` waits by default, in ms; as long as the gateway's own limit. */
  readonly timeoutMs?: number;
  /**
   * Requests without an answer, at most: under way or waiting for a connection. More are refused by the client, as the
   * gateway refuses them (256 a player by default).
   */
  readonly maxPendingRequests?: number;
  /** Their payloads together, at most, in bytes. */
  readonly maxPendingBytes?: number;
  /** Longest time to get a token, and again to open a connection over each transport, in ms. */
  readonly connectTimeoutMs?: number;
  /** Longest wait for Welcome, in ms: the gateway's login deadline is 5 s. */
  readonly welcomeTimeoutMs?: number;
  readonly backoff?: Partial<BackoffOptions>;
}

export type ResolvedOptions = Required<
  Omit<ClientOptions, 'token' | 'getToken' | 'state' | 'backoff' | 'webSocketUrl'>
> & {
  readonly getToken: ((signal: AbortSignal) => string | Promise<string>) | undefined;
  readonly state: SavedState | undefined;
  readonly backoff: BackoffOptions;
};

export const TRANSPORTS: readonly ClientTransport[] = ['webtransport', 'websocket'];

const defaults = {
  transports: TRANSPORTS,
  upgradeMs: 30_000,
  playerId: '',
  headers: {},
  clientVersion: '',
  ack: 'received',
  // The ack rule of PROTOCOL 1.
  ackUnits: 32,
  ackBytes: 64 * 1024,
  ackDelayMs: 20,
  timeoutMs: 30_000,
  maxPendingRequests: 256,
  maxPendingBytes: 4 * 1024 * 1024,
  connectTimeoutMs: 10_000,
  welcomeTimeoutMs: 10_000,
} as const;

/** @throws GatesvrError BAD_CONFIG for a value that can't work */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  const { token, getToken, state, backoff, webSocketUrl, ...rest } = options;
  const resolved: ResolvedOptions = {
    ...defaults,
    ...rest,
    getToken: getToken ?? (token === undefined ? undefined : () => token),
    state,
    backoff: { ...defaultBackoff, ...backoff },
  };
  checkTransports(resolved.transports);
  if (webSocketUrl !== undefined) checkWebSocketUrl(webSocketUrl);
  for (const name of POSITIVE) checkPositive(name, resolved[name]);
  for (const name of ['baseMs', 'maxMs', 'stableMs'] as const) checkPositive(`backoff.${name}`, resolved.backoff[name]);
  if (resolved.state !== undefined) checkState(resolved.state);
  return Object.freeze(resolved);
}

const POSITIVE = [
  'upgradeMs',
  'ackUnits',
  'ackBytes',
  'ackDelayMs',
  'timeoutMs',
  'maxPendingRequests',
  'maxPendingBytes',
  'connectTimeoutMs',
  'welcomeTimeoutMs',
] as const;

function checkPositive(name: string, value: number): void {
  if (!(value > 0)) throw new GatesvrError('BAD_CONFIG', `${name} must be above 0, not ${value}`);
}

function checkTransports(transports: readonly string[]): void {
  const known = transports.every((name) => (TRANSPORTS as readonly string[]).includes(name));
  if (transports.length > 0 && known && new Set(transports).size === transports.length) return;
  throw new GatesvrError('BAD_CONFIG', `transports must be some of ${TRANSPORTS.join(', ')}, each once`);
}

function checkWebSocketUrl(url: string): void {
  if (/^wss?:\/\/[^\s#]+$/.test(url)) return;
  throw new GatesvrError('BAD_CONFIG', `webSocketUrl must begin with wss:// or ws://, not ${url}`);
}

/** It comes from the application's storage, so from anywhere. */
function checkState(state: SavedState): void {
  const isState =
    typeof state.epoch === 'string' &&
    typeof state.resumeToken === 'string' &&
    Number.isSafeInteger(state.position) &&
    state.position >= 0;
  if (!isState) throw new GatesvrError('BAD_CONFIG', 'state is not what state() returned');
}
