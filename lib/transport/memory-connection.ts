import type { CancelTimer, Clock } from '../clock.js';
import type { Pipe, PipeReceiver, PipeSender } from './memory-pipe.js';
import type { Close, Connection, ConnectionHandler, Peer, TransportName } from './transport.js';

/** How long the closing side waits for the peer's end of stream (PROTOCOL 6). */
const CLOSE_WAIT_MS = 1000;

export interface MemoryConnectionOptions {
  readonly peer: Peer;
  readonly highWaterBytes: number;
  readonly maxDatagramBytes: number;
}

/** One end of a wire in memory, closing as PROTOCOL 6 says. */
export class MemoryConnection implements Connection, PipeReceiver, PipeSender {
  readonly transport: TransportName = 'memory';
  readonly bringsMessages = false;
  readonly #clock: Clock;
  readonly #options: MemoryConnectionOptions;
  readonly #out: Pipe;
  readonly #in: Pipe;
  readonly #onEnd: () => void;
  #handler: ConnectionHandler | undefined;
  #paused = false;
  #wantsDrained = false;
  #closing: { code: number; reason: string } | undefined;
  #peerEnded = false;
  #cancelCloseWait: CancelTimer | undefined;
  #ended: Close | undefined;

  constructor(clock: Clock, options: MemoryConnectionOptions, out: Pipe, input: Pipe, onEnd: () => void) {
    this.#clock = clock;
    this.#options = options;
    this.#out = out;
    this.#in = input;
    this.#onEnd = onEnd;
  }

  get peer(): Peer {
    return this.#options.peer;
  }

  get bufferedBytes(): number {
    return this.#out.outboxBytes;
  }

  get maxDatagramBytes(): number {
    return this.#isOpen() ? this.#options.maxDatagramBytes : 0;
  }

  open(handler: ConnectionHandler): void {
    this.#handler = handler;
    if (this.#ended === undefined) this.#updateReading();
    else this.#tellClosed(this.#ended);
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isOpen()) return false;
    this.#out.write(bytes);
    if (this.bufferedBytes <= this.#options.highWaterBytes) return true;
    this.#wantsDrained = true;
    return false;
  }

  sendDatagram(bytes: Uint8Array): boolean {
    return bytes.length <= this.maxDatagramBytes && this.#out.sendDatagram(bytes);
  }

  pause(): void {
    this.#paused = true;
    this.#updateReading();
  }

  resume(): void {
    this.#paused = false;
    this.#updateReading();
  }

  admit(): void {
    // Strangers and players send within the same windows.
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen()) return;
    this.#closing = { code, reason };
    this.#out.end();
    if (this.#peerEnded) {
      this.#finishClosing();
      return;
    }
    // Who closes reads on, to no use but to meet the peer's end.
    this.#updateReading();
    this.#cancelCloseWait = this.#clock.after(CLOSE_WAIT_MS, () => {
      this.#finishClosing();
    });
  }

  abort(): void {
    if (this.#ended !== undefined) return;
    this.#out.drop();
    this.#out.sendClose(0, 'aborted');
    this.#end({ code: 0, reason: 'aborted', remote: false });
  }

  /** The link breaks under the connection. */
  lose(reason: string): void {
    this.#end({ code: 0, reason, remote: true });
  }

  // -- from the pipes

  data(chunk: Uint8Array): void {
    if (this.#isOpen()) this.#handler?.data(chunk);
  }

  datagram(datagram: Uint8Array): void {
    if (this.#isOpen()) this.#handler?.datagram(datagram);
  }

  fin(): void {
    this.#peerEnded = true;
    this.#out.end();
    if (this.#closing !== undefined) this.#finishClosing();
  }

  linkClosed(code: number, reason: string): void {
    this.#end({ code, reason, remote: true });
  }

  taken(): void {
    if (!this.#wantsDrained || !this.#isOpen() || this.bufferedBytes > this.#options.highWaterBytes / 2) return;
    this.#wantsDrained = false;
    this.#handler?.drained();
  }

  #isOpen(): boolean {
    return this.#closing === undefined && this.#ended === undefined;
  }

  #updateReading(): void {
    this.#in.reading = this.#closing !== undefined || (this.#handler !== undefined && !this.#paused);
  }

  #finishClosing(): void {
    if (this.#closing === undefined || this.#ended !== undefined) return;
    this.#out.sendClose(this.#closing.code, this.#closing.reason);
    this.#end({ ...this.#closing, remote: false });
  }

  #end(close: Close): void {
    if (this.#ended !== undefined) return;
    this.#ended = this.#closing === undefined ? close : { ...this.#closing, remote: false };
    this.#cancelCloseWait?.();
    this.#in.break();
    if (this.#handler !== undefined) this.#tellClosed(this.#ended);
    this.#onEnd();
  }

  /** Never from inside the call that ended it, so that calls to the handler don't nest. */
  #tellClosed(close: Close): void {
    queueMicrotask(() => this.#handler?.closed(close));
  }
}
