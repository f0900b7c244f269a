import type { CancelTimer, Clock } from '../clock.js';

/** What one direction of a wire in memory does with what is sent through it. Tests change it while it runs. */
export interface PipeOptions {
  /** Milliseconds from leaving to arriving. */
  delayMs: number;
  /** Size of the next chunk that is handed over, in bytes; asked anew for each. The default cuts nothing. */
  chunkBytes: () => number;
  /** Bytes under way or not yet read, at most: the transport's window. */
  windowBytes: number;
}

export const defaultPipeOptions: PipeOptions = {
  delayMs: 0,
  chunkBytes: () => Number.POSITIVE_INFINITY,
  // As QUIC streams are run here (DESIGN 5).
  windowBytes: 64 * 1024,
};

/** Datagrams under way at most, as on a QUIC connection of the gateway; more are lost. */
const DATAGRAMS_UNDER_WAY = 64;

/** The far end of a pipe. */
export interface PipeReceiver {
  data(chunk: Uint8Array): void;
  datagram(datagram: Uint8Array): void;
  /** The sender ended its side; everything written before has been handed over. */
  fin(): void;
  /** The close of the link itself: it overtakes bytes, as a CLOSE capsule does. */
  linkClosed(code: number, reason: string): void;
}

/** The near end: told when its bytes were taken. */
export interface PipeSender {
  taken(): void;
}

/**
 * One direction of a wire: bytes in order within a window, and, out of order with them, datagrams and the close.
 *
 *     write ─► outbox ─(next turn, while the window has room)─► under way ─(delay, while the receiver reads)─► data
 *
 * Everything moves in `#step`, which one clock timer calls; so it is as deterministic as its clock.
 */
export class Pipe {
  readonly #clock: Clock;
  readonly #options: PipeOptions;
  #sender: PipeSender = { taken: () => undefined };
  #receiver: PipeReceiver | undefined;
  #outbox: Uint8Array[] = [];
  #outboxBytes = 0;
  #finWritten = false;
  #finLeft = false;
  /** Bytes under way in order; an empty one is the end of the stream. */
  #underWay: { bytes: Uint8Array; dueAt: number }[] = [];
  #underWayBytes = 0;
  #lastDueAt = 0;
  #datagrams: { bytes: Uint8Array; dueAt: number }[] = [];
  #close: { code: number; reason: string; dueAt: number } | undefined;
  #reading = false;
  #stalled = false;
  #bytesUntilCut = Number.POSITIVE_INFINITY;
  #cut: () => void = () => undefined;
  #broken = false;
  #stepping = false;
  #wakeAt = Number.POSITIVE_INFINITY;
  #cancelWake: CancelTimer | undefined;

  constructor(clock: Clock, options: PipeOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Joins the two ends; `cut` breaks the wire that this pipe is part of. */
  connect(sender: PipeSender, receiver: PipeReceiver, cut: () => void): void {
    this.#sender = sender;
    this.#receiver = receiver;
    this.#cut = cut;
  }

  // -- what tests do to it

  set delayMs(delayMs: number) {
    this.#options.delayMs = delayMs;
  }

  /** See {@link PipeOptions.chunkBytes}. */
  set chunkBytes(chunkBytes: () => number) {
    this.#options.chunkBytes = chunkBytes;
  }

  /** Nothing moves any more, and nobody is told: the network has gone silent. */
  stall(): void {
    this.#stalled = true;
  }

  /** Ends a stall; what waited goes on, but for datagrams, which are lost. */
  release(): void {
    this.#stalled = false;
    this.#wake(0);
  }

  /** Breaks the whole wire once `bytes` more bytes have been handed over: in the middle of a frame, say. */
  cutAfter(bytes: number): void {
    this.#bytesUntilCut = bytes;
  }

  // -- the sender's side

  /** Bytes written that the network has not taken. */
  get outboxBytes(): number {
    return this.#outboxBytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#finWritten || this.#broken || bytes.length === 0) return;
    this.#outbox.push(bytes);
    this.#outboxBytes += bytes.length;
    this.#wake(0);
  }

  /** @returns false when it is lost at once */
  sendDatagram(bytes: Uint8Array): boolean {
    if (this.#stalled || this.#broken || this.#datagrams.length >= DATAGRAMS_UNDER_WAY) return false;
    this.#datagrams.push({ bytes: bytes.slice(), dueAt: this.#clock.now() + this.#options.delayMs });
    this.#wake(0);
    return true;
  }

  /** Ends the stream behind what is written. */
  end(): void {
    if (this.#finWritten) return;
    this.#finWritten = true;
    this.#wake(0);
  }

  sendClose(code: number, reason: string): void {
    this.#close ??= { code, reason, dueAt: this.#clock.now() + this.#options.delayMs };
    this.#wake(0);
  }

  /** Forgets what was written and is still under way. */
  drop(): void {
    this.#outbox = [];
    this.#outboxBytes = 0;
    this.#underWay = [];
    this.#underWayBytes = 0;
    this.#datagrams = [];
    this.#finWritten = true;
    this.#finLeft = true;
  }

  // -- the receiver's side

  /** Whether bytes are handed over; datagrams that arrive while they aren't are lost. */
  set reading(reading: boolean) {
    this.#reading = reading;
    if (reading) this.#wake(0);
  }

  /** Nothing comes out any more. */
  break(): void {
    this.drop();
    this.#broken = true;
    this.#cancelWake?.();
    this.#cancelWake = undefined;
  }

  // -- moving

  #wake(delayMs: number): void {
    const at = this.#clock.now() + delayMs;
    if (this.#broken || this.#stepping || at >= this.#wakeAt) return;
    this.#cancelWake?.();
    this.#wakeAt = at;
    this.#cancelWake = this.#clock.after(delayMs, () => {
      this.#cancelWake = undefined;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#step();
    });
  }

  #step(): void {
    if (this.#stalled) {
      this.#datagrams = [];
      return;
    }
    this.#stepping = true;
    try {
      const taken = this.#takeOutbox();
      this.#deliverDatagrams();
      // What a handler writes meanwhile waits for the next turn.
      while (this.#deliverNext());
      this.#deliverClose();
      if (taken && !this.#broken) this.#sender.taken();
    } finally {
      this.#stepping = false;
      if (!this.#broken) this.#scheduleNext();
    }
  }

  #scheduleNext(): void {
    const now = this.#clock.now();
    const due: number[] = [];
    const windowHasRoom = this.#underWayBytes < this.#options.windowBytes;
    if (this.#outboxBytes > 0 && windowHasRoom) due.push(now);
    if (this.#finWritten && this.#outboxBytes === 0 && !this.#finLeft) due.push(now);
    if (this.#reading && this.#underWay.length > 0) due.push(this.#underWay[0]!.dueAt);
    if (this.#datagrams.length > 0) due.push(this.#datagrams[0]!.dueAt);
    if (this.#close !== undefined) due.push(this.#close.dueAt);
    if (due.length > 0) this.#wake(Math.max(0, Math.min(...due) - now));
  }

  /** Moves what the window has room for under way, in one piece; says whether bytes were taken. */
  #takeOutbox(): boolean {
    const room = this.#options.windowBytes - this.#underWayBytes;
    const bytes = Math.min(this.#outboxBytes, room);
    this.#lastDueAt = Math.max(this.#lastDueAt, this.#clock.now() + this.#options.delayMs);
    if (bytes > 0) {
      this.#underWay.push({ bytes: this.#takeBytes(bytes), dueAt: this.#lastDueAt });
      this.#underWayBytes += bytes;
    }
    if (this.#finWritten && this.#outboxBytes === 0 && !this.#finLeft) {
      this.#finLeft = true;
      this.#underWay.push({ bytes: new Uint8Array(0), dueAt: this.#lastDueAt });
    }
    return bytes > 0;
  }

  #takeBytes(count: number): Uint8Array {
    const taken = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      const head = this.#outbox[0]!;
      const part = head.subarray(0, count - filled);
      taken.set(part, filled);
      filled += part.length;
      if (part.length === head.length) this.#outbox.shift();
      else this.#outbox[0] = head.subarray(part.length);
    }
    this.#outboxBytes -= count;
    return taken;
  }

  #deliverDatagrams(): void {
    while (this.#datagrams.length > 0 && this.#datagrams[0]!.dueAt <= this.#clock.now()) {
      const { bytes } = this.#datagrams.shift()!;
      if (this.#reading) this.#receiver?.datagram(bytes);
    }
  }

  /** Hands over one chunk, or the end of the stream, if it is due; says whether it did. */
  #deliverNext(): boolean {
    const head = this.#underWay[0];
    if (head === undefined || head.dueAt > this.#clock.now() || !this.#reading || this.#stalled) return false;
    const chunk = head.bytes.slice(0, Math.min(Math.max(1, this.#options.chunkBytes()), this.#bytesUntilCut));
    if (chunk.length === head.bytes.length) this.#underWay.shift();
    else head.bytes = head.bytes.subarray(chunk.length);
    this.#underWayBytes -= chunk.length;
    this.#bytesUntilCut -= chunk.length;
    if (chunk.length > 0) this.#receiver?.data(chunk);
    else if (head.bytes.length === 0) this.#receiver?.fin();
    if (this.#bytesUntilCut <= 0) this.#cut();
    return !this.#broken;
  }

  #deliverClose(): void {
    if (this.#close === undefined || this.#close.dueAt > this.#clock.now() || this.#broken) return;
    const { code, reason } = this.#close;
    this.#close = undefined;
    this.#receiver?.linkClosed(code, reason);
  }
}
