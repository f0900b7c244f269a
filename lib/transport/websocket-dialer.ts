import { isIP } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { WebSocket, type ClientOptions } from 'ws';
import type { Clock } from '../clock.js';
import { GatesvrError } from '../errors.js';
import type { TimerWheel } from '../timer-wheel.js';
import type { Connection, Dialer, Peer } from './transport.js';
import { TurnWrites } from './turn-writes.js';
import { closing, WebSocketConnection } from './websocket-connection.js';

export interface WebSocketDialerOptions {
  readonly clock: Clock;
  readonly timers: TimerWheel;
  /** Authorities to trust, in PEM; Node's when left out. */
  readonly authorities?: Uint8Array;
  /**
   * Judges the server's certificate (DER) in place of authorities.
   * @returns what is wrong, undefined when nothing is
   */
  readonly refuseServer?: (certificate: Uint8Array | undefined, serverName: string) => string | undefined;
  /** The address to open for the one that is dialled; the same with `wss:` when left out. */
  readonly addressOf?: (url: string) => string;
  /** The Origin to show; none when left out. */
  readonly origin?: string;
  /** From the first packet to the open WebSocket. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** A frame is at most 16 MiB (PROTOCOL 1); the gateway may put others beside it. */
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;

/** What to dial for an address that stands for all transports: `https:` means `wss:`. */
export function webSocketUrl(url: string): URL {
  const target = new URL(url);
  if (target.protocol === 'https:') target.protocol = 'wss:';
  if (target.protocol === 'http:') target.protocol = 'ws:';
  if (target.protocol !== 'wss:' && target.protocol !== 'ws:') {
    throw new Error('a WebSocket address begins with wss: or https:, or without TLS with ws:');
  }
  target.hash = '';
  return target;
}

/** Opens WebSockets with the package `ws`. */
export class WebSocketDialer implements Dialer {
  readonly transport = 'websocket';
  readonly #options: WebSocketDialerOptions;
  readonly #writes = new TurnWrites();

  constructor(options: WebSocketDialerOptions) {
    this.#options = options;
  }

  async dial(url: string, signal: AbortSignal): Promise<Connection> {
    try {
      signal.throwIfAborted();
      return await this.#connect(webSocketUrl(this.#options.addressOf?.(url) ?? url), signal);
    } catch (error) {
      throw new GatesvrError('CONNECT_FAILED', error instanceof Error ? error.message : undefined, error);
    }
  }

  #connect(target: URL, signal: AbortSignal): Promise<Connection> {
    const { clock, timers } = this.#options;
    return new Promise((resolve, reject) => {
      const webSocket = new WebSocket(target, this.#clientOptions(target));
      const abort = (): void => {
        reject(signal.reason as Error);
        webSocket.terminate();
      };
      let stream: Duplex | undefined;
      signal.addEventListener('abort', abort, { once: true });
      webSocket.once('upgrade', (response) => (stream = response.socket));
      webSocket.once('open', () => {
        signal.removeEventListener('abort', abort);
        webSocket.removeListener('error', fail);
        const parts = { webSocket, stream: stream!, peer: peerOf(target), clock, timers, writes: this.#writes };
        resolve(new WebSocketConnection({ ...parts, strangerBytes: Infinity }).attach());
      });
      const fail = (error: Error): void => {
        signal.removeEventListener('abort', abort);
        reject(error);
      };
      webSocket.on('error', fail);
    });
  }

  #clientOptions(target: URL): ClientOptions {
    const { authorities, refuseServer, origin, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const pinned = target.protocol === 'wss:' && refuseServer !== undefined;
    return {
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      autoPong: false,
      ...closing,
      handshakeTimeout: timeoutMs,
      ...(origin === undefined ? {} : { origin }),
      ...(authorities === undefined ? {} : { ca: Buffer.from(authorities) }),
      ...(pinned ? { createConnection: pinnedConnection(refuseServer) as never } : {}),
    };
  }
}

/** TLS that asks no authority but `refuseServer`, before anything else is trusted. */
function pinnedConnection(refuseServer: NonNullable<WebSocketDialerOptions['refuseServer']>) {
  return (options: ConnectionOptions): TLSSocket => {
    const name = options.host ?? '';
    const secure = connectTls({
      ...options,
      path: undefined,
      servername: isIP(name) === 0 ? name : '',
      rejectUnauthorized: false,
    });
    secure.once('secureConnect', () => {
      const refusal = refuseServer(secure.getPeerX509Certificate()?.raw, name);
      if (refusal !== undefined) secure.destroy(new Error(refusal));
    });
    return secure;
  };
}

function peerOf({ hostname, port, protocol }: URL): Peer {
  const name = hostname.replace(/^\[|\]$/g, '');
  return { address: name, port: port === '' ? (protocol === 'wss:' ? 443 : 80) : Number(port) };
}
