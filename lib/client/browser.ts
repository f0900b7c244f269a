import { systemClock } from '../clock.js';
import { BrowserDialer } from './browser-dialer.js';
import type { CertificateHash } from './certificate-hash.js';
import { GatesvrClient } from './client.js';
import type { ClientOptions } from './client-options.js';

/** `gatesvr/client` in a browser. */

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
}

/** Whether this browser, on this page, can connect at all. */
export function isSupported(): boolean {
  return typeof WebTransport !== 'undefined';
}

/**
 * A client that connects at once and keeps connected until `close`. Handlers registered in the same turn miss nothing.
 * @throws GatesvrError BAD_CONFIG
 */
export function connect({ serverCertificateHashes, ...options }: ConnectOptions): GatesvrClient {
  const client = new GatesvrClient(options, {
    dialers: [new BrowserDialer(systemClock, serverCertificateHashes)],
    clock: systemClock,
    random: Math.random,
  });
  // The network is back: no reason to wait for the next attempt.
  const online = (): void => client.connect();
  globalThis.addEventListener('online', online);
  void client.closed.then(() => globalThis.removeEventListener('online', online));
  client.connect();
  return client;
}
