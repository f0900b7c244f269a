import { connect as connectSession, type ClientHttp2Session, type Settings } from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import type { CancelTimer, Clock } from '../clock.js';

/** What can take calls: a channel or one of its connections. */
export interface CallStarter {
  /** @throws if no connection stands */
  begin(call: WaitingCall): void;
}

/** What a call needs of the connection that carries it. */
export interface CallConnection {
  readonly authority: string;
  readonly clock: Clock;
  /** Of one message, received. */
  readonly maxMessageBytes: number;
  /** It broke: a stream that closes now was not closed by the service. */
  readonly lost: boolean;
  /** Takes calls; one that doesn't any more may stand, to carry those it has to their end. */
  readonly ready: boolean;
  /** A stream has closed; its place is free. */
  streamClosed(): void;
  /** Nobody waits on a stream that is open: no reason to ask whether the peer is alive. Told at each change. */
  streamIdle(idle: boolean): void;
  /** Nobody waits any more for a call that waits. */
  giveUp(call: WaitingCall): void;
}

/** A call as its connection sees it. */
export interface WaitingCall {
  wait(connection: CallConnection): void;
  send(connection: CallConnection, session: ClientHttp2Session): void;
  drop(): void;
}

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly authority: string;
  readonly maxMessageBytes: number;
  readonly clock: Clock;
  /** Streams one connection carries before it is replaced. */
  readonly maxStreams?: number;
}

export interface ConnectionEvents {
  /** The peer speaks HTTP/2. */
  ready(connection: Http2Connection): void;
  /** Takes no more calls, or never did. Told once, not after {@link Http2Connection.close}. */
  gone(connection: Http2Connection): void;
}

/**
 * One HTTP/2 connection to a service, without TLS.
 *
 *   connecting ─► ready ─► gone      the peer sent SETTINGS; it broke, said GOAWAY, has no stream ids left, was closed
 *
 * A connection that is gone without being broken carries the calls it has to their end. Calls beyond the peer's limit of
 * concurrent streams wait here, as many as the callers may have under way; one that waits was not sent.
 */
export class Http2Connection implements CallConnection, CallStarter {
  readonly authority: string;
  readonly clock: Clock;
  readonly maxMessageBytes: number;
  readonly #events: ConnectionEvents;
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  #state: 'connecting' | 'ready' | 'gone' = 'connecting';
  #streams = 0;
  /** Those among them on which nobody waits. */
  #idleStreams = 0;
  #maxConcurrent = 0;
  #streamsLeft: number;
  #waiting: WaitingCall[] = [];
  #cancelTimer: CancelTimer;

  /** Begins to connect. */
  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    const { host, port, clock } = options;
    this.authority = options.authority;
    this.maxMessageBytes = options.maxMessageBytes;
    this.clock = clock;
    this.#events = events;
    this.#streamsLeft = options.maxStreams ?? MAX_STREAMS;
    const socket = connectSocket({ host, port, noDelay: true });
    this.#socket = socket;
    this.#session = connectSession(`http://${options.authority}`, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
      // In MB. What is under way is bounded by the callers' places; over this limit node would reset streams.
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
    });
    this.#session.on('error', () => undefined); // close follows
    this.#session.on('connect', () => this.#session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    this.#session.on('close', () => this.#gone());
    this.#session.on('goaway', () => this.#gone());
    this.#session.on('remoteSettings', (settings: Settings) => this.#settings(settings));
    this.#cancelTimer = clock.after(CONNECT_TIMEOUT_MS, () => this.#session.destroy());
  }

  get ready(): boolean {
    return this.#state === 'ready' && !this.#session.closed && !this.#session.destroyed;
  }

  /** A call given to it now is sent at once. */
  get hasRoom(): boolean {
    return this.ready && this.#streams < this.#maxConcurrent && this.#waiting.length === 0;
  }

  get lost(): boolean {
    return this.#session.destroyed || this.#socket.destroyed;
  }

  begin(call: WaitingCall): void {
    if (!this.ready) throw new Error(`no connection to ${this.authority}`);
    if (this.#streams < this.#maxConcurrent && this.#waiting.length === 0) {
      this.#send(call);
    } else {
      this.#waiting.push(call);
      call.wait(this);
    }
  }

  giveUp(call: WaitingCall): void {
    const place = this.#waiting.indexOf(call);
    if (place < 0) return;
    this.#waiting.splice(place, 1);
    queueMicrotask(() => call.drop());
  }

  streamClosed(): void {
    this.#streams--;
    if (this.#state === 'gone') this.#closeIfIdle();
    else this.#sendWaiting();
  }

  streamIdle(idle: boolean): void {
    this.#idleStreams += idle ? 1 : -1;
  }

  /** Takes no more calls; those under way end by themselves. */
  close(): void {
    const connecting = this.#state === 'connecting';
    if (this.#state !== 'gone') this.#retire();
    if (connecting) this.#session.destroy();
  }

  #settings({ maxConcurrentStreams }: Settings): void {
    this.#maxConcurrent = maxConcurrentStreams ?? Infinity;
    if (this.#state === 'connecting') {
      this.#state = 'ready';
      this.#cancelTimer();
      this.#cancelTimer = this.clock.after(KEEPALIVE_MS, () => this.#keepAlive());
      this.#events.ready(this);
    }
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#streams < this.#maxConcurrent && this.ready) {
      const call = this.#waiting.shift()!;
      try {
        this.#send(call);
      } catch {
        // Here, in an event of the session, a throw would end the process.
        call.drop();
      }
    }
  }

  #send(call: WaitingCall): void {
    call.send(this, this.#session);
    this.#streams++;
    if (--this.#streamsLeft <= 0) this.#gone();
  }

  #gone(): void {
    if (this.lost) this.#cancelTimer();
    if (this.#state === 'gone') return;
    this.#retire();
    this.#events.gone(this);
  }

  #retire(): void {
    this.#state = 'gone';
    this.#closeIfIdle();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const call of waiting) queueMicrotask(() => call.drop());
  }

  /** Not sooner: node would refuse requests that it has not written yet. */
  #closeIfIdle(): void {
    if (this.#streams > 0) return;
    this.#cancelTimer();
    this.#session.close();
  }

  /** A peer that is silent is found dead while somebody waits for it. Not without that: some servers forbid it. */
  #keepAlive(): void {
    if (this.lost) return;
    if (this.#streams === this.#idleStreams) {
      this.#cancelTimer = this.clock.after(KEEPALIVE_MS, () => this.#keepAlive());
      return;
    }
    this.#cancelTimer = this.clock.after(KEEPALIVE_TIMEOUT_MS, () => this.#session.destroy());
    this.#session.ping((error) => {
      if (error !== null || this.lost) return;
      this.#cancelTimer();
      this.#cancelTimer = this.clock.after(KEEPALIVE_MS, () => this.#keepAlive());
    });
  }
}

/** What a peer may send on a stream before it hears from us: a whole batch of answers, also over a link with a delay. */
const STREAM_WINDOW_BYTES = 1 << 20;
/** ... and on all streams together. */
const CONNECTION_WINDOW_BYTES = 4 << 20;
/** For TCP and the peer's SETTINGS; then the next address is tried. */
const CONNECT_TIMEOUT_MS = 5000;
/** A dead peer is noticed within 40 s. */
const KEEPALIVE_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;
/** A client's stream ids are the odd numbers below 2^31 (RFC 9113, 5.1.1). */
const MAX_STREAMS = 2 ** 30 - 1;
