import type { CancelTimer, Clock } from '../clock.js';
import type { Close, Connection, ConnectionHandler, Peer } from '../transport/transport.js';
import { joined } from './joined.js';

/** Above this many bytes not yet taken by the browser `write` says stop; at a quarter of it `drained` comes. */
const HIGH_WATER_BYTES = 64 * 1024;

/** How long the closing side waits for the peer's end of stream (PROTOCOL 6). */
const CLOSE_WAIT_MS = 1_000;

/** Datagrams that the browser keeps until this program's next turn: what the gateway keeps for a connection. */
const DATAGRAMS_KEPT = 64;

/**
 * A browser's own WebTransport session with the stream that the server opened, as a Connection. One write and one read
 * are with the browser at a time; what is written meanwhile goes as one piece.
 */
export class BrowserConnection implements Connection {
  readonly transport = 'webtransport';
  readonly bringsMessages = false;
  readonly peer: Peer;
  readonly #clock: Clock;
  readonly #session: WebTransport;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #handler: ConnectionHandler | undefined;
  #queue: Uint8Array[] = [];
  #bufferedBytes = 0;
  #flushing: Promise<void> | undefined;
  #wantsDrained = false;
  #isPaused = false;
  /** Came while paused. */
  #held: Uint8Array | undefined;
  #isReading = false;
  #closing: { code: number; reason: string } | undefined;
  #isFinWritten = false;
  #peerEnded = false;
  #cancelCloseWait: CancelTimer | undefined;
  #ended: Close | undefined;

  constructor(session: WebTransport, stream: WebTransportBidirectionalStream, peer: Peer, clock: Clock) {
    this.#session = session;
    this.#reader = (stream.readable as ReadableStream<Uint8Array>).getReader();
    this.#writer = (stream.writable as WritableStream<Uint8Array>).getWriter();
    this.peer = peer;
    this.#clock = clock;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  get maxDatagramBytes(): number {
    return this.#isOpen ? this.#session.datagrams.maxDatagramSize : 0;
  }

  open(handler: ConnectionHandler): void {
    this.#handler = handler;
    this.#session.closed.then(
      ({ closeCode, reason }) => this.#end({ code: closeCode ?? 0, reason: reason ?? '', remote: true }),
      (error: unknown) => this.#end({ code: 0, reason: textOf(error), remote: true }),
    );
    void this.#read();
    void this.#readDatagrams();
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isOpen) return false;
    if (bytes.length > 0) {
      this.#queue.push(bytes);
      this.#bufferedBytes += bytes.length;
      this.#flushing ??= this.#flush();
    }
    if (this.#bufferedBytes <= HIGH_WATER_BYTES) return true;
    this.#wantsDrained = true;
    return false;
  }

  /** Clients have nothing to say in datagrams (protocol version 1). */
  sendDatagram(): boolean {
    return false;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#deliver(held);
    void this.#read();
  }

  admit(): void {
    // Strangers and players send within the same windows.
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#closing = { code, reason };
    this.#writeFin();
    if (this.#peerEnded) this.#finishClosing();
    else this.#cancelCloseWait = this.#clock.after(CLOSE_WAIT_MS, () => this.#finishClosing());
    // Who closes reads on, to no use but to meet the peer's end.
    this.#isPaused = false;
    void this.#read();
  }

  abort(): void {
    this.#writer.abort().catch(ignore);
    this.#shut({ closeCode: 0, reason: 'aborted' });
    this.#end({ code: 0, reason: 'aborted', remote: false });
  }

  get #isOpen(): boolean {
    return this.#closing === undefined && this.#ended === undefined;
  }

  async #flush(): Promise<void> {
    // What else this turn writes goes along.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const bytes = joined(this.#queue);
        this.#queue = [];
        await this.#writer.write(bytes);
        this.#bufferedBytes -= bytes.length;
        this.#tellDrained();
      }
    } catch {
      // The stream is gone; `closed` of the session says why.
    }
    this.#flushing = undefined;
  }

  #tellDrained(): void {
    if (!this.#wantsDrained || !this.#isOpen || this.#bufferedBytes > HIGH_WATER_BYTES / 4) return;
    this.#wantsDrained = false;
    this.#handler?.drained();
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (!this.#isPaused && !this.#peerEnded && this.#ended === undefined) {
        const { value, done } = await this.#reader.read();
        if (done) this.#peerFin();
        else this.#deliver(value);
      }
    } catch {
      // As above.
    }
    this.#isReading = false;
  }

  #deliver(chunk: Uint8Array): void {
    if (!this.#isOpen) return;
    if (this.#isPaused) this.#held = chunk;
    else this.#handler?.data(chunk);
  }

  async #readDatagrams(): Promise<void> {
    this.#session.datagrams.incomingHighWaterMark = DATAGRAMS_KEPT;
    const reader = (this.#session.datagrams.readable as ReadableStream<Uint8Array>).getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        if (this.#isOpen && !this.#isPaused) this.#handler?.datagram(next.value);
      }
    } catch {
      // As above.
    }
  }

  #peerFin(): void {
    this.#peerEnded = true;
    this.#writeFin();
    if (this.#closing !== undefined) this.#finishClosing();
  }

  /** Ends this side of the stream behind what is written. */
  #writeFin(): void {
    if (this.#isFinWritten) return;
    this.#isFinWritten = true;
    Promise.resolve(this.#flushing)
      .then(() => this.#writer.close())
      .catch(ignore);
  }

  #finishClosing(): void {
    if (this.#closing === undefined || this.#ended !== undefined) return;
    this.#shut({ closeCode: this.#closing.code, reason: this.#closing.reason });
    this.#end({ ...this.#closing, remote: false });
  }

  #shut(info: WebTransportCloseInfo): void {
    try {
      this.#session.close(info);
    } catch {
      // It is closed.
    }
  }

  #end(close: Close): void {
    if (this.#ended !== undefined) return;
    this.#ended = this.#closing === undefined ? close : { ...this.#closing, remote: false };
    this.#cancelCloseWait?.();
    queueMicrotask(() => this.#handler?.closed(this.#ended ?? close));
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function ignore(): void {
  // What fails here ends the session, and that is told by its `closed`.
}
