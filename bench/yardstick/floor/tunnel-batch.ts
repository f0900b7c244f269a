import { varintSize, writeVarint } from '../../../lib/protocol/varint.js';

/** gRPC's flag and length in front of each message of a stream. */
const PREFIX_BYTES = 5;
/** Where a batch is cut (PROTOCOL 9). */
const MAX_BATCH_BYTES = 1 << 20;
const FIRST_ROOM = 64 * 1024;

/** Field numbers of proto/upstream.proto with their wire types: varint 0, bytes 2. */
const ENTRY = (1 << 3) | 2;
const ID = 1 << 3;
const REQUEST_PAYLOAD = (8 << 3) | 2;
const CODE = 2 << 3;
const RESPONSE_PAYLOAD = (4 << 3) | 2;

/** Writes requests straight into the bytes of one TunnelRequest, as a message of a gRPC stream. */
export class RequestBatch {
  #room: Uint8Array = Buffer.allocUnsafe(FIRST_ROOM);
  #used = PREFIX_BYTES;

  get empty(): boolean {
    return this.#used === PREFIX_BYTES;
  }

  get full(): boolean {
    return this.#used >= MAX_BATCH_BYTES;
  }

  /** @param constant the encoded fields that all requests of a player share */
  add(constant: Uint8Array, id: number, bytes: Uint8Array, start: number, end: number): void {
    const payload = end - start;
    const size = constant.length + 1 + varintSize(id) + 1 + varintSize(payload) + payload;
    const needed = this.#used + 1 + varintSize(size) + size;
    if (needed > this.#room.length) this.#grow(needed);
    const room = this.#room;
    let at = this.#used;
    room[at++] = ENTRY;
    at = writeVarint(room, at, size);
    room.set(constant, at);
    at += constant.length;
    room[at++] = ID;
    at = writeVarint(room, at, id);
    room[at++] = REQUEST_PAYLOAD;
    at = writeVarint(room, at, payload);
    room.set(bytes.subarray(start, end), at);
    this.#used = at + payload;
  }

  /** The message; the caller owns it, and the next one begins. */
  take(): Uint8Array {
    const message = this.#room.subarray(0, this.#used);
    writePrefix(message, this.#used - PREFIX_BYTES);
    this.#room = Buffer.allocUnsafe(Math.max(FIRST_ROOM, this.#used));
    this.#used = PREFIX_BYTES;
    return message;
  }

  #grow(needed: number): void {
    const room = Buffer.allocUnsafe(2 * needed);
    room.set(this.#room.subarray(0, this.#used));
    this.#room = room;
  }
}

export type OnResponse = (id: number, code: number, bytes: Uint8Array, start: number, end: number) => void;

/** Cuts what a Tunnel sends, split anywhere, into responses. */
export class ResponseReader {
  readonly #onResponse: OnResponse;
  #parts: Uint8Array[] = [];
  #received = 0;
  /** Bytes wanted before it is worth looking. */
  #wanted = PREFIX_BYTES;
  /** Where the last varint ended. */
  #at = 0;

  /** @param onResponse told of each response, with where its payload lies; code 0 reads as 200 */
  constructor(onResponse: OnResponse) {
    this.#onResponse = onResponse;
  }

  push(chunk: Uint8Array): void {
    this.#parts.push(chunk);
    this.#received += chunk.length;
    if (this.#received < this.#wanted) return;
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    let at = 0;
    this.#wanted = PREFIX_BYTES;
    while (bytes.length - at >= PREFIX_BYTES) {
      const end = at + PREFIX_BYTES + readLength(bytes, at);
      if (end > bytes.length) {
        this.#wanted = end - at;
        break;
      }
      this.#message(bytes, at + PREFIX_BYTES, end);
      at = end;
    }
    this.#received = bytes.length - at;
    this.#parts = this.#received === 0 ? [] : [bytes.subarray(at)];
  }

  #message(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (bytes[at] !== ENTRY) throw new Error(`a Tunnel sent field ${bytes[at]}`);
      const size = this.#varint(bytes, at + 1);
      at = this.#at + size;
      this.#response(bytes, this.#at, at);
    }
  }

  #response(bytes: Uint8Array, start: number, end: number): void {
    let [id, code, from, to] = [0, 0, end, end];
    for (let at = start; at < end; at = this.#at) {
      const tag = bytes[at]!;
      const value = this.#varint(bytes, at + 1);
      if (tag === ID) id = value;
      else if (tag === CODE) code = value;
      else if ((tag & 7) === 2) {
        if (tag === RESPONSE_PAYLOAD) [from, to] = [this.#at, this.#at + value];
        this.#at += value;
      } else if ((tag & 7) !== 0) throw new Error(`a Tunnel's response has a field ${tag}`);
    }
    this.#onResponse(id, code, bytes, from, to);
  }

  #varint(bytes: Uint8Array, start: number): number {
    let at = start;
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
    }
    this.#at = at;
    return value;
  }
}

function writePrefix(message: Uint8Array, length: number): void {
  message[0] = 0;
  message[1] = length >>> 24;
  message[2] = length >>> 16;
  message[3] = length >>> 8;
  message[4] = length;
}

function readLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0;
}
