import type { Clock } from '../clock.js';
import { GatesvrError } from '../errors.js';
import type { Connection, Dialer } from '../transport/transport.js';
import { BrowserWebSocketConnection } from './browser-websocket-connection.js';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'wss:': 443, 'ws:': 80 };

/** Opens WebSockets with the browser's own API. */
export class BrowserWebSocketDialer implements Dialer {
  readonly transport = 'websocket';
  readonly #clock: Clock;
  readonly #addressOf: (url: string) => string;

  /** @param addressOf the WebSocket address of a gateway's */
  constructor(clock: Clock, addressOf: (url: string) => string) {
    this.#clock = clock;
    this.#addressOf = addressOf;
  }

  async dial(url: string, signal: AbortSignal): Promise<Connection> {
    try {
      signal.throwIfAborted();
      return await this.#open(this.#addressOf(url), signal);
    } catch (error) {
      throw new GatesvrError('CONNECT_FAILED', error instanceof Error ? error.message : undefined, error);
    }
  }

  #open(address: string, signal: AbortSignal): Promise<Connection> {
    const { hostname, port, protocol } = new URL(address);
    const peer = { address: hostname, port: port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port) };
    return new Promise((resolve, reject) => {
      const webSocket = new WebSocket(address);
      webSocket.binaryType = 'arraybuffer';
      const settle = (): void => {
        signal.removeEventListener('abort', giveUp);
        webSocket.onopen = webSocket.onclose = webSocket.onerror = null;
      };
      const giveUp = (): void => {
        settle();
        webSocket.close();
        reject(signal.reason as Error);
      };
      const fail = (): void => {
        settle();
        // Pages aren't told why: they could feel their way through a network with it.
        reject(new Error(`${address} can't be opened; the browser's console may say why`));
      };
      signal.addEventListener('abort', giveUp, { once: true });
      webSocket.onopen = () => {
        settle();
        resolve(new BrowserWebSocketConnection(webSocket, peer, this.#clock));
      };
      webSocket.onerror = webSocket.onclose = fail;
    });
  }
}
