import { createRequire } from 'node:module';

/**
 * The one place that knows the native QUIC engine: Cloudflare's quiche, from the platform packages of `@matrixai/quic`
 * (taken without that package's own JavaScript). It is sans-IO: datagrams in, datagrams out, no sockets, its own clock.
 * Everything else in this folder sees the interfaces below, so that another binding can take its place here.
 */
export interface QuicEngine {
  createConfig(options: EngineConfigOptions): EngineConfig;
  /**
   * A server's connection, for the Initial packet that asks for it.
   * @param originalId the client's first destination id when a Retry was sent: then `id` is the one the Retry named
   */
  accept(
    id: Uint8Array,
    originalId: Uint8Array | undefined,
    local: HostPort,
    remote: HostPort,
    config: EngineConfig,
  ): EngineConnection;
  /** A client's connection. `serverName` goes into SNI and is checked against the certificate where that is verified. */
  connect(
    serverName: string | undefined,
    id: Uint8Array,
    local: HostPort,
    remote: HostPort,
    config: EngineConfig,
  ): EngineConnection;
  /** Writes a Retry packet, integrity tag included, into `out`. @returns its length */
  writeRetry(
    clientId: Uint8Array,
    originalId: Uint8Array,
    newId: Uint8Array,
    token: Uint8Array,
    version: number,
    out: Uint8Array,
  ): number;
}

export interface EngineConfigOptions {
  /** PEM; of a server. Check both beforehand: the engine takes garbage in silence. */
  readonly certificate?: { readonly chain: Uint8Array; readonly key: Uint8Array };
  /** Whom a client trusts: authorities (PEM) the engine verifies against, or nobody yet: then the caller looks. */
  readonly verify?: { readonly authorities: Uint8Array } | 'by-caller';
  readonly applicationProtocols: readonly string[];
  readonly idleTimeoutMs: number;
  /** How long this side may keep an acknowledgement back: peers wait so much longer before they send again. */
  readonly maxAckDelayMs: number;
  /** Largest datagram sent, and largest accepted. */
  readonly sendDatagramBytes: number;
  readonly receiveDatagramBytes: number;
  /** Flow control: what a stream and a connection may hold unread at first, and at most when the reader is fast. */
  readonly streamWindowBytes: number;
  readonly maxStreamWindowBytes: number;
  readonly connectionWindowBytes: number;
  readonly maxConnectionWindowBytes: number;
  /** Streams the peer may have open at a time, of each kind. */
  readonly peerStreams: number;
  /** Datagrams kept between two turns, received and sent. */
  readonly receivedDatagrams: number;
  readonly sentDatagrams: number;
  /** Bounds the address changes in a connection's life. */
  readonly activeConnectionIdLimit: number;
}

/** Made by {@link QuicEngine.createConfig}; connections made with it keep it. */
export interface EngineConfig {
  readonly [configBrand]: true;
}
declare const configBrand: unique symbol;

export interface HostPort {
  host: string;
  port: number;
}

export const SHUTDOWN_READ = 0;
export const SHUTDOWN_WRITE = 1;

/** The native connection, as it is. What a call costs is said where that matters. */
export interface EngineConnection {
  /** Decrypts in place. Throws when the peer broke the protocol; the connection has then closed itself. 1.7 µs. */
  recv(datagram: Uint8Array, info: { from: HostPort; to: HostPort }): number;
  /** Writes the next datagram into `out`; null when there is none (and scribbles on `out` then as well). 3 µs. */
  send(out: Uint8Array): [number, { from: HostPort; to: HostPort }] | null;
  /** Throws when the peer reset the stream ({@link resetCodeOf}); null when there is nothing. 0.5 µs. */
  streamRecv(streamId: number, into: Uint8Array): [number, boolean] | null;
  /** Throws when the peer stopped the stream ({@link stopCodeOf}). 0.35 µs. */
  streamSend(streamId: number, bytes: Uint8Array, fin: boolean): number | null;
  streamShutdown(streamId: number, direction: number, errorCode: number): unknown;
  /** Throws when the peer stopped the stream, or the engine doesn't know it (yet, or any more). 0.08 µs. */
  streamCapacity(streamId: number): number;
  streamReadable(streamId: number): boolean;
  peerStreamsLeftBidi(): number;
  peerStreamsLeftUni(): number;
  isReadable(): boolean;
  /** 13 µs: only when a stream is readable that isn't known yet. */
  readable(): Iterable<number>;
  dgramRecvVec(): Uint8Array | null;
  dgramRecvQueueLen(): number;
  /** Throws when the peer takes no datagrams or none of this size; null when the queue is full. */
  dgramSendVec(bytes: Uint8Array): unknown;
  isDgramSendQueueFull(): boolean;
  dgramMaxWritableLen(): number | null;
  /** Has the next `send` elicit an acknowledgement, by a PING if it holds nothing that does. */
  sendAckEliciting(): unknown;
  /** 5 µs. */
  stats(): { readonly peerMaxIdleTimeout: number };
  /** Milliseconds until `onTimeout` should be called; null for never. */
  timeout(): number | null;
  /** Looks at the clock itself: harmless when nothing is due. */
  onTimeout(): void;
  newSourceCid(id: Uint8Array, resetToken: bigint, retireIfNeeded: boolean): number;
  sourceCidsLeft(): number;
  retiredScidNext(): Uint8Array | null;
  pathEventNext(): PathEvent | null;
  close(application: boolean, errorCode: number, reason: Uint8Array): unknown;
  peerCertChain(): Uint8Array[] | null;
  sourceId(): Uint8Array;
  isEstablished(): boolean;
  isDraining(): boolean;
  isClosed(): boolean;
  isTimedOut(): boolean;
  peerError(): EngineError | null;
  localError(): EngineError | null;
}

export interface EngineError {
  readonly isApp: boolean;
  readonly errorCode: number;
  readonly reason: Uint8Array;
}

export interface PathEvent {
  readonly type: 'New' | 'Validated' | 'FailedValidation' | 'Closed' | 'ReusedSourceConnectionId' | 'PeerMigrated';
}

/** Why there is no engine here, in one line. */
export interface EngineMissing {
  readonly reason: string;
}

/** Loads the native part for this platform; where there is none, says why, and QUIC can't be served. */
export function loadEngine(): QuicEngine | EngineMissing {
  const name = `@matrixai/quic-${process.platform}-${process.arch}`;
  try {
    return bind(createRequire(import.meta.url)(name) as NativeModule);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'MODULE_NOT_FOUND';
    const firstLine = message.split('\n', 1)[0];
    return { reason: missing ? `no QUIC engine for this platform (${name})` : `${name} does not load: ${firstLine}` };
  }
}

export function isEngine(loaded: QuicEngine | EngineMissing): loaded is QuicEngine {
  return !('reason' in loaded);
}

/** The peer's error code when a thrown `error` says that it reset the stream. */
export function resetCodeOf(error: unknown): number | undefined {
  return codeIn(error, 'StreamReset(');
}

/** The peer's error code when a thrown `error` says that it asked for the stream to stop. */
export function stopCodeOf(error: unknown): number | undefined {
  return codeIn(error, 'StreamStopped(');
}

/** The binding gives the engine's errors as text alone: `StreamReset(7)`. */
function codeIn(error: unknown, prefix: string): number | undefined {
  const message = error instanceof Error ? error.message : '';
  return message.startsWith(prefix) ? Number.parseInt(message.slice(prefix.length), 10) : undefined;
}

/** What the native module exports, as far as it is used. */
interface NativeModule {
  Config: {
    withBoringSslCtx(
      verifyPeer: boolean,
      verifyByCaller: boolean,
      authorities: Uint8Array | null,
      keys: Uint8Array[] | null,
      chains: Uint8Array[] | null,
      signatureAlgorithms: string | null,
    ): NativeConfig;
  };
  Connection: {
    accept: (
      id: Uint8Array,
      originalId: Uint8Array | null,
      local: HostPort,
      remote: HostPort,
      config: EngineConfig,
    ) => EngineConnection;
    connect: (
      serverName: string | null,
      id: Uint8Array,
      local: HostPort,
      remote: HostPort,
      config: EngineConfig,
    ) => EngineConnection;
  };
  retry: QuicEngine['writeRetry'];
}

interface NativeConfig extends EngineConfig {
  setApplicationProtos(protocols: string[]): void;
  setMaxIdleTimeout(ms: number): void;
  setMaxRecvUdpPayloadSize(bytes: number): void;
  setMaxSendUdpPayloadSize(bytes: number): void;
  setInitialMaxData(bytes: number): void;
  setInitialMaxStreamDataBidiLocal(bytes: number): void;
  setInitialMaxStreamDataBidiRemote(bytes: number): void;
  setInitialMaxStreamDataUni(bytes: number): void;
  setInitialMaxStreamsBidi(count: number): void;
  setInitialMaxStreamsUni(count: number): void;
  setMaxStreamWindow(bytes: number): void;
  setMaxConnectionWindow(bytes: number): void;
  setActiveConnectionIdLimit(count: number): void;
  setDisableActiveMigration(disable: boolean): void;
  enablePacing(enable: boolean): void;
  setCcAlgorithmName(name: string): void;
  setMaxAckDelay(ms: number): void;
  enableDgram(enable: boolean, receiveQueue: number, sendQueue: number): void;
}

function bind(native: NativeModule): QuicEngine {
  return {
    createConfig: (options) => createConfig(native, options),
    accept: (id, originalId, local, remote, config) =>
      native.Connection.accept(id, originalId ?? null, local, remote, config),
    connect: (serverName, id, local, remote, config) =>
      native.Connection.connect(serverName ?? null, id, local, remote, config),
    writeRetry: (clientId, originalId, newId, token, version, out) =>
      native.retry(clientId, originalId, newId, token, version, out),
  };
}

function createConfig(native: NativeModule, options: EngineConfigOptions): EngineConfig {
  const { certificate, verify } = options;
  const config = native.Config.withBoringSslCtx(
    verify !== undefined,
    verify === 'by-caller',
    verify === undefined || verify === 'by-caller' ? null : verify.authorities,
    certificate === undefined ? null : [certificate.key],
    certificate === undefined ? null : [certificate.chain],
    null,
  );
  config.setApplicationProtos([...options.applicationProtocols]);
  config.setMaxIdleTimeout(options.idleTimeoutMs);
  config.setMaxRecvUdpPayloadSize(options.receiveDatagramBytes);
  config.setMaxSendUdpPayloadSize(options.sendDatagramBytes);
  config.setInitialMaxData(options.connectionWindowBytes);
  config.setMaxConnectionWindow(options.maxConnectionWindowBytes);
  config.setInitialMaxStreamDataBidiLocal(options.streamWindowBytes);
  config.setInitialMaxStreamDataBidiRemote(options.streamWindowBytes);
  config.setInitialMaxStreamDataUni(options.streamWindowBytes);
  config.setMaxStreamWindow(options.maxStreamWindowBytes);
  config.setInitialMaxStreamsBidi(options.peerStreams);
  config.setInitialMaxStreamsUni(options.peerStreams);
  config.setActiveConnectionIdLimit(options.activeConnectionIdLimit);
  config.setDisableActiveMigration(false);
  // What is due leaves at the end of the turn; the engine's pacing only gives hints nobody could follow there.
  config.enablePacing(false);
  // Without pacing quiche 0.18 dates packets back, by as much as four round trips when the window is small: with CUBIC
  // and Reno, whose window each loss makes smaller, its measure of the round trip then grows with itself, to minutes.
  config.setCcAlgorithmName('bbr');
  config.setMaxAckDelay(options.maxAckDelayMs);
  config.enableDgram(true, options.receivedDatagrams, options.sentDatagrams);
  return config;
}
