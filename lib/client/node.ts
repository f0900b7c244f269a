import { systemClock } from '../clock.js';
import { GatesvrError } from '../errors.js';
import { QuicEndpoint } from '../quic/endpoint.js';
import type { Trust } from '../quic/endpoint.js';
import { isEngine, loadEngine } from '../quic/engine.js';
import { http3Code } from '../webtransport/http3-error.js';
import { WebTransportDialer } from '../transport/webtransport-dialer.js';
import { certificateHashBytes } from './certificate-hash.js';
import type { CertificateHash } from './certificate-hash.js';
import { GatesvrClient } from './client.js';
import type { ClientOptions } from './client-options.js';

/** `gatesvr/client` in Node.js. */

export { GatesvrError } from '../errors.js';
export type { Item } from '../protocol/message-codec.js';
export type { ClientCounters } from './client-counters.js';
export type { ClientOptions, SavedState } from './client-options.js';
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

/** Whether QUIC works on this platform. */
export function isSupported(): boolean {
  return isEngine(loadEngine());
}

/**
 * A client that connects at once and keeps connected, and the process alive, until `close`. Handlers registered in the
 * same turn miss nothing.
 * @throws GatesvrError BAD_CONFIG, TRANSPORT_UNAVAILABLE where there is no QUIC engine
 */
export function connect({ serverCertificateHashes, authorities, origin, ...options }: ConnectOptions): GatesvrClient {
  const trust = trustIn(serverCertificateHashes, authorities);
  const endpoint = socket.take();
  const dialer = new WebTransportDialer(endpoint, endpoint.timers, {
    trust,
    ...(origin === undefined ? {} : { origin }),
  });
  try {
    const client = new GatesvrClient(options, { dialers: [dialer], clock: systemClock, random: Math.random });
    void client.closed.then(() => socket.giveBack());
    client.connect();
    return client;
  } catch (error) {
    socket.giveBack();
    throw error;
  }
}

function trustIn(hashes: readonly CertificateHash[] | undefined, authorities: string | undefined): Trust {
  if (hashes !== undefined && hashes.length > 0) return { hashes: hashes.map(certificateHashBytes) };
  return authorities === undefined ? {} : { authorities: new TextEncoder().encode(authorities) };
}

/**
 * The UDP socket that all clients of this process share: opened for the first, closed after the last. A client that
 * waits before its next attempt has neither connection nor timer that would keep the process alive, so this does.
 */
class SharedSocket {
  #endpoint: QuicEndpoint | undefined;
  #users = 0;
  #keepAlive: NodeJS.Timeout | undefined;

  take(): QuicEndpoint {
    this.#endpoint ??= open();
    this.#users++;
    this.#keepAlive ??= setInterval(() => undefined, LONGEST_TIMER_MS);
    return this.#endpoint;
  }

  giveBack(): void {
    if (--this.#users > 0) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
    void this.#endpoint?.stop(http3Code.NO_ERROR, '');
    this.#endpoint = undefined;
  }
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

const socket = new SharedSocket();

function open(): QuicEndpoint {
  const engine = loadEngine();
  if (!isEngine(engine)) throw new GatesvrError('TRANSPORT_UNAVAILABLE', engine.reason);
  return new QuicEndpoint({ engine, clock: systemClock });
}
