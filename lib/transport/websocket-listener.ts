import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../clock.js';
import type { CertificatePair } from '../quic/certificate.js';
import type { TimerWheel } from '../timer-wheel.js';
import { defaultSessionAccess, refuseSession, type SessionAccess } from './session-access.js';
import { TcpFront, type Arrival, type TcpFrontOptions } from './tcp-front.js';
import type { Connection, Listener, Peer } from './transport.js';
import { TrustedProxies } from './trusted-proxies.js';
import { TurnWrites } from './turn-writes.js';
import { closing, WebSocketConnection } from './websocket-connection.js';
import { WebSocketCounters } from './websocket-counters.js';

export interface WebSocketListenerOptions extends SessionAccess, TcpFrontOptions {
  readonly clock: Clock;
  /** For deadlines; coarse is good enough. */
  readonly timers: TimerWheel;
  /** Longest message that is taken. */
  readonly maxMessageBytes: number;
  /** What a client may send before it is admitted, in bytes. */
  readonly strangerBytes: number;
}

export const defaultWebSocketListenerOptions = {
  ...defaultSessionAccess,
  host: '::',
  port: 0,
  plain: 'never',
  proxies: new TrustedProxies(),
  maxConnections: 20_000,
  handshakeTimeoutMs: 5000,
  // A frame of 1 MiB, and room to join others with it.
  maxMessageBytes: 1024 * 1024 + 64 * 1024,
  // Hello may fill 64 KiB; the rest is for a Bye, and for how both are wrapped.
  strangerBytes: 68 * 1024,
} as const satisfies Partial<WebSocketListenerOptions>;

type Options = WebSocketListenerOptions;
type Given = Partial<Options> & Pick<Options, 'admission' | 'clock' | 'timers'>;

/** A browser sends well under 1 KiB; cookies of a page on the same host come on top. */
const MAX_HEADER_BYTES = 16 * 1024;

/** A browser sends a long message in pieces of many KiB, and TCP brings them in packets of a thousand bytes. */
const FRAGMENT_BYTES = 1024;
const CHUNK_BYTES = 256;
/** Beside that, whatever the length: a short message in a few pieces. */
const FREE_PIECES = 64;

const REFUSALS = {
  400: 'Sessions have no subprotocol: ask for none.',
  403: 'Pages of this origin may not connect.',
  404: 'No sessions are served at this path.',
  429: 'There are too many connections from this address.',
  503: 'The gateway takes no more connections.',
} as const;
const NO_UPGRADE = 'This port serves WebSocket sessions and nothing else.\n';

/** Serves WebSockets on a TCP port, with TLS and behind proxies. */
export class WebSocketListener implements Listener {
  readonly counters = new WebSocketCounters();
  readonly #options: Options;
  readonly #front: TcpFront;
  readonly #http: Server;
  readonly #webSockets: WebSocketServer;
  readonly #writes = new TurnWrites();
  #accept: ((connection: Connection) => void) | undefined;

  /** @param given limits of each address; clock and timers */
  constructor(given: Given) {
    this.#options = { ...defaultWebSocketListenerOptions, ...given };
    this.#http = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
      this.#answer(request, response);
    });
    this.#http.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head));
    this.#http.on('clientError', (error: NodeJS.ErrnoException, stream) => this.#badRequest(error, stream));
    this.#front = new TcpFront(this.#options, this.#options.timers, this.counters, (stream) => {
      this.#http.emit('connection', stream);
    });
    const { maxMessageBytes } = this.#options;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
      // Each piece costs some 100 bytes to keep, however short it is.
      maxFragments: FREE_PIECES + Math.ceil(maxMessageBytes / FRAGMENT_BYTES),
      maxBufferedChunks: FREE_PIECES + Math.ceil(maxMessageBytes / CHUNK_BYTES),
      autoPong: false,
      skipUTF8Validation: true,
      ...closing,
    });
    this.#webSockets.on('wsClientError', (error, stream) => {
      this.counters.refused.badRequest++;
      refuse(stream, 400, `This is no WebSocket handshake: ${error.message}.`);
    });
  }

  get address(): Peer {
    return this.#front.address;
  }

  /**
   * Connections that begin from now on see this certificate.
   * @throws GatesvrError BAD_CERTIFICATE; the one before stays then
   */
  setCertificate(certificate: CertificatePair): void {
    this.#front.setCertificate(certificate);
  }

  /** May be called again after `stop`. */
  async start(accept: (connection: Connection) => void): Promise<void> {
    await this.#front.start();
    this.#accept = accept;
  }

  stopAccepting(): void {
    this.#accept = undefined;
    this.#front.stopAccepting();
  }

  async stop(): Promise<void> {
    this.stopAccepting();
    await this.#front.stop();
  }

  /** Sends now what connections have to send, for a caller that knows that its turn is over. */
  flush(): void {
    this.#writes.flush();
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const arrival = this.#front.arrival(stream);
    if (arrival === undefined || arrival.established) return;
    const address = this.#clientAddress(request, arrival);
    const status = this.#refusal(request, arrival, address);
    if (status !== undefined) refuse(stream, status, REFUSALS[status]);
    else
      this.#webSockets.handleUpgrade(request, stream, head, (webSocket) =>
        this.#serve(webSocket, stream, arrival, address),
      );
  }

  #clientAddress(request: IncomingMessage, { peer }: Arrival): string {
    const forwardedFor = request.headers['x-forwarded-for'];
    const text = Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor;
    return this.#options.proxies.clientAddress(peer.address, text);
  }

  #refusal(request: IncomingMessage, arrival: Arrival, address: string): keyof typeof REFUSALS | undefined {
    const { refused } = this.counters;
    if (this.#accept === undefined) {
      refused.notAccepting++;
      return 503;
    }
    const status = refuseSession(this.#options, request.url ?? '', request.headers.origin);
    if (status !== undefined) {
      refused[status === 404 ? 'path' : 'origin']++;
      return status;
    }
    if (request.headers['sec-websocket-protocol'] !== undefined) {
      refused.subprotocol++;
      return 400;
    }
    if (arrival.place !== undefined) return undefined;
    const verdict = this.#options.admission.judge(address, true);
    if (verdict !== 'full' && verdict !== 'addressLimit') return undefined;
    refused[verdict]++;
    return verdict === 'full' ? 503 : 429;
  }

  #serve(webSocket: WebSocket, stream: Duplex, arrival: Arrival, address: string): void {
    const { clock, timers, strangerBytes } = this.#options;
    this.#front.established(arrival, address);
    const peer = address === arrival.peer.address ? arrival.peer : { address, port: 0 };
    const connection = new WebSocketConnection({
      webSocket,
      stream,
      peer,
      clock,
      timers,
      writes: this.#writes,
      strangerBytes,
    });
    this.#accept?.(connection.attach());
  }

  /** What asks for no WebSocket. */
  #answer(_request: IncomingMessage, response: ServerResponse): void {
    this.counters.refused.noUpgrade++;
    response.writeHead(426, { 'content-type': 'text/plain', connection: 'close, upgrade', upgrade: 'websocket' });
    response.end(NO_UPGRADE);
  }

  #badRequest(error: NodeJS.ErrnoException, stream: Duplex): void {
    if (error.code === 'ECONNRESET' || !stream.writable) {
      stream.destroy();
      return;
    }
    this.counters.refused.badRequest++;
    const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
    refuse(stream, tooLong ? 431 : 400, tooLong ? 'The header is too long.' : 'This is no HTTP/1.1 request.');
  }
}

/** Answers and ends; the deadline of the connection cuts who doesn't end too. */
function refuse(stream: Duplex, status: number, text: string): void {
  const body = `${text}\n`;
  stream.on('error', () => undefined);
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n` +
      `connection: close\r\n\r\n${body}`,
  );
  stream.resume();
}
