import type { Clock } from '../clock.js';
import { GatesvrError } from '../errors.js';
import type { Connection, Dialer } from '../transport/transport.js';
import { BrowserConnection } from './browser-connection.js';
import { certificateHashBytes } from './certificate-hash.js';
import type { CertificateHash } from './certificate-hash.js';

const HTTPS_PORT = 443;

/** Opens WebTransport sessions with the browser's own API; the server opens the stream (PROTOCOL 1). */
export class BrowserDialer implements Dialer {
  readonly transport = 'webtransport';
  readonly #clock: Clock;
  readonly #hashes: readonly CertificateHash[];

  /** @param hashes of certificates that no authority signed, valid for 14 days at most */
  constructor(clock: Clock, hashes: readonly CertificateHash[] = []) {
    this.#clock = clock;
    this.#hashes = hashes;
  }

  async dial(url: string, signal: AbortSignal): Promise<Connection> {
    if (typeof WebTransport === 'undefined') {
      throw new GatesvrError('TRANSPORT_UNAVAILABLE', 'this browser has no WebTransport, or the page is not secure');
    }
    let session: WebTransport | undefined;
    const giveUp = (): void => session?.close();
    try {
      signal.throwIfAborted();
      session = new WebTransport(url, this.#options());
      // Rejects when the session fails; `ready` or the handler tells.
      session.closed.catch(() => undefined);
      signal.addEventListener('abort', giveUp, { once: true });
      await session.ready;
      const stream = await firstStream(session);
      signal.throwIfAborted();
      const { hostname, port } = new URL(url);
      const peer = { address: hostname, port: port === '' ? HTTPS_PORT : Number(port) };
      return new BrowserConnection(session, stream, peer, this.#clock);
    } catch (error) {
      giveUp();
      throw new GatesvrError('CONNECT_FAILED', error instanceof Error ? error.message : undefined, error);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  #options(): WebTransportOptions {
    if (this.#hashes.length === 0) return {};
    return {
      serverCertificateHashes: this.#hashes.map((hash) => ({
        algorithm: 'sha-256',
        value: certificateHashBytes(hash),
      })),
    };
  }
}

async function firstStream(session: WebTransport): Promise<WebTransportBidirectionalStream> {
  const streams = session.incomingBidirectionalStreams as ReadableStream<WebTransportBidirectionalStream>;
  const reader = streams.getReader();
  try {
    const { value, done } = await reader.read();
    if (done) throw new Error('the session ended before its stream was there');
    return value;
  } finally {
    reader.releaseLock();
  }
}
