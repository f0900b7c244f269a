/**
 * What the rest of gatesvr knows of a network: ordered bytes both ways with backpressure, datagrams where there are
 * any, and a close that carries a code. Frames, sessions and players are unknown here. Server and client ends are the
 * same thing, so a listener's and a dialer's connections share one interface and one behaviour suite.
 */

export type TransportName = 'webtransport' | 'websocket' | 'memory';

/** How a connection ended. `code` is the application's close code (PROTOCOL 6); 0 when the peer gave none. */
export interface Close {
  readonly code: number;
  readonly reason: string;
  /** True when the peer (or the network) ended it, false when this side called `close`. */
  readonly remote: boolean;
}

export interface Peer {
  readonly address: string;
  /** 0 where it isn't known: behind a proxy. */
  readonly port: number;
}

/** Receives what happens on a Connection. Calls are synchronous, one at a time, and never follow `closed`. */
export interface ConnectionHandler {
  /** The next bytes of the stream, cut anywhere; one message where the connection brings messages. The handler owns `chunk`. */
  data(chunk: Uint8Array): void;
  /** One datagram. May be lost, repeated or out of order. The handler owns `datagram`. */
  datagram(datagram: Uint8Array): void;
  /** What `write` refused to promise has been taken: `bufferedBytes` is below the low-water mark again. */
  drained(): void;
  /** The connection is over; called exactly once, also after this side's own `close` or `abort`. */
  closed(close: Close): void;
}

/** One transport link: a WebTransport session's bidirectional stream, a WebSocket, or a pair in memory. */
export interface Connection {
  readonly transport: TransportName;
  readonly peer: Peer;
  /** Bytes written and not yet handed to the network. */
  readonly bufferedBytes: number;
  /** Largest datagram that can be sent now, in bytes; 0 where there are none. */
  readonly maxDatagramBytes: number;
  /** Whether each `data` call brings one whole message of the peer, so that no frame may run on into the next. */
  readonly bringsMessages: boolean;

  /** Sets who is told. Nothing is delivered before; bytes that came earlier are delivered from the next turn on. */
  open(handler: ConnectionHandler): void;
  /**
   * Queues `bytes`, which the connection owns from now on, behind everything written before. All that is written in one
   * turn of the event loop leaves together.
   * @returns false when `bufferedBytes` is above the high-water mark: write no more until `drained`. Nothing is refused.
   */
  write(bytes: Uint8Array): boolean;
  /** Sends one datagram if that is possible now; false if it was dropped. `bytes` are copied and stay the caller's. */
  sendDatagram(bytes: Uint8Array): boolean;
  /** Stops `data` calls; the transport's window then stops the peer. */
  pause(): void;
  resume(): void;
  /** The peer is known from now on: what a transport allows a stranger is no limit any more. */
  admit(): void;
  /**
   * Sends what is written, ends the stream, waits for the peer's end (at most 1 s), then closes with `code`
   * (PROTOCOL 6). The first call wins; later ones do nothing.
   */
  close(code: number, reason: string): void;
  /** Drops the link at once, unsent bytes included; the peer sees a broken connection. */
  abort(): void;
}

/** Accepts connections. */
export interface Listener {
  /** Where it listens; the port is the real one when 0 was asked for. Only after `start`. */
  readonly address: Peer;
  /** @throws GatesvrError `LISTEN_FAILED` when the address can't be had. */
  start(accept: (connection: Connection) => void): Promise<void>;
  /** Accepts no more. Connections that stand go on until somebody closes them. */
  stopAccepting(): void;
  /** Ends everything that still stands and frees the address. */
  stop(): Promise<void>;
}

/** Makes connections. */
export interface Dialer {
  readonly transport: TransportName;
  /** @throws GatesvrError `CONNECT_FAILED` with the cause; `signal` gives up waiting. */
  dial(url: string, signal: AbortSignal): Promise<Connection>;
}
