import { readVarint, varintLength } from './varint.js';

/** How the value of a record is wanted: in one piece, as it comes, or not at all. */
export type Disposition = 'whole' | 'pieces' | 'skip';

export interface RecordHandler {
  /** A record begins. Refuses, by throwing, what is not allowed here or too long to be had whole. */
  begin(type: number, length: number): Disposition;
  /** The value of a record that was wanted whole. Only valid during the call. */
  whole(type: number, value: Uint8Array): void;
  /** Some more of the value of a record that was wanted in pieces. Only valid during the call. */
  piece(type: number, value: Uint8Array): void;
}

/** Longest header: two variable-length integers of 8 bytes. */
const maxHeaderBytes = 16;

/**
 * Cuts a byte stream into records of type, length and value: HTTP/3's frames (RFC 9114, 7.1) and the capsules inside
 * them (RFC 9297, 3.2) look the same. Holds at most one header and one value that the handler wanted whole, and of that
 * only as much as has come.
 */
export class RecordReader {
  readonly #handler: RecordHandler;
  readonly #header = new Uint8Array(maxHeaderBytes);
  #headerBytes = 0;
  #inValue = false;
  #type = 0;
  #remaining = 0;
  #disposition: Disposition = 'skip';
  #held = new Uint8Array(0);
  #heldBytes = 0;
  #stopped = false;

  constructor(handler: RecordHandler) {
    this.#handler = handler;
  }

  /** True between records: the stream may end here. */
  get atBoundary(): boolean {
    return this.#headerBytes === 0 && !this.#inValue;
  }

  push(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length && !this.#stopped) {
      offset = this.#inValue ? this.#readValue(bytes, offset) : this.#readHeader(bytes, offset);
    }
  }

  /** Drops the rest of what is being read and everything after it. */
  stop(): void {
    this.#stopped = true;
  }

  #readHeader(bytes: Uint8Array, from: number): number {
    let offset = from;
    while (offset < bytes.length) {
      this.#header[this.#headerBytes++] = bytes[offset++]!;
      if (this.#headerComplete()) {
        this.#begin();
        break;
      }
    }
    return offset;
  }

  #headerComplete(): boolean {
    const typeLength = varintLength(this.#header[0]!);
    if (this.#headerBytes <= typeLength) return false;
    return this.#headerBytes === typeLength + varintLength(this.#header[typeLength]!);
  }

  #begin(): void {
    this.#type = readVarint(this.#header, 0);
    this.#remaining = readVarint(this.#header, varintLength(this.#header[0]!));
    this.#headerBytes = 0;
    this.#inValue = true;
    this.#heldBytes = 0;
    this.#disposition = this.#handler.begin(this.#type, this.#remaining);
    if (this.#remaining === 0) this.#end(new Uint8Array(0));
  }

  #readValue(bytes: Uint8Array, from: number): number {
    const end = from + Math.min(this.#remaining, bytes.length - from);
    const part = bytes.subarray(from, end);
    const isWhole = this.#heldBytes === 0 && part.length === this.#remaining;
    this.#remaining -= part.length;
    if (this.#disposition === 'pieces') this.#handler.piece(this.#type, part);
    else if (this.#disposition === 'whole' && !isWhole) this.#hold(part);
    if (this.#remaining === 0) this.#end(isWhole ? part : this.#held.subarray(0, this.#heldBytes));
    return end;
  }

  #hold(part: Uint8Array): void {
    const needed = this.#heldBytes + part.length;
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = larger;
    }
    this.#held.set(part, this.#heldBytes);
    this.#heldBytes = needed;
  }

  #end(value: Uint8Array): void {
    this.#inValue = false;
    const wanted = this.#disposition === 'whole' && !this.#stopped;
    this.#held = new Uint8Array(0);
    this.#heldBytes = 0;
    if (wanted) this.#handler.whole(this.#type, value);
  }
}
