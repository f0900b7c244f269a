import { randomBytes } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import { rootCertificates } from 'node:tls';
import { isIP } from 'node:net';
import type { Clock } from '../clock.js';
import { GatesvrError } from '../errors.js';
import { TimerWheel } from '../timer-wheel.js';
import { mappedAddress, plainAddress } from '../address.js';
import { Admission, defaultAdmissionLimits, type AdmissionLimits, type Place } from './admission.js';
import { checkCertificate, refusePeer, type CertificatePair } from './certificate.js';
import { QuicConnection, type ConnectionHost, type ConnectionLimits } from './connection.js';
import { QuicCounters } from './counters.js';
import type { EngineConfig, EngineConfigOptions, HostPort, QuicEngine } from './engine.js';
import {
  ID_BYTES,
  MIN_INITIAL_BYTES,
  VERSION_1,
  isLongHeader,
  readInitial,
  readLongHeader,
  versionNegotiation,
  type InitialHeader,
} from './packet.js';
import { RetryTokens } from './retry-token.js';
import { UdpSocket } from './udp-socket.js';

type TransportOptions = Omit<EngineConfigOptions, 'certificate' | 'verify'>;

/** A server that thousands share keeps windows small: what a peer sends unread is memory here. */
export const serverTransport: TransportOptions = {
  applicationProtocols: ['h3'],
  idleTimeoutMs: 30_000,
  // The connection's delay, a tick of the timers, and as much for a turn of the event loop.
  maxAckDelayMs: 15,
  sendDatagramBytes: 1350,
  receiveDatagramBytes: 1472,
  streamWindowBytes: 64 * 1024,
  maxStreamWindowBytes: 256 * 1024,
  connectionWindowBytes: 256 * 1024,
  maxConnectionWindowBytes: 512 * 1024,
  peerStreams: 16,
  receivedDatagrams: 256,
  // What the congestion window has no room for waits here; 64 of 1.2 KB are 10 ms at 60 Mbit/s, and old news after that.
  sentDatagrams: 64,
  activeConnectionIdLimit: 32,
};

export const clientTransport: TransportOptions = {
  ...serverTransport,
  streamWindowBytes: 512 * 1024,
  maxStreamWindowBytes: 4 * 1024 * 1024,
  connectionWindowBytes: 1024 * 1024,
  maxConnectionWindowBytes: 6 * 1024 * 1024,
};

/** What the transport parameters don't say already. */
type OwnLimits = Omit<ConnectionLimits, 'maxStreamWindowBytes' | 'maxConnectionWindowBytes' | 'idleTimeoutMs'>;

const defaultConnectionLimits: OwnLimits = {
  highWaterBytes: 64 * 1024,
  lowWaterBytes: 16 * 1024,
  maxQueuedBytes: 16 * 1024 * 1024,
  handshakeTimeoutMs: 10_000,
};

export interface QuicEndpointOptions {
  readonly engine: QuicEngine;
  readonly clock: Clock;
  /** Address to bind; every address of the machine when left out. */
  readonly host?: string;
  /** 0 or left out: any free one. A function is asked when the endpoint starts. */
  readonly port?: number | (() => number);
  /** Makes a server of the endpoint. */
  readonly certificate?: CertificatePair;
  readonly transport?: Partial<TransportOptions>;
  readonly admission?: Partial<AdmissionLimits>;
  readonly connection?: Partial<OwnLimits>;
  /** Told of what a handler threw; its connection is closed. */
  readonly onFault?: (error: unknown) => void;
}

/** Whom a client trusts: certificates by their SHA-256, or authorities (PEM; those of Node.js when left out). */
export type Trust = { readonly hashes: readonly Uint8Array[] } | { readonly authorities?: Uint8Array };

/** QUIC's timers: probe timeouts are late by this much at most. */
const TICK_MS = 5;

/**
 * One UDP socket and the QUIC connections on it, of either role. Datagrams find their connection by destination id and
 * go in at once; connections that something happened to are flushed together at the end of the turn. Only `stop` walks
 * all connections.
 */
export class QuicEndpoint implements ConnectionHost {
  readonly clock: Clock;
  readonly timers: TimerWheel;
  readonly counters = new QuicCounters();
  readonly socket: UdpSocket;
  readonly limits: ConnectionLimits;
  readonly #engine: QuicEngine;
  readonly #options: QuicEndpointOptions;
  readonly #transport: TransportOptions;
  readonly #admission: Admission;
  readonly #tokens: RetryTokens;
  /** Connections by each of their ids, as Latin-1 text. */
  readonly #routes = new Map<string, QuicConnection>();
  /** Every connection that isn't gone, with its place in the limits when a client began it. */
  readonly #connections = new Map<QuicConnection, Place | undefined>();
  /** Of connections this side began: what is wrong with the server's certificate. */
  readonly #verifiers = new WeakMap<QuicConnection, () => string | undefined>();
  /** Destination ids that clients chose, valid until their handshake is done. */
  readonly #originalIds = new WeakMap<QuicConnection, Uint8Array>();
  /** Reading authorities takes milliseconds: once for each {@link Trust}. */
  readonly #clientConfigs = new WeakMap<Trust, EngineConfig>();
  #serverConfig: EngineConfig | undefined;
  #accept: ((connection: QuicConnection) => void) | undefined;
  #touched: QuicConnection[] = [];
  #flushing = false;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: QuicEndpointOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.clock = options.clock;
    this.timers = new TimerWheel(options.clock, TICK_MS);
    const isServer = options.certificate !== undefined;
    this.#transport = { ...(isServer ? serverTransport : clientTransport), ...options.transport };
    this.limits = {
      ...defaultConnectionLimits,
      ...options.connection,
      maxStreamWindowBytes: this.#transport.maxStreamWindowBytes,
      maxConnectionWindowBytes: this.#transport.maxConnectionWindowBytes,
      idleTimeoutMs: this.#transport.idleTimeoutMs,
    };
    this.#admission = new Admission({ ...defaultAdmissionLimits, ...options.admission });
    this.#tokens = new RetryTokens(options.clock);
    this.socket = new UdpSocket({
      received: (datagram, from) => {
        this.#received(datagram, from);
      },
      writable: () => {
        this.#scheduleFlush();
      },
      sendFailed: () => {
        this.counters.dropped.send++;
      },
    });
  }

  /** Where it is bound; only after `start`. */
  get address(): { readonly address: string; readonly port: number } {
    return { address: this.socket.local.host, port: this.socket.local.port };
  }

  /** Connections that aren't gone, those included that only linger to repeat their close. */
  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Binds the socket; later calls wait for the first, unless that failed.
   * @param accept gets every connection a client has made, when its handshake is done; it must `open` it
   * @throws GatesvrError `BAD_CERTIFICATE`, `LISTEN_FAILED`
   */
  start(accept?: (connection: QuicConnection) => void): Promise<void> {
    this.#started ??= this.#start(accept).catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  /**
   * Connections that begin from now on see this certificate.
   * @throws GatesvrError `BAD_CERTIFICATE`; the one before stays then
   */
  setCertificate(certificate: CertificatePair): void {
    checkCertificate(certificate);
    try {
      this.#serverConfig = this.#engine.createConfig({ ...this.#transport, certificate });
    } catch (error) {
      throw new GatesvrError('BAD_CERTIFICATE', 'the QUIC engine refuses it', error);
    }
  }

  /**
   * Begins a connection to `address` (an address, not a name).
   * @param serverName the name that was dialled, for the server and for the check of its certificate
   */
  connect(address: string, port: number, serverName: string, trust: Trust): QuicConnection {
    const remote = { host: this.socket.isIPv6 ? mappedAddress(address) : plainAddress(address), port };
    const id = randomBytes(ID_BYTES);
    const config = this.#clientConfig(trust);
    const name = isIP(serverName) === 0 ? serverName : undefined;
    const connection = new QuicConnection(
      this.#engine.connect(name, id, this.socket.local, remote, config),
      this,
      remote,
      false,
    );
    const hashes = 'hashes' in trust ? trust.hashes : undefined;
    this.#verifiers.set(connection, () =>
      refusePeer(connection.peerCertificates, hashes, serverName, this.clock.wallTime()),
    );
    this.#connections.set(connection, undefined);
    this.#gauge();
    connection.start([id]);
    return connection;
  }

  /** Begins no more connections for clients; those that stand go on. */
  stopAccepting(): void {
    this.#accept = undefined;
  }

  /** Closes what still stands with the application's `errorCode` and frees the address. */
  stop(errorCode: number, reason: string): Promise<void> {
    this.#stopped ??= this.#stop(errorCode, reason);
    return this.#stopped;
  }

  touch(connection: QuicConnection): void {
    if (connection.touched) return;
    connection.touched = true;
    this.#touched.push(connection);
    this.#scheduleFlush();
  }

  /** Sends now what connections have to send, for a caller that knows that its turn is over. */
  flush(): void {
    this.#flushTouched();
  }

  addRoute(id: Uint8Array, connection: QuicConnection): void {
    this.#routes.set(routeKey(id), connection);
  }

  removeRoute(id: Uint8Array): void {
    this.#routes.delete(routeKey(id));
  }

  established(connection: QuicConnection): string | undefined {
    this.#removeOriginalRoute(connection);
    const place = this.#connections.get(connection);
    if (place !== undefined) this.#admission.established(place);
    this.counters.established++;
    this.#gauge();
    if (!connection.isServer) return this.#verifiers.get(connection)?.();
    if (this.#accept === undefined) return 'no more connections are taken';
    this.#accept(connection);
    return undefined;
  }

  ended(connection: QuicConnection): void {
    this.#removeOriginalRoute(connection);
    const place = this.#connections.get(connection);
    this.#connections.delete(connection);
    if (place !== undefined) this.#admission.end(place);
    this.#gauge();
  }

  #gauge(): void {
    this.counters.open = this.#connections.size;
    this.counters.handshaking = this.#admission.handshaking;
    // A client without connections has nothing to wait for.
    this.socket.keepsProcessAlive(this.#serverConfig !== undefined || this.#connections.size > 0);
  }

  #removeOriginalRoute(connection: QuicConnection): void {
    const originalId = this.#originalIds.get(connection);
    if (originalId === undefined) return;
    this.removeRoute(originalId);
    this.#originalIds.delete(connection);
  }

  #received(datagram: Buffer, from: RemoteInfo): void {
    this.counters.packetsIn++;
    this.counters.bytesIn += datagram.length;
    if (isLongHeader(datagram)) {
      this.#receivedLong(datagram, from);
    } else if (datagram.length > ID_BYTES) {
      const connection = this.#routes.get(datagram.toString('latin1', 1, 1 + ID_BYTES));
      if (connection === undefined) this.counters.dropped.unknown++;
      else this.#deliver(connection, datagram, from);
    } else {
      this.counters.dropped.malformed++;
    }
  }

  #receivedLong(datagram: Buffer, from: RemoteInfo): void {
    const header = readLongHeader(datagram);
    if (header === undefined) {
      this.counters.dropped.malformed++;
      return;
    }
    const connection = this.#routes.get(routeKey(header.destinationId));
    if (connection !== undefined) {
      this.#deliver(connection, datagram, from);
      return;
    }
    if (this.#serverConfig === undefined || header.version === 0) {
      this.counters.dropped.unknown++;
      return;
    }
    if (header.version !== VERSION_1) {
      if (datagram.length < MIN_INITIAL_BYTES) return;
      const answer = versionNegotiation(header);
      if (!this.socket.sendCopy(answer, from.port, from.address)) return;
      this.counters.versionNegotiations++;
      this.counters.sent(answer.length);
      return;
    }
    const initial = readInitial(datagram, header);
    if (initial === undefined) this.counters.dropped.unknown++;
    else this.#receivedInitial(datagram, initial, from, this.#serverConfig);
  }

  #receivedInitial(datagram: Buffer, initial: InitialHeader, from: RemoteInfo, config: EngineConfig): void {
    if (this.#accept === undefined) {
      this.counters.dropped.notAccepting++;
      return;
    }
    const remote = { host: withoutZone(from.address), port: from.port };
    const originalId = this.#tokens.open(initial.token, remote, initial.destinationId);
    const verdict = this.#admission.judge(from.address, originalId !== undefined);
    if (verdict === 'full' || verdict === 'addressLimit') {
      this.counters.dropped[verdict]++;
    } else if (verdict === 'accept') {
      this.#begin(datagram, initial, originalId, remote, config, from);
    } else if (initial.token.length > 0) {
      // A client may answer only one Retry: with a token that is no good it gets nowhere.
      this.counters.dropped.badToken++;
    } else {
      this.#sendRetry(initial, remote, from);
    }
  }

  #begin(
    datagram: Buffer,
    initial: InitialHeader,
    originalId: Uint8Array | undefined,
    remote: HostPort,
    config: EngineConfig,
    from: RemoteInfo,
  ): void {
    // After a Retry the client already speaks to an id of ours.
    const clientsId = Uint8Array.from(initial.destinationId);
    const id = originalId === undefined ? randomBytes(ID_BYTES) : clientsId;
    const engine = this.#engine.accept(id, originalId, this.socket.local, remote, config);
    const connection = new QuicConnection(engine, this, remote, true);
    this.#connections.set(connection, this.#admission.begin(from.address));
    this.counters.accepted++;
    this.#gauge();
    connection.start([id]);
    if (originalId === undefined) {
      this.addRoute(clientsId, connection);
      this.#originalIds.set(connection, clientsId);
    }
    this.#deliver(connection, datagram, from);
  }

  #sendRetry(initial: InitialHeader, remote: HostPort, from: RemoteInfo): void {
    const slot = this.socket.slot();
    if (slot === undefined) return;
    const retryId = randomBytes(ID_BYTES);
    const token = this.#tokens.seal(remote, initial.destinationId, retryId);
    const { sourceId, destinationId, version } = initial;
    const length = this.#engine.writeRetry(sourceId, destinationId, retryId, token, version, slot);
    this.counters.retries++;
    this.counters.sent(length);
    this.socket.send(length, from.port, from.address);
  }

  #deliver(connection: QuicConnection, datagram: Buffer, from: RemoteInfo): void {
    try {
      connection.receive(datagram, withoutZone(from.address), from.port);
    } catch (error) {
      this.#fault(connection, error);
    }
  }

  /** One connection's failure is not the others'. */
  #fault(connection: QuicConnection, error: unknown): void {
    connection.fault();
    this.#options.onFault?.(error);
  }

  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushing = false;
    this.#flushTouched();
  };

  #flushTouched(): void {
    const touched = this.#touched;
    if (touched.length === 0) return;
    this.#touched = [];
    for (let i = 0; i < touched.length; i++) {
      if (this.#flushOne(touched[i]!)) continue;
      // The socket is full: `writable` goes on here.
      this.#touched = touched.slice(i).concat(this.#touched);
      return;
    }
  }

  /** @returns false when the socket is full */
  #flushOne(connection: QuicConnection): boolean {
    connection.touched = false;
    try {
      if (connection.flush()) return true;
      connection.touched = true;
      return false;
    } catch (error) {
      this.#fault(connection, error);
      return true;
    }
  }

  async #start(accept?: (connection: QuicConnection) => void): Promise<void> {
    if (this.#options.certificate !== undefined) this.setCertificate(this.#options.certificate);
    this.#accept = accept;
    const { host, port = 0 } = this.#options;
    await this.socket.bind(host, typeof port === 'function' ? port() : port);
    this.#gauge();
  }

  async #stop(errorCode: number, reason: string): Promise<void> {
    this.#accept = undefined;
    for (const connection of this.#connections.keys()) connection.close(errorCode, reason);
    while (this.#touched.length > 0) await new Promise((resolve) => setImmediate(resolve));
    for (const connection of [...this.#connections.keys()]) connection.abandon();
    await this.socket.close();
  }

  #clientConfig(trust: Trust): EngineConfig {
    let config = this.#clientConfigs.get(trust);
    if (config === undefined) {
      const verify = 'hashes' in trust ? 'by-caller' : { authorities: trust.authorities ?? defaultAuthorities() };
      config = this.#engine.createConfig({ ...this.#transport, verify });
      this.#clientConfigs.set(trust, config);
    }
    return config;
  }
}

function defaultAuthorities(): Uint8Array {
  return new TextEncoder().encode(rootCertificates.join('\n'));
}

function routeKey(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1');
}

/** The engine's addresses have no zone, and would ask the resolver for one. */
function withoutZone(address: string): string {
  const at = address.indexOf('%');
  return at < 0 ? address : address.slice(0, at);
}
