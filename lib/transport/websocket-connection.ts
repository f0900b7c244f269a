import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../clock.js';
import { CloseCode } from '../protocol/protocol.js';
import { WheelTimer, type TimerWheel } from '../timer-wheel.js';
import { TokenBucket } from '../token-bucket.js';
import type { Close, Connection, ConnectionHandler, Peer } from './transport.js';
import type { Flushable, TurnWrites } from './turn-writes.js';

/**
 * For `ws`. PROTOCOL 6: who closes waits for the peer's end for 1 s, then cuts. Spread into its options, since their types
 * don't know it.
 */
export const closing = { closeTimeout: 1000 };

/** As over QUIC: above this many bytes not yet taken by the system `write` says stop; `drained` comes at the lower mark. */
const HIGH_WATER_BYTES = 64 * 1024;
const LOW_WATER_BYTES = 16 * 1024;
/** Writes of one turn become one message up to here; whoever bounds messages has to leave this room above one frame. */
export const JOINED_BYTES = 64 * 1024;

/** Pings and empty messages that a peer may send: far above any honest use, far below what would cost. */
const CONTROLS_PER_SECOND = 100;
const CONTROL_BURST = 1000;

/** A paused reader sees no end of a TCP connection; writing into it does. */
const PROBE_MS = 500;

/** Application codes cross as they are; WebSocket's own (RFC 6455 section 7.4) say nothing to an application. */
const APPLICATION_CODES = { from: 4000, to: 4999 };
const NORMAL_CLOSURE = 1000;
/** Two bytes of a control frame's 125 are the code's. */
const MAX_REASON_BYTES = 123;

const BINARY = { binary: true };

export interface WebSocketConnectionParts {
  readonly webSocket: WebSocket;
  /** What the WebSocket runs over. */
  readonly stream: Duplex;
  readonly peer: Peer;
  readonly clock: Clock;
  readonly timers: TimerWheel;
  readonly writes: TurnWrites;
  /** What the peer may send until it is admitted, in bytes. */
  readonly strangerBytes: number;
}

/** A WebSocket of the package `ws`, of either side, as a Connection: each write a part of one binary message, never cut. */
export class WebSocketConnection implements Connection, Flushable {
  readonly transport = 'websocket';
  readonly bringsMessages = true;
  readonly maxDatagramBytes = 0;
  readonly peer: Peer;
  readonly #webSocket: WebSocket;
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #timers: TimerWheel;
  readonly #writes: TurnWrites;
  readonly #controls = new TokenBucket(CONTROLS_PER_SECOND, CONTROL_BURST);
  readonly #probe = new WheelTimer(() => this.#probePeer());
  #handler: ConnectionHandler | undefined;
  #opened = false;
  #paused = false;
  /** Came before `open`, or while paused in one read with what was wanted. */
  #held: Uint8Array[] = [];
  /** Written in this turn. */
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #wantsDrained = false;
  #strangerBytes: number;
  #ownClose: { code: number; reason: string } | undefined;
  #fault: string | undefined;
  #close: Close | undefined;

  constructor({ webSocket, stream, peer, clock, timers, writes, strangerBytes }: WebSocketConnectionParts) {
    this.#webSocket = webSocket;
    this.#stream = stream;
    this.peer = peer;
    this.#clock = clock;
    this.#timers = timers;
    this.#writes = writes;
    this.#strangerBytes = strangerBytes;
  }

  /** Takes over the open WebSocket; reading waits for `open`. */
  attach(): this {
    const webSocket = this.#webSocket;
    webSocket.pause();
    webSocket.on('message', (data, isBinary) => this.#received(data as Buffer, isBinary));
    webSocket.on('ping', (data) => this.#pinged(data));
    webSocket.on('error', (error) => (this.#fault ??= error.message));
    webSocket.on('close', (code, reason) => this.#ended(code, reason.toString()));
    if (Number.isFinite(this.#strangerBytes)) this.#stream.on('data', this.#countStranger);
    return this;
  }

  get bufferedBytes(): number {
    return this.#queuedBytes + this.#webSocket.bufferedAmount;
  }

  open(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) return;
    this.#handler = handler;
    // What waits is delivered from the next turn on.
    setImmediate(() => {
      this.#opened = true;
      this.#deliver();
      if (this.#close !== undefined) handler.closed(this.#close);
    });
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isOpen) return true;
    if (bytes.length > 0) {
      if (this.#queuedBytes + bytes.length > JOINED_BYTES) this.flush();
      if (this.#queue.push(bytes) === 1) this.#writes.touch(this);
      this.#queuedBytes += bytes.length;
    }
    if (this.bufferedBytes <= HIGH_WATER_BYTES) return true;
    this.#wantsDrained = true;
    return false;
  }

  /** Sends what was written as one message. */
  flush(): void {
    if (this.#queue.length === 0) return;
    const message = this.#queue.length === 1 ? this.#queue[0]! : Buffer.concat(this.#queue, this.#queuedBytes);
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#webSocket.send(message, BINARY, this.#sent);
  }

  sendDatagram(): boolean {
    return false;
  }

  pause(): void {
    this.#paused = true;
    this.#webSocket.pause();
    if (this.#isOpen) this.#timers.arm(this.#probe, PROBE_MS);
  }

  resume(): void {
    this.#paused = false;
    this.#timers.disarm(this.#probe);
    this.#deliver();
  }

  admit(): void {
    this.#strangerBytes = Infinity;
    this.#stream.removeListener('data', this.#countStranger);
  }

  close(code: number, reason: string): void {
    if (this.#ownClose !== undefined || this.#close !== undefined) return;
    this.flush();
    this.#ownClose = { code, reason };
    this.#held = [];
    this.#timers.disarm(this.#probe);
    this.#webSocket.close(isApplicationCode(code) ? code : NORMAL_CLOSURE, cut(reason));
    // A reader that paused would never see the peer's end.
    this.#webSocket.resume();
  }

  abort(): void {
    this.#finish({ code: 0, reason: 'aborted', remote: false });
    this.#webSocket.terminate();
  }

  get #isOpen(): boolean {
    return this.#ownClose === undefined && this.#close === undefined && this.#webSocket.readyState === OPEN;
  }

  get #reads(): boolean {
    return this.#opened && !this.#paused && this.#ownClose === undefined;
  }

  #received(data: Uint8Array, isBinary: boolean): void {
    if (this.#ownClose !== undefined) return;
    if (!isBinary) this.close(CloseCode.CLOSE_PROTOCOL, 'a text message came: frames travel in binary ones');
    else if (data.length === 0) this.#takeControl();
    else if (this.#reads) this.#handler?.data(data);
    else this.#held.push(data);
  }

  #pinged(data: Buffer): void {
    if (!this.#takeControl() || !this.#isOpen) return;
    // Who doesn't read the answers gets none (RFC 6455 section 5.5.3 asks for the latest alone).
    if (this.bufferedBytes <= HIGH_WATER_BYTES) this.#webSocket.pong(data);
  }

  #takeControl(): boolean {
    const ok = this.#controls.take(this.#clock.now());
    if (!ok) this.close(CloseCode.CLOSE_PROTOCOL, 'too many pings or empty messages');
    return ok;
  }

  /** Sees what comes before `ws` does, so a message is counted before it is whole. */
  readonly #countStranger = (chunk: Uint8Array): void => {
    this.#strangerBytes -= chunk.length;
    if (this.#strangerBytes >= 0) return;
    this.#stream.removeListener('data', this.#countStranger);
    this.close(CloseCode.CLOSE_FRAME_TOO_LARGE, 'too much was sent before the login');
  };

  /** Hands over what was held, then lets the WebSocket go on. */
  #deliver(): void {
    while (this.#held.length > 0 && this.#reads) this.#handler?.data(this.#held.shift()!);
    if (this.#reads && this.#close === undefined) this.#webSocket.resume();
  }

  readonly #sent = (): void => {
    if (!this.#wantsDrained || !this.#isOpen || this.bufferedBytes > LOW_WATER_BYTES) return;
    this.#wantsDrained = false;
    this.#handler?.drained();
  };

  #probePeer(): void {
    if (!this.#isOpen) return;
    // With more than that waiting, the system's own attempts to send it find out.
    if (this.bufferedBytes <= HIGH_WATER_BYTES) this.#webSocket.ping();
    this.#timers.arm(this.#probe, PROBE_MS);
  }

  #ended(code: number, reason: string): void {
    if (this.#ownClose !== undefined) this.#finish({ ...this.#ownClose, remote: false });
    else if (isApplicationCode(code)) this.#finish({ code, reason, remote: true });
    else this.#finish({ code: 0, reason: this.#fault ?? (reason || `WebSocket close code ${code}`), remote: true });
  }

  /** A reader that paused hears of the end at once and loses what it didn't take. */
  #finish(close: Close): void {
    if (this.#close !== undefined) return;
    this.#close = close;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#timers.disarm(this.#probe);
    if (this.#opened) this.#handler?.closed(close);
  }
}

/** `WebSocket.OPEN`; taken as a type, the class has no value here. */
const OPEN = 1;

function isApplicationCode(code: number): boolean {
  return code >= APPLICATION_CODES.from && code <= APPLICATION_CODES.to;
}

/** At most as much of `reason` as a close frame carries, without half a character at its end. */
function cut(reason: string): Buffer {
  const bytes = Buffer.from(reason);
  if (bytes.length <= MAX_REASON_BYTES) return bytes;
  let end = MAX_REASON_BYTES;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
