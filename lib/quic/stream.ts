import type { EngineConnection } from './engine.js';

/** RFC 9000 section 2.1: the two lowest bits of a stream id. */
const SERVER_OPENED = 1;
const UNIDIRECTIONAL = 2;

export function isUnidirectional(streamId: number): boolean {
  return (streamId & UNIDIRECTIONAL) !== 0;
}

export function isOpenedByServer(streamId: number): boolean {
  return (streamId & SERVER_OPENED) !== 0;
}

/** What the driver keeps of one stream: whether it is still read, and what is written and not yet in the engine. */
export class QuicStream {
  readonly id: number;
  /** No more is read: the peer's end or reset has been passed on, or nobody wants it. */
  readDone: boolean;
  /** No more is written: our end is in the engine, or the stream was reset or stopped. */
  writeDone: boolean;
  paused = false;
  /** `write` said that there is too much; whoever writes waits to hear that there isn't any more. */
  aboveHighWater = false;
  /** Bytes written that the engine hasn't taken. */
  queuedBytes = 0;
  readonly #queue: Uint8Array[] = [];
  /** First chunk of the queue that isn't gone, and how much of it is. */
  #head = 0;
  #offset = 0;
  #finQueued = false;
  /** The engine knows the stream; one of our own begins to exist when it is first written to. */
  #exists: boolean;

  /** @param own opened by this side */
  constructor(id: number, own: boolean) {
    this.id = id;
    this.readDone = own && isUnidirectional(id);
    this.writeDone = !own && isUnidirectional(id);
    this.#exists = !own;
  }

  get done(): boolean {
    return this.readDone && this.writeDone;
  }

  get hasQueued(): boolean {
    return !this.writeDone && (this.#head < this.#queue.length || this.#finQueued);
  }

  /** True when the engine knows the stream, so that it may be asked about it. */
  get exists(): boolean {
    return this.#exists;
  }

  push(bytes: Uint8Array, fin: boolean): void {
    if (this.writeDone || this.#finQueued) return;
    if (bytes.length > 0) {
      this.#queue.push(bytes);
      this.queuedBytes += bytes.length;
    }
    this.#finQueued = fin;
  }

  /** Gives the engine what it takes now. Throws what the engine throws: the peer stopped the stream. */
  pump(engine: EngineConnection): void {
    if (!this.#exists && !this.#mayOpen(engine)) return;
    while (this.#head < this.#queue.length) {
      // Asked first: a try at a blocked stream makes a BLOCKED packet each time.
      if (this.#exists && engine.streamCapacity(this.id) <= 0) return;
      if (!this.#sendHead(engine)) return;
    }
    this.#queue.length = 0;
    this.#head = 0;
    if (!this.#finQueued) return;
    if (!this.writeDone && engine.streamSend(this.id, NOTHING, true) === null) return;
    this.#finish();
  }

  /** Forgets what is queued; nothing more is written. */
  drop(): void {
    this.#queue.length = 0;
    this.#head = 0;
    this.#offset = 0;
    this.queuedBytes = 0;
    this.#finish();
  }

  /** @returns false when the engine is full */
  #sendHead(engine: EngineConnection): boolean {
    const chunk = this.#queue[this.#head]!;
    const rest = this.#offset === 0 ? chunk : chunk.subarray(this.#offset);
    const fin = this.#finQueued && this.#head === this.#queue.length - 1;
    const taken = engine.streamSend(this.id, rest, fin);
    if (taken === null) return false;
    this.#exists = true;
    this.queuedBytes -= taken;
    if (taken < rest.length) {
      this.#offset += taken;
      return false;
    }
    this.#offset = 0;
    this.#head++;
    if (this.#head >= COMPACT_AT && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    if (fin) this.writeDone = true;
    return true;
  }

  #finish(): void {
    this.#finQueued = false;
    this.writeDone = true;
  }

  /** The peer limits how many streams there may be at a time; beyond, a stream waits. */
  #mayOpen(engine: EngineConnection): boolean {
    return (isUnidirectional(this.id) ? engine.peerStreamsLeftUni() : engine.peerStreamsLeftBidi()) > 0;
  }
}

/** A queue that never empties sheds what is gone in lumps, so that taking a chunk stays cheap. */
const COMPACT_AT = 256;
const NOTHING = new Uint8Array(0);
