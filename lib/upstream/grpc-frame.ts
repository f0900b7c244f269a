/** How gRPC puts one message on a stream (grpc/doc/PROTOCOL-HTTP2.md): a flag "compressed", four bytes of length, the message. */
const PREFIX_BYTES = 5;

export function frameMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

/** Why a reply can't be taken. */
export type FrameFault = 'too large' | 'compressed' | 'more than one message';

/** Puts the one message of a unary reply together from chunks cut anywhere. Allocates nothing over `maxBytes`. */
export class MessageReader {
  readonly #maxBytes: number;
  /** Bytes of the frame that have come, its prefix among them. */
  #received = 0;
  #flag = 0;
  #length = 0;
  #message: Buffer | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A copy of its own; undefined until all of it has come. */
  get message(): Uint8Array | undefined {
    return this.#received === PREFIX_BYTES + this.#length ? this.#message : undefined;
  }

  /** After a fault the reader is of no more use. */
  push(chunk: Uint8Array): FrameFault | undefined {
    let at = 0;
    for (; this.#received < PREFIX_BYTES && at < chunk.length; at++) this.#takePrefix(chunk[at]!);
    if (this.#received < PREFIX_BYTES) return undefined;
    if (this.#message === undefined) {
      if (this.#flag !== 0) return 'compressed';
      if (this.#length > this.#maxBytes) return 'too large';
      this.#message = Buffer.allocUnsafe(this.#length);
    }
    const have = this.#received - PREFIX_BYTES;
    if (chunk.length - at > this.#length - have) return 'more than one message';
    this.#message.set(at === 0 ? chunk : chunk.subarray(at), have);
    this.#received += chunk.length - at;
    return undefined;
  }

  #takePrefix(byte: number): void {
    if (this.#received === 0) this.#flag = byte;
    else this.#length = this.#length * 256 + byte;
    this.#received++;
  }
}

/** A time that is left as the value of grpc-timeout: at most eight digits and a unit; never less than `ms`. */
export function timeoutHeader(ms: number): string {
  if (ms <= MAX_TIMEOUT_VALUE) return `${Math.max(1, Math.ceil(ms))}m`;
  return `${Math.min(MAX_TIMEOUT_VALUE, Math.ceil(ms / 1000))}S`;
}

const MAX_TIMEOUT_VALUE = 99_999_999;

/** Takes the messages of a stream. */
export interface MessageSink {
  /** One whole message: a view that is good until this returns. */
  message(bytes: Uint8Array): void;
  /**
   * A message over the limit begins with `head` and has `length` bytes in all.
   * @returns true if the rest of it may be passed over; false ends the stream
   */
  oversized(head: Uint8Array, length: number): boolean;
}

/** Cuts what comes on a stream of many messages into them. Holds at most one message, of `maxBytes`. */
export class MessageSplitter {
  readonly #maxBytes: number;
  readonly #sink: MessageSink;
  /** Bytes of the present message's prefix that have come. */
  #prefix = 0;
  #flag = 0;
  #length = 0;
  /** Of a message that came in pieces: all of it, or the head of one over the limit. */
  #parts: Buffer | undefined;
  #received = 0;
  /** Bytes still to be passed over. */
  #skip = 0;

  constructor(maxBytes: number, sink: MessageSink) {
    this.#maxBytes = maxBytes;
    this.#sink = sink;
  }

  /** After a fault the splitter is of no more use. */
  push(chunk: Uint8Array): FrameFault | undefined {
    let at = Math.min(this.#skip, chunk.length);
    this.#skip -= at;
    while (at < chunk.length) {
      if (this.#prefix < PREFIX_BYTES) {
        this.#takePrefix(chunk[at++]!);
        if (this.#prefix < PREFIX_BYTES) continue;
        if (this.#flag !== 0) return 'compressed';
        if (this.#length === 0) this.#whole(NOTHING);
        continue;
      }
      const wanted = this.#length > this.#maxBytes ? Math.min(HEAD_BYTES, this.#length) : this.#length;
      const taken = Math.min(wanted - this.#received, chunk.length - at);
      const part = chunk.subarray(at, at + taken);
      at += taken;
      if (taken < wanted) this.#keep(part, wanted);
      this.#received += taken;
      if (this.#received < wanted) continue;
      const bytes = this.#parts ?? part;
      if (this.#length <= this.#maxBytes) {
        this.#whole(bytes);
        continue;
      }
      if (!this.#sink.oversized(bytes, this.#length)) return 'too large';
      const rest = this.#length - wanted;
      const passed = Math.min(rest, chunk.length - at);
      this.#skip = rest - passed;
      at += passed;
      this.#next();
    }
    return undefined;
  }

  #takePrefix(byte: number): void {
    if (this.#prefix === 0) this.#flag = byte;
    else this.#length = this.#length * 256 + byte;
    this.#prefix++;
  }

  #keep(part: Uint8Array, wanted: number): void {
    this.#parts ??= Buffer.allocUnsafe(wanted);
    this.#parts.set(part, this.#received);
  }

  #whole(bytes: Uint8Array): void {
    this.#next();
    this.#sink.message(bytes);
  }

  #next(): void {
    this.#prefix = 0;
    this.#length = 0;
    this.#received = 0;
    this.#parts = undefined;
  }
}

/** Of a message over the limit: enough to see what it belongs to. */
const HEAD_BYTES = 32;
const NOTHING = new Uint8Array(0);
