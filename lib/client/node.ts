import { systemClock } from '../clock.js';
import { GatesvrError } from '../errors.js';
import { QuicEndpoint } from '../quic/endpoint.js';
import type { Trust } from '../quic/endpoint.js';
import { isEngine, loadEngine } from '../quic/engine.js';
import { http3Code } from '../webtransport/http3-error.js';
import { refusePeer } from '../quic/certificate.js';
import { TimerWheel } from '../timer-wheel.js';
import type { Dialer } from '../transport/transport.js';
import { WebSocketDialer } from '../transport/websocket-dialer.js';
import { WebTransportDialer } from '../transport/webtransport-dialer.js';
import { certificateHashBytes } from './certificate-hash.js';
import type { CertificateHash } from './certificate-hash.js';
import { GatesvrClient } from './client.js';
import { TRANSPORTS } from './client-options.js';
import type { ClientOptions, ClientTransport } from './client-options.js';
import { webSocketAddresses } from './websocket-address.js';

/** `gatesvr/client` in Node.js. */

export { GatesvrError } from '../errors.js';
export type { Item } from '../protocol/message-codec.js';
export type { ClientCounters } from './client-counters.js';
export type { ClientOptions, ClientTransport, SavedState } from './client-options.js';
export type { ClientState } from './client-state.js';
export { GatesvrClient } from './client.js';
export type { RequestOptions } from './client.js';
export type { NotifyMessage, Place } from './delivery.js';
export type { Lost, Verdict } from './inbox.js';
export type { Payload } from './payload.js';
export type { Parting } from './reconnect-policy.js';
export type { SessionInfo } from './reconnector.js';
export { Reply, RequestError } from './reply.js';
export type { RequestOutcome } from './reply.js';

export interface ConnectOptions extends ClientOptions {
  /** SHA-256 of the gateway's certificate, for one that no authority signed. */
  readonly serverCertificateHashes?: readonly CertificateHash[];
  /** Certificates of authorities to trust, in PEM, in place of those that come with Node.js. */
  readonly authorities?: string;
  /** The Origin to show; none by default. */
  readonly origin?: string;
}

/** Whether this platform can connect at all, or over that transport: WebTransport needs a QUIC engine. */
export function isSupported(transport?: ClientTransport): boolean {
  return transport !== 'webtransport' || isEngine(loadEngine());
}

/**
 * A client that connects at once and keeps connected, and the process alive, until `close`. Handlers registered in the
 * same turn miss nothing. Where there is no QUIC engine it goes over WebSocket alone.
 * @throws GatesvrError BAD_CONFIG; TRANSPORT_UNAVAILABLE where WebTransport alone is asked for and there is no engine
 */
export function connect(given: ConnectOptions): GatesvrClient {
  const { transports = TRANSPORTS } = given;
  const usable = transports.filter((transport) => isSupported(transport));
  const chosen = usable.length > 0 ? usable : transports;
  const socket = chosen.includes('webtransport') ? sharedSocket.take() : undefined;
  const giveBack = (): void => {
    users.leave();
    if (socket !== undefined) sharedSocket.giveBack();
  };
  users.join();
  try {
    const dialers = chosen.map((transport) =>
      transport === 'webtransport' ? webTransportDialer(socket!, given) : webSocketDialer(given),
    );
    const client = new GatesvrClient(given, { dialers, clock: systemClock, random: Math.random });
    void client.closed.then(giveBack);
    client.connect();
    return client;
  } catch (error) {
    giveBack();
    throw error;
  }
}

function webTransportDialer(endpoint: QuicEndpoint, given: ConnectOptions): Dialer {
  const { origin } = given;
  const trust = trustIn(given);
  return new WebTransportDialer(endpoint, endpoint.timers, { trust, ...(origin === undefined ? {} : { origin }) });
}

function webSocketDialer(given: ConnectOptions): Dialer {
  const { origin } = given;
  const hashes = hashesOf(given);
  const authorities = authoritiesOf(given);
  return new WebSocketDialer({
    clock: systemClock,
    timers: webSocketTimers,
    addressOf: webSocketAddresses(given),
    ...(origin === undefined ? {} : { origin }),
    ...(authorities === undefined ? {} : { authorities }),
    ...(hashes === undefined ? {} : { refuseServer: pinned(hashes) }),
  });
}

function trustIn(given: ConnectOptions): Trust {
  const hashes = hashesOf(given);
  if (hashes !== undefined) return { hashes };
  const authorities = authoritiesOf(given);
  return authorities === undefined ? {} : { authorities };
}

function hashesOf({ serverCertificateHashes: hashes }: ConnectOptions): Uint8Array[] | undefined {
  return hashes === undefined || hashes.length === 0 ? undefined : hashes.map(certificateHashBytes);
}

function authoritiesOf({ authorities }: ConnectOptions): Uint8Array | undefined {
  return authorities === undefined ? undefined : new TextEncoder().encode(authorities);
}

function pinned(hashes: readonly Uint8Array[]) {
  return (certificate: Uint8Array | undefined, serverName: string): string | undefined =>
    refusePeer(certificate === undefined ? null : [certificate], hashes, serverName, Date.now());
}

/** Of all WebSockets of this process. */
const webSocketTimers = new TimerWheel(systemClock);

/** A client that waits before its next attempt has neither connection nor timer that would keep the process alive: this does. */
class Users {
  #count = 0;
  #keepAlive: NodeJS.Timeout | undefined;

  join(): void {
    this.#count++;
    this.#keepAlive ??= setInterval(() => undefined, LONGEST_TIMER_MS);
  }

  leave(): void {
    if (--this.#count > 0) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
  }
}

/** The UDP socket that all clients of this process share: opened for the first, closed after the last. */
class SharedSocket {
  #endpoint: QuicEndpoint | undefined;
  #users = 0;

  take(): QuicEndpoint {
    this.#endpoint ??= open();
    this.#users++;
    return this.#endpoint;
  }

  giveBack(): void {
    if (--this.#users > 0) return;
    void this.#endpoint?.stop(http3Code.NO_ERROR, '');
    this.#endpoint = undefined;
  }
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

const users = new Users();
const sharedSocket = new SharedSocket();

function open(): QuicEndpoint {
  const engine = loadEngine();
  if (!isEngine(engine)) throw new GatesvrError('TRANSPORT_UNAVAILABLE', engine.reason);
  return new QuicEndpoint({ engine, clock: systemClock });
}
