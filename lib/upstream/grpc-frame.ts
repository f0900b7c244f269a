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
