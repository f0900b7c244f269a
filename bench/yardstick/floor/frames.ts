/** A frame of the floor, both ways: four bytes of length, four of id, the payload. The length counts what follows it. */
const LENGTH_BYTES = 4;
const ID_BYTES = 4;
/** Room that the frames of a turn start with. */
const FIRST_ROOM = 2048;

export type OnFrame = (id: number, bytes: Uint8Array, start: number, end: number) => void;

/** Cuts a byte stream, split anywhere, into frames. */
export class FrameCutter {
  readonly #onFrame: OnFrame;
  #rest: Uint8Array | undefined;

  /** @param onFrame told of each frame, with where its payload lies */
  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  push(chunk: Uint8Array): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + readUint32(bytes, at);
      if (end > bytes.length) break;
      this.#onFrame(readUint32(bytes, at + LENGTH_BYTES), bytes, at + LENGTH_BYTES + ID_BYTES, end);
      at = end;
    }
    this.#rest = at === bytes.length ? undefined : bytes.subarray(at);
  }
}

/** Collects frames, so that those of one turn leave as one write. */
export class FrameCollector {
  #room: Uint8Array = NOTHING;
  #used = 0;

  get empty(): boolean {
    return this.#used === 0;
  }

  add(id: number, bytes: Uint8Array, start: number, end: number): void {
    const size = LENGTH_BYTES + ID_BYTES + end - start;
    if (this.#used + size > this.#room.length) this.#grow(size);
    writeUint32(this.#room, this.#used, size - LENGTH_BYTES);
    writeUint32(this.#room, this.#used + LENGTH_BYTES, id);
    this.#room.set(bytes.subarray(start, end), this.#used + LENGTH_BYTES + ID_BYTES);
    this.#used += size;
  }

  /** All frames since the last call; the caller owns them. */
  take(): Uint8Array {
    const taken = this.#room.subarray(0, this.#used);
    // What is left of the room is good for the next turns.
    this.#room = this.#room.subarray(this.#used);
    this.#used = 0;
    return taken;
  }

  #grow(size: number): void {
    const room = Buffer.allocUnsafe(Math.max(FIRST_ROOM, 2 * (this.#used + size)));
    room.set(this.#room.subarray(0, this.#used));
    this.#room = room;
  }
}

const NOTHING = new Uint8Array(0);

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
