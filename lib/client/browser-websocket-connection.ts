import type { CancelTimer, Clock } from '../clock.js';
import type { Close, Connection, ConnectionHandler, Peer } from '../transport/transport.js';
import { joined } from './joined.js';

/** Above this many bytes not yet taken by the network `write` says stop; at a quarter of it `drained` comes. */
const HIGH_WATER_BYTES = 64 * 1024;
/** Writes of one turn become one message up to here: the gateway takes one frame and so much beside it. */
const JOINED_BYTES = 64 * 1024;
/** A browser doesn't tell when it has sent something: so often is it asked, while there is somebody waiting. */
const DRAIN_CHECK_MS = 20;
/** How long the closing side waits for the peer's end (PROTOCOL 6). */
const CLOSE_WAIT_MS = 1_000;
/** A browser goes on reading whatever is done: so much is kept while this side pauses, then the link is dropped. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;

/** What a browser lets a page close with, apart from 1000. */
const APPLICATION_CODES = { from: 4000, to: 4999 };
const NORMAL_CLOSURE = 1000;
/** Two bytes of a control frame's 125 are the code's. */
const MAX_REASON_BYTES = 123;

/** A browser's own WebSocket as a Connection. What one turn writes goes as one message. */
export class BrowserWebSocketConnection implements Connection {
  readonly transport = 'websocket';
  readonly bringsMessages = true;
  readonly maxDatagramBytes = 0;
  readonly peer: Peer;
  readonly #webSocket: WebSocket;
  readonly #clock: Clock;
  #handler: ConnectionHandler | undefined;
  #isOpened = false;
  #isPaused = false;
  /** Came before `open` had returned, or while paused. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #ownClose: { readonly code: number; readonly reason: string } | undefined;
  #fault: string | undefined;
  #close: Close | undefined;
  #cancelDrainCheck: CancelTimer | undefined;
  #cancelCloseWait: CancelTimer | undefined;

  /** @param webSocket open, with binaryType 'arraybuffer' and no handlers */
  constructor(webSocket: WebSocket, peer: Peer, clock: Clock) {
    this.#webSocket = webSocket;
    this.peer = peer;
    this.#clock = clock;
    webSocket.onmessage = ({ data }) => this.#received(data);
    webSocket.onclose = ({ code, reason }) => this.#ended(code, reason);
  }

  get bufferedBytes(): number {
    return this.#queuedBytes + this.#webSocket.bufferedAmount;
  }

  open(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) return;
    this.#handler = handler;
    queueMicrotask(() => {
      this.#isOpened = true;
      this.#deliver();
      if (this.#close !== undefined) handler.closed(this.#close);
    });
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isOpen) return true;
    if (bytes.length > 0) {
      if (this.#queuedBytes + bytes.length > JOINED_BYTES) this.#flush();
      if (this.#queue.push(bytes) === 1) queueMicrotask(() => this.#flush());
      this.#queuedBytes += bytes.length;
    }
    if (this.bufferedBytes <= HIGH_WATER_BYTES) return true;
    this.#cancelDrainCheck ??= this.#clock.after(DRAIN_CHECK_MS, this.#checkDrained);
    return false;
  }

  sendDatagram(): boolean {
    return false;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#isOpened) this.#deliver();
  }

  admit(): void {
    // A gateway is no stranger.
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#flush();
    this.#ownClose = { code, reason };
    this.#cancelDrainCheck?.();
    this.#held = [];
    this.#webSocket.close(isApplicationCode(code) ? code : NORMAL_CLOSURE, cut(reason));
    this.#cancelCloseWait = this.#clock.after(CLOSE_WAIT_MS, () => this.#finish({ code, reason, remote: false }));
  }

  /** A browser can't break a WebSocket: the peer sees a close without a code. */
  abort(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#webSocket.close();
    this.#finish({ code: 0, reason: 'aborted', remote: false });
  }

  get #isOpen(): boolean {
    return this.#ownClose === undefined && this.#close === undefined;
  }

  get #reads(): boolean {
    return this.#isOpened && !this.#isPaused && this.#isOpen;
  }

  #received(data: unknown): void {
    if (!this.#isOpen) return;
    if (!(data instanceof ArrayBuffer)) {
      this.#fault = 'a text message came: frames travel in binary ones';
      this.abort();
      return;
    }
    const bytes = new Uint8Array(data);
    if (this.#reads && this.#held.length === 0) {
      this.#handler?.data(bytes);
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes <= MAX_HELD_BYTES) return;
    this.#fault = `over ${MAX_HELD_BYTES} bytes came while nobody read`;
    this.abort();
  }

  #deliver(): void {
    while (this.#reads && this.#held.length > 0) {
      const bytes = this.#held.shift()!;
      this.#heldBytes -= bytes.length;
      this.#handler?.data(bytes);
    }
  }

  /** Sends what this turn wrote as one message. */
  #flush(): void {
    if (this.#queue.length === 0) return;
    this.#webSocket.send(joined(this.#queue));
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  readonly #checkDrained = (): void => {
    this.#cancelDrainCheck = undefined;
    if (!this.#isOpen) return;
    if (this.bufferedBytes <= HIGH_WATER_BYTES / 4) this.#handler?.drained();
    else this.#cancelDrainCheck = this.#clock.after(DRAIN_CHECK_MS, this.#checkDrained);
  };

  #ended(code: number, reason: string): void {
    if (this.#ownClose !== undefined) this.#finish({ ...this.#ownClose, remote: false });
    else if (isApplicationCode(code)) this.#finish({ code, reason, remote: true });
    else this.#finish({ code: 0, reason: reason || `WebSocket close code ${code}`, remote: true });
  }

  #finish(close: Close): void {
    if (this.#close !== undefined) return;
    const told = (this.#close = this.#fault === undefined ? close : { ...close, reason: this.#fault });
    this.#cancelDrainCheck?.();
    this.#cancelCloseWait?.();
    this.#held = [];
    if (this.#isOpened) queueMicrotask(() => this.#handler?.closed(told));
  }
}

function isApplicationCode(code: number): boolean {
  return code >= APPLICATION_CODES.from && code <= APPLICATION_CODES.to;
}

/** As much of `reason` as a close frame carries, without half a character at its end. */
function cut(reason: string): string {
  const bytes = new Uint8Array(MAX_REASON_BYTES);
  const { read } = new TextEncoder().encodeInto(reason, bytes);
  return reason.slice(0, read);
}
