import type { EarlyBudget } from './early-budget.js';
import { http3Code, toApplicationCode, toHttp3Code } from './http3-error.js';
import type { Http3Output } from './http3-output.js';
import type { StreamReceiver } from './stream-receiver.js';

/** Receives what happens on a WebTransportStream. Error codes are the application's; 0 where the peer gave none. */
export interface StreamHandler {
  /** The next bytes, cut anywhere, never empty unless `fin`. The handler owns them. Nothing follows `fin`. */
  data(bytes: Uint8Array, fin: boolean): void;
  /** The peer gave up sending; bytes may be missing. */
  reset(code: number): void;
  /** The peer reads no more; what is written from now on is dropped. */
  stopped(code: number): void;
}

/** What a stream needs around it. */
export interface StreamSurroundings {
  /** Another one once the connection is gone. */
  readonly output: Http3Output;
  readonly budget: EarlyBudget;
  /** Both directions of the stream are over. */
  streamDone(stream: WebTransportStream): void;
}

/** Which directions a stream has. */
export interface Directions {
  readonly sends: boolean;
  readonly receives: boolean;
}

/**
 * One stream of a WebTransport session. Bytes pass both ways as they are: no copy, and work that doesn't depend on how
 * many streams or bytes there are. When the session ends, its streams end with it: the handler hears no more of them.
 */
export class WebTransportStream implements StreamReceiver {
  readonly #surroundings: StreamSurroundings;
  #sending: boolean;
  #receiving: boolean;
  #handler: StreamHandler | undefined;
  /** What came before a handler was set. */
  #chunks: Uint8Array[] = [];
  #fin = false;
  #resetCode: number | undefined;
  #stopCode: number | undefined;

  constructor(
    /** The QUIC stream id. */
    readonly id: number,
    readonly sessionId: number,
    surroundings: StreamSurroundings,
    directions: Directions,
  ) {
    this.#surroundings = surroundings;
    this.#sending = directions.sends;
    this.#receiving = directions.receives;
  }

  /** False where only the side that opened the stream writes. */
  get isBidirectional(): boolean {
    // RFC 9000, 2.1.
    return this.id % 4 < 2;
  }

  /** False where the peer alone writes, and once this side is over. */
  get writable(): boolean {
    return this.#sending;
  }

  /** Sets who is told. What came before is delivered within this call. */
  setHandler(handler: StreamHandler): void {
    this.#handler = handler;
    const chunks = this.#chunks;
    this.#returnChunks();
    for (const [index, chunk] of chunks.entries()) handler.data(chunk, this.#fin && index === chunks.length - 1);
    if (this.#fin && chunks.length === 0) handler.data(new Uint8Array(0), true);
    if (this.#resetCode !== undefined) handler.reset(this.#resetCode);
    if (this.#stopCode !== undefined) handler.stopped(this.#stopCode);
  }

  /** Queues `bytes`, which the stream owns from now on; `fin` ends this side. Dropped when this side is over. */
  write(bytes: Uint8Array, fin: boolean): void {
    if (!this.#sending) return;
    this.#surroundings.output.write(this.id, bytes, fin);
    if (!fin) return;
    this.#sending = false;
    this.#settle();
  }

  /** Gives up sending; what is not sent yet is dropped. `code`: 32 bits. */
  reset(code: number): void {
    this.#endSending(toHttp3Code(code));
    this.#settle();
  }

  /** Gives up receiving: no `data` and no `reset` follow, nor what was kept for a handler. `code`: 32 bits. */
  stopSending(code: number): void {
    this.#dropKept();
    this.#endReceiving(toHttp3Code(code));
    this.#settle();
  }

  /** Ends what isn't over yet, with an HTTP/3 code, without telling the handler. For the session and the connection. */
  abandon(http3ErrorCode: number): void {
    this.#dropKept();
    this.#endSending(http3ErrorCode);
    this.#endReceiving(http3ErrorCode);
    this.#settle();
  }

  received(bytes: Uint8Array, fin: boolean): void {
    if (!this.#receiving || (bytes.length === 0 && !fin)) return;
    if (fin) this.#receiving = false;
    if (this.#handler === undefined) this.#keep(bytes, fin);
    else this.#handler.data(bytes, fin);
    if (fin) this.#settle();
  }

  receivedReset(errorCode: number): void {
    if (!this.#receiving) return;
    this.#receiving = false;
    const code = toApplicationCode(errorCode);
    if (this.#handler === undefined) this.#resetCode = code;
    else this.#handler.reset(code);
    this.#settle();
  }

  receivedStop(errorCode: number): void {
    if (!this.#sending) return;
    this.#sending = false;
    const code = toApplicationCode(errorCode);
    if (this.#handler === undefined) this.#stopCode = code;
    else this.#handler.stopped(code);
    this.#settle();
  }

  #keep(bytes: Uint8Array, fin: boolean): void {
    this.#fin = fin;
    if (bytes.length === 0) return;
    if (!this.#surroundings.budget.takeChunk(bytes.length)) {
      this.abandon(http3Code.WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
      this.#resetCode = 0;
      return;
    }
    // A copy: a short chunk may be a view into a long buffer, which must not be kept alive.
    this.#chunks.push(bytes.slice());
  }

  #dropKept(): void {
    this.#returnChunks();
    this.#fin = false;
    this.#resetCode = undefined;
  }

  #returnChunks(): void {
    for (const chunk of this.#chunks) this.#surroundings.budget.returnChunk(chunk.length);
    this.#chunks = [];
  }

  #endSending(http3ErrorCode: number): void {
    if (!this.#sending) return;
    this.#sending = false;
    this.#surroundings.output.reset(this.id, http3ErrorCode);
  }

  #endReceiving(http3ErrorCode: number): void {
    if (!this.#receiving) return;
    this.#receiving = false;
    this.#surroundings.output.stopSending(this.id, http3ErrorCode);
  }

  #settle(): void {
    if (!this.#sending && !this.#receiving) this.#surroundings.streamDone(this);
  }
}
