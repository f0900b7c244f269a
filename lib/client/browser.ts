import { systemClock } from '../clock.js';
import type { Dialer } from '../transport/transport.js';
import { BrowserDialer } from './browser-dialer.js';
import { BrowserWebSocketDialer } from './browser-websocket-dialer.js';
import type { CertificateHash } from './certificate-hash.js';
import { GatesvrClient } from './client.js';
import { TRANSPORTS } from './client-options.js';
import type { ClientOptions, ClientTransport } from './client-options.js';
import { webSocketAddresses } from './websocket-address.js';

/** `gatesvr/client` in a browser. */

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
  /**
   * SHA-256 of the gateway's certificate, for one that no authority signed. Browsers take it for WebTransport alone: over
   * `wss:` such a certificate must have been accepted otherwise.
   */
  readonly serverCertificateHashes?: readonly CertificateHash[];
}

/** Whether this browser, on this page, can connect at all, or over that transport. */
export function isSupported(transport?: ClientTransport): boolean {
  if (transport === undefined) return isSupported('webtransport') || isSupported('websocket');
  return transport === 'webtransport' ? typeof WebTransport !== 'undefined' : typeof WebSocket !== 'undefined';
}

/**
 * A client that connects at once and keeps connected until `close`. Handlers registered in the same turn miss nothing.
 * @throws GatesvrError BAD_CONFIG
 */
export function connect({ serverCertificateHashes, ...options }: ConnectOptions): GatesvrClient {
  const { transports = TRANSPORTS } = options;
  const usable = transports.filter((transport) => isSupported(transport));
  const dialers = (usable.length > 0 ? usable : transports).map((transport): Dialer => {
    if (transport === 'webtransport') return new BrowserDialer(systemClock, serverCertificateHashes);
    return new BrowserWebSocketDialer(systemClock, webSocketAddresses(options));
  });
  const client = new GatesvrClient(options, { dialers, clock: systemClock, random: Math.random });
  // The network is back: no reason to wait for the next attempt, or for a better transport.
  const online = (): void => client.connect();
  globalThis.addEventListener('online', online);
  void client.closed.then(() => globalThis.removeEventListener('online', online));
  client.connect();
  return client;
}
