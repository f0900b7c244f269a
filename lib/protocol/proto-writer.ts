import { varintSize, writeVarint } from './varint.js';

/**
 * Writes protobuf messages one after the other into memory that is used again: for messages of which there are many. A
 * field with protobuf's default takes no bytes. Tags are given as they stand on the wire: number × 8 + wire type, below 128.
 */
export class ProtoWriter {
  #bytes: Uint8Array;
  #at = 0;

  constructor(capacity = 16_384) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  /** What was written; a view, good until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** A copy of what was written from `start` on. */
  since(start: number): Uint8Array {
    return this.#bytes.slice(start, this.#at);
  }

  /** Takes back all that was written after `length`; memory that was needed for something large is given up. */
  rewind(length: number): void {
    this.#at = length;
    if (length === 0 && this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(KEPT_BYTES);
  }

  uint(tag: number, value: number): void {
    if (value === 0) return;
    this.#reserve(1 + MAX_VARINT);
    this.#bytes[this.#at++] = tag;
    this.#at = writeVarint(this.#bytes, this.#at, value);
  }

  /** One number of a packed list. */
  number(value: number): void {
    this.#reserve(MAX_VARINT);
    this.#at = writeVarint(this.#bytes, this.#at, value);
  }

  bytes(tag: number, value: Uint8Array): void {
    if (value.length === 0) return;
    this.#reserve(1 + MAX_VARINT + value.length);
    this.#bytes[this.#at++] = tag;
    this.#at = writeVarint(this.#bytes, this.#at, value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  text(tag: number, value: string): void {
    if (value !== '') this.textItem(tag, value);
  }

  /** One text of a list or a map: also an empty one counts. */
  textItem(tag: number, value: string): void {
    const { length } = value;
    if (length <= SHORT_TEXT && this.#ascii(tag, value)) return;
    this.#reserve(1 + MAX_VARINT + 3 * length);
    const encoded = encoder.encode(value);
    this.#bytes[this.#at++] = tag;
    this.#at = writeVarint(this.#bytes, this.#at, encoded.length);
    this.#bytes.set(encoded, this.#at);
    this.#at += encoded.length;
  }

  /** Bytes of fields that were written before. */
  raw(fields: Uint8Array): void {
    this.#reserve(fields.length);
    this.#bytes.set(fields, this.#at);
    this.#at += fields.length;
  }

  /**
   * Begins a message in the message.
   * @param about how long it will be; a good guess saves moving it
   * @returns for {@link end}
   */
  begin(tag: number, about: number): number {
    this.#reserve(1 + MAX_VARINT);
    this.#bytes[this.#at++] = tag;
    this.#at += varintSize(about);
    return this.#at;
  }

  /** Ends the message that began at `start`. */
  end(start: number, about: number): void {
    const length = this.#at - start;
    const room = varintSize(about);
    const needed = varintSize(length);
    if (needed !== room) {
      this.#reserve(MAX_VARINT);
      this.#bytes.copyWithin(start - room + needed, start, this.#at);
      this.#at += needed - room;
    }
    writeVarint(this.#bytes, start - room, length);
  }

  /** Short texts are names and ids: a loop over them is faster than a call of the encoder. */
  #ascii(tag: number, value: string): boolean {
    const { length } = value;
    this.#reserve(2 + length);
    const bytes = this.#bytes;
    const start = this.#at + 2;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      bytes[start + i] = code;
    }
    bytes[this.#at] = tag;
    bytes[this.#at + 1] = length;
    this.#at = start + length;
    return true;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

/** Of a number below 2^53. */
const MAX_VARINT = 8;
/** Below 128, so that one byte holds the length. */
const SHORT_TEXT = 64;
/** Enough for the batches of a busy turn. */
const KEPT_BYTES = 262_144;
const encoder = new TextEncoder();
