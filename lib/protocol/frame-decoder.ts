import { GatesvrError } from '../errors.js';

/** A length prefix below 2^28 fits four bytes; the largest frame is 16 MiB. */
const MAX_PREFIX_BYTES = 4;

/** Room that a partial frame starts with; it doubles as bytes really arrive, so a length alone reserves nothing. */
const INITIAL_PARTIAL_BYTES = 256;

/**
 * Cuts a byte stream, split anywhere, into frames: `varint length · message`. Pure.
 *
 *     decoder.push(chunk);
 *     for (let frame; (frame = decoder.next()) !== undefined; ) …
 *
 * A frame that lies whole in one chunk is handed out as a view of it, without a copy. A length is checked against the
 * limit as soon as it is read, before a byte of the frame is kept.
 */
export class FrameDecoder {
  #limit: number;
  #chunk: Uint8Array = EMPTY;
  #offset = 0;
  /** The frame that began in an earlier chunk, its length prefix included. */
  #partial: Uint8Array = EMPTY;
  #partialBytes = 0;
  #bytes: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;

  /** @param limit longest frame accepted, in bytes without its length prefix */
  constructor(limit: number) {
    this.#limit = limit;
  }

  set limit(bytes: number) {
    this.#limit = bytes;
  }

  /** Bytes of an unfinished frame that are kept. */
  get pendingBytes(): number {
    return this.#partialBytes + this.#chunk.length - this.#offset;
  }

  /** Takes the next bytes of the stream, which the decoder owns from now on. Call `next` until it has no more. */
  push(chunk: Uint8Array): void {
    if (this.#offset < this.#chunk.length) throw new Error('push before next returned undefined');
    this.#chunk = chunk;
    this.#offset = 0;
  }

  /**
   * The next whole frame, or undefined when more bytes are needed.
   * @throws GatesvrError FRAME_TOO_LARGE, or BAD_FRAME when the length is no varint; the stream can't be read on then
   */
  next(): Uint8Array | undefined {
    return this.advance() ? this.#bytes.subarray(this.#start, this.#end) : undefined;
  }

  /**
   * The same for who reads the frame where it lies, as the `bytes` from `start` up to `end`: a view of each costs as much
   * as decoding a small one.
   * @returns false when more bytes are needed
   * @throws as `next` does
   */
  advance(): boolean {
    return this.#partialBytes > 0 ? this.#advanceInPartial() : this.#advanceInChunk();
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  #advanceInChunk(): boolean {
    const prefix = readPrefix(this.#chunk, this.#offset, this.#chunk.length);
    if (prefix !== undefined) {
      this.#check(prefix.length);
      const end = prefix.end + prefix.length;
      if (end <= this.#chunk.length) {
        this.#offset = end;
        return this.#found(this.#chunk, prefix.end, end);
      }
    }
    this.#keep(this.#chunk.length - this.#offset);
    return false;
  }

  #advanceInPartial(): boolean {
    let prefix = readPrefix(this.#partial, 0, this.#partialBytes);
    while (prefix === undefined && this.#offset < this.#chunk.length) {
      this.#keep(1);
      prefix = readPrefix(this.#partial, 0, this.#partialBytes);
    }
    if (prefix === undefined) return false;
    this.#check(prefix.length);
    const end = prefix.end + prefix.length;
    this.#keep(Math.min(end - this.#partialBytes, this.#chunk.length - this.#offset));
    if (this.#partialBytes < end) return false;
    const bytes = this.#partial;
    this.#partial = EMPTY;
    this.#partialBytes = 0;
    return this.#found(bytes, prefix.end, end);
  }

  #found(bytes: Uint8Array, start: number, end: number): true {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    return true;
  }

  #check(length: number): void {
    if (length > this.#limit) {
      throw new GatesvrError('FRAME_TOO_LARGE', `${length} bytes announced, at most ${this.#limit} allowed`);
    }
  }

  /** Moves `bytes` from the chunk to the partial frame. */
  #keep(bytes: number): void {
    const needed = this.#partialBytes + bytes;
    if (needed > this.#partial.length) {
      const grown = new Uint8Array(Math.max(needed, this.#partial.length * 2, INITIAL_PARTIAL_BYTES));
      grown.set(this.#partial.subarray(0, this.#partialBytes));
      this.#partial = grown;
    }
    this.#partial.set(this.#chunk.subarray(this.#offset, this.#offset + bytes), this.#partialBytes);
    this.#partialBytes = needed;
    this.#offset += bytes;
  }
}

const EMPTY = new Uint8Array(0);

/** Reads the length at `offset`; undefined when it is cut off. */
function readPrefix(bytes: Uint8Array, offset: number, end: number): { length: number; end: number } | undefined {
  let length = 0;
  for (let i = 0; i < MAX_PREFIX_BYTES; i++) {
    if (offset + i >= end) return undefined;
    const byte = bytes[offset + i]!;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { length, end: offset + i + 1 };
  }
  throw new GatesvrError('BAD_FRAME', `a frame's length is longer than ${MAX_PREFIX_BYTES} bytes`);
}
