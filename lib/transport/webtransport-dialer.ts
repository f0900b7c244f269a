import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { GatesvrError } from '../errors.js';
import type { QuicEndpoint, Trust } from '../quic/endpoint.js';
import { WheelTimer, type TimerWheel } from '../timer-wheel.js';
import type { HeaderField } from '../webtransport/header-field.js';
import { http3Code } from '../webtransport/http3-error.js';
import type { WebTransportSession } from '../webtransport/webtransport-session.js';
import type { WebTransportStream } from '../webtransport/webtransport-stream.js';
import { Http3Link } from './http3-link.js';
import type { Connection, Dialer } from './transport.js';
import { WebTransportConnection } from './webtransport-connection.js';

export interface WebTransportDialerOptions {
  /** Whom to trust: `hashes` of the server's certificate (SHA-256), or `authorities` in PEM; Node's when left out. */
  readonly trust: Trust;
  /** The Origin to show; none when left out. */
  readonly origin?: string;
  /** From the first packet to the server's stream. */
  readonly timeoutMs: number;
}

export const defaultWebTransportDialerOptions: WebTransportDialerOptions = { trust: {}, timeoutMs: 10_000 };

const DEFAULT_PORT = 443;

/** Opens WebTransport sessions over a QUIC endpoint without a certificate. */
export class WebTransportDialer implements Dialer {
  readonly transport = 'webtransport';
  readonly #endpoint: QuicEndpoint;
  readonly #timers: TimerWheel;
  readonly #options: WebTransportDialerOptions;

  /** @param endpoint a client's; started by the first `dial`, stopped by whoever made it */
  constructor(endpoint: QuicEndpoint, timers: TimerWheel, options: Partial<WebTransportDialerOptions> = {}) {
    this.#endpoint = endpoint;
    this.#timers = timers;
    this.#options = { ...defaultWebTransportDialerOptions, ...options };
  }

  async dial(url: string, signal: AbortSignal): Promise<Connection> {
    try {
      signal.throwIfAborted();
      const target = new URL(url);
      if (target.protocol !== 'https:') throw new Error('a WebTransport address begins with https:');
      await this.#endpoint.start();
      const name = target.hostname.replace(/^\[|\]$/g, '');
      const address = isIP(name) === 0 ? (await lookup(name)).address : name;
      signal.throwIfAborted();
      return await this.#connect(address, name, target, signal);
    } catch (error) {
      throw new GatesvrError('CONNECT_FAILED', error instanceof Error ? error.message : undefined, error);
    }
  }

  #connect(address: string, name: string, target: URL, signal: AbortSignal): Promise<Connection> {
    const { trust, origin, timeoutMs } = this.#options;
    const port = target.port === '' ? DEFAULT_PORT : Number(target.port);
    const headers: HeaderField[] = origin === undefined ? [] : [{ name: 'origin', value: origin }];
    const quic = this.#endpoint.connect(address, port, name, trust);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal.removeEventListener('abort', abort);
        this.#timers.disarm(deadline);
      };
      const fail = (error: unknown): void => {
        settle();
        quic.close(http3Code.NO_ERROR, '');
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const abort = (): void => {
        fail(signal.reason);
      };
      const deadline = new WheelTimer(() => {
        fail(new Error('no session in time'));
      });
      const link = new Http3Link('client', quic, {
        sessionRequested: () => undefined,
        established: () => {
          const request = { authority: target.host, path: target.pathname + target.search, headers };
          link.http3.connect(request, {
            opened: (session) => {
              awaitStream(session, fail, (stream) => {
                settle();
                const connection = new WebTransportConnection(link, session, stream, this.#timers);
                connection.attach();
                resolve(connection);
              });
            },
            refused: (_status, reason) => {
              fail(new Error(reason));
            },
          });
        },
        closed: (close) => {
          fail(new Error(close.reason === '' ? `the connection ended (${close.errorCode})` : close.reason));
        },
      });
      signal.addEventListener('abort', abort);
      this.#timers.arm(deadline, timeoutMs);
      quic.open(link);
    });
  }
}

/** The server opens the one stream. */
function awaitStream(
  session: WebTransportSession,
  failed: (error: Error) => void,
  opened: (stream: WebTransportStream) => void,
): void {
  let found = false;
  session.setHandler({
    streamOpened: (stream) => {
      if (found || !stream.writable) return;
      found = true;
      opened(stream);
    },
    datagram: () => undefined,
    closed: (close) => {
      failed(new Error(close.reason === '' ? `the session was closed (${close.code})` : close.reason));
    },
  });
}
