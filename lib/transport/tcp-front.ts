import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { plainAddress } from '../address.js';
import { GatesvrError } from '../errors.js';
import type { Admission, Place } from '../quic/admission.js';
import type { CertificatePair } from '../quic/certificate.js';
import { WheelTimer, type TimerWheel } from '../timer-wheel.js';
import type { TrustedProxies } from './trusted-proxies.js';
import type { Peer } from './transport.js';
import type { WebSocketCounters } from './websocket-counters.js';

export interface TcpFrontOptions {
  /** Address to listen on. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /**
   * Who may speak HTTP without TLS: nobody; programs of this machine, for development; or the trusted proxies, which
   * ended the TLS of their clients.
   */
  readonly plain: 'never' | 'local' | 'proxies';
  readonly proxies: TrustedProxies;
  /** TCP connections at a time. */
  readonly maxConnections: number;
  /** Limits of each address; of a proxy's clients the listener asks it. */
  readonly admission: Admission;
  /** From the connection to the WebSocket: TLS and HTTP together. */
  readonly handshakeTimeoutMs: number;
}

/** One TCP connection on its way to a WebSocket. */
export interface Arrival {
  /** Where it comes from; a proxy perhaps. */
  readonly peer: Peer;
  /** Its place in the limits; none yet for what comes through a proxy. */
  place: Place | undefined;
  readonly deadline: WheelTimer;
  /** It is a WebSocket. */
  established: boolean;
}

/** The first byte of a TLS connection: a handshake record (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 0x16;
/** HTTP/2 has no WebSockets here. */
const PROTOCOLS = ['http/1.1'];
const OLDEST_TLS = 'TLSv1.2';

const NEEDS_TLS =
  'HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n' +
  'This port speaks TLS: use wss:// or https://\n';

/**
 * One TCP port for TLS, and for plain HTTP where that is allowed: the first byte of a connection tells which it is. Bounds
 * what stands there and how long it may take.
 */
export class TcpFront {
  readonly #options: TcpFrontOptions;
  readonly #timers: TimerWheel;
  readonly #counters: WebSocketCounters;
  /** Takes the stream of HTTP bytes. */
  readonly #speak: (stream: Duplex) => void;
  readonly #sockets = new Map<Socket, Arrival>();
  readonly #arrivals = new WeakMap<Duplex, Arrival>();
  #context: SecureContext | undefined;
  #server: Server | undefined;

  constructor(
    options: TcpFrontOptions,
    timers: TimerWheel,
    counters: WebSocketCounters,
    speak: (stream: Duplex) => void,
  ) {
    this.#options = options;
    this.#timers = timers;
    this.#counters = counters;
    this.#speak = speak;
  }

  get address(): Peer {
    return { address: this.#options.host, port: (this.#server?.address() as AddressInfo | null)?.port ?? 0 };
  }

  /** @throws GatesvrError BAD_CERTIFICATE; the one before stays then */
  setCertificate({ chain, key }: CertificatePair): void {
    try {
      const options = { cert: Buffer.from(chain), key: Buffer.from(key), minVersion: OLDEST_TLS } as const;
      this.#context = createSecureContext(options);
    } catch (error) {
      throw new GatesvrError('BAD_CERTIFICATE', 'TLS refuses it', error);
    }
  }

  /** @throws GatesvrError LISTEN_FAILED */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    const server = createServer({ noDelay: true }, (socket) => this.#arrived(socket));
    try {
      server.listen(port, host);
      await once(server, 'listening');
    } catch (error) {
      throw new GatesvrError('LISTEN_FAILED', `tcp ${host} ${port}`, error);
    }
    server.on('error', () => undefined);
    this.#server = server;
  }

  stopAccepting(): void {
    if (this.#server?.listening) this.#server.close();
  }

  /** Drops what still stands; resolves when the address is free. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = server.listening ? once(server, 'close') : undefined;
    if (closed !== undefined) server.close();
    const gone = [...this.#sockets.keys()].map((socket) => once(socket, 'close'));
    for (const socket of this.#sockets.keys()) socket.destroy();
    await Promise.all([closed, ...gone]);
  }

  /** Of a stream that was handed to `speak`. */
  arrival(stream: Duplex): Arrival | undefined {
    return this.#arrivals.get(stream);
  }

  /** The stream is a WebSocket, of a client at `address`. */
  established(arrival: Arrival, address: string): void {
    const { admission } = this.#options;
    arrival.established = true;
    arrival.place ??= admission.begin(address);
    admission.established(arrival.place);
    this.#timers.disarm(arrival.deadline);
    this.#counters.handshaking--;
    this.#counters.established++;
  }

  #arrived(socket: Socket): void {
    socket.on('error', () => undefined);
    const address = plainAddress(socket.remoteAddress ?? '');
    const refusal = this.#refusal(address);
    if (refusal !== undefined) {
      this.#counters.refused[refusal]++;
      socket.resetAndDestroy();
      return;
    }
    const { admission, proxies, handshakeTimeoutMs } = this.#options;
    const arrival: Arrival = {
      peer: { address, port: socket.remotePort ?? 0 },
      place: proxies.trusts(address) ? undefined : admission.begin(address),
      established: false,
      deadline: new WheelTimer(() => {
        this.#counters.refused.tooSlow++;
        socket.destroy();
      }),
    };
    this.#sockets.set(socket, arrival);
    this.#counters.accepted++;
    this.#counters.open++;
    this.#counters.handshaking++;
    this.#timers.arm(arrival.deadline, handshakeTimeoutMs);
    socket.once('close', () => this.#gone(socket, arrival));
    socket.once('readable', () => this.#began(socket, arrival));
  }

  #refusal(address: string): 'full' | 'addressLimit' | undefined {
    const { admission, maxConnections, proxies } = this.#options;
    if (this.#sockets.size >= maxConnections) return 'full';
    if (proxies.trusts(address)) return undefined;
    const verdict = admission.judge(address, true);
    return verdict === 'full' || verdict === 'addressLimit' ? verdict : undefined;
  }

  #gone(socket: Socket, arrival: Arrival): void {
    this.#sockets.delete(socket);
    this.#timers.disarm(arrival.deadline);
    this.#counters.open--;
    if (!arrival.established) this.#counters.handshaking--;
    if (arrival.place !== undefined) this.#options.admission.end(arrival.place);
  }

  #began(socket: Socket, arrival: Arrival): void {
    const first = socket.read(1) as Buffer | null;
    if (first === null) return; // It ended without a word.
    socket.unshift(first);
    if (first[0] === TLS_HANDSHAKE) this.#speak(this.#secured(socket, arrival));
    else if (this.#mayBePlain(arrival.peer.address)) this.#speak(this.#known(socket, arrival));
    else this.#refusePlain(socket);
  }

  /** HTTP is spoken on it at once: it waits for the end of the handshake by itself. */
  #secured(socket: Socket, arrival: Arrival): Duplex {
    const secure = new TLSSocket(socket, {
      isServer: true,
      ALPNProtocols: PROTOCOLS,
      ...(this.#context === undefined ? {} : { secureContext: this.#context }),
    });
    secure.on('error', () => {
      if (!arrival.established) this.#counters.refused.tls++;
      socket.destroy();
    });
    return this.#known(secure, arrival);
  }

  #known(stream: Duplex, arrival: Arrival): Duplex {
    this.#arrivals.set(stream, arrival);
    return stream;
  }

  #mayBePlain(address: string): boolean {
    const { plain, proxies } = this.#options;
    if (plain === 'local') return isLoopback(address);
    return plain === 'proxies' && proxies.trusts(address);
  }

  #refusePlain(socket: Socket): void {
    this.#counters.refused.plain++;
    socket.end(NEEDS_TLS);
    // Unread bytes would make the system reset the connection, and the answer with it.
    socket.resume();
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
