import { frameSize, writeFrame } from '../protocol/message-codec.js';
import type { Unit } from './unit.js';

/** Where units come from: the player's queue, while this session is the one it is attached to. */
export interface UnitSource {
  /** The next unit to write now, undefined when nothing is due. */
  take(now: number): Unit | undefined;
  /** Every number up to here was taken on this connection or is void. */
  readonly takenUpTo: number;
}

/** Where bytes go: a Connection. */
export interface ByteSink {
  /** Owns `bytes` from now on. False: taken, but write no more until `drained`. */
  write(bytes: Uint8Array): boolean;
}

export interface OrderedSenderOptions {
  readonly source: UnitSource;
  readonly sink: ByteSink;
  /** Calls `flush` once, at the end of the turn. */
  readonly schedule: (flush: () => void) => void;
  /** Highest client seq accepted; rides on every frame. */
  readonly ack: () => number;
  /** The time, in ms; asked once a write. */
  readonly now: () => number;
}

/**
 * Bytes taken for one write. Below the connection's high-water mark it keeps one player's replay from holding up a turn
 * that thousands share; 256 KiB is 2 ms at the 130 MB/s of one QUIC stream (DESIGN 5).
 */
const FLUSH_BYTES = 256 * 1024;

/** Of one write, at most: as much as makes a connection say that it is full, so that units keep most of a write. */
const VOLATILE_BYTES = 64 * 1024;

/**
 * Writes what is due to one connection: all of a turn as one write of one buffer, control frames first, and nothing
 * while the connection has no room, so that units wait in the queue where they can still be replaced. One a session.
 */
export class OrderedSender {
  readonly #source: UnitSource;
  readonly #sink: ByteSink;
  readonly #schedule: (flush: () => void) => void;
  readonly #ack: () => number;
  readonly #now: () => number;

  /** Control frames due at once. Few: answers to the client's own frames and what precedes a close. */
  #controls: Uint8Array[] = [];
  /** Control frames that wait until a number was taken: `Replayed`, one a session. */
  #placed: PlacedControl[] = [];
  /** Frames that may get lost; never kept beyond the turn. */
  #volatiles: Uint8Array[] = [];
  #volatileBytes = 0;
  /** The write being put together, in order. */
  readonly #batch: Frame[] = [];
  #batchBytes = 0;

  #scheduled = false;
  #blocked = false;
  #stopped = false;
  #framesWritten = 0;

  readonly #onTurnEnd = (): void => {
    this.#scheduled = false;
    this.#flush();
  };

  constructor({ source, sink, schedule, ack, now }: OrderedSenderOptions) {
    this.#source = source;
    this.#sink = sink;
    this.#schedule = schedule;
    this.#ack = ack;
    this.#now = now;
  }

  /** Frames written so far. */
  get framesWritten(): number {
    return this.#framesWritten;
  }

  /** True while the connection has no room. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** Control frames not yet written. A session that answers its client's frames bounds them by not answering. */
  get waitingControls(): number {
    return this.#controls.length + this.#placed.length;
  }

  /**
   * Queues an unnumbered frame. With `afterSeq` it goes out right behind the last unit up to that seq; without, it goes
   * before any unit not yet taken, and never waits for one with `afterSeq`.
   * @param body as `encodeBody` makes it; empty for a bare acknowledgement
   */
  control(body: Uint8Array, afterSeq?: number): void {
    if (this.#stopped) return;
    if (afterSeq === undefined) this.#controls.push(body);
    else this.#placed.push({ body, afterSeq });
    this.wake();
  }

  /**
   * Writes an unnumbered frame behind what else is due in this turn; never waits for room.
   * @param body as `encodeBody` makes it
   * @returns false when it was dropped
   */
  volatile(body: Uint8Array): boolean {
    if (this.#stopped || this.#blocked || this.#volatileBytes + body.length > VOLATILE_BYTES) return false;
    this.#volatiles.push(body);
    this.#volatileBytes += body.length;
    this.wake();
    return true;
  }

  /** Something may be due. Costs nothing when a flush is scheduled already; true if this call scheduled it. */
  wake(): boolean {
    if (this.#scheduled || this.#blocked || this.#stopped) return false;
    this.#scheduled = true;
    this.#schedule(this.#onTurnEnd);
    return true;
  }

  /** The connection has room again. */
  drained(): void {
    this.#blocked = false;
    this.wake();
  }

  /**
   * Writes now, before a close: every control frame even if the connection has no room, and the units that are due as
   * far as it has.
   */
  flushNow(): void {
    while (this.#flush());
  }

  /** Writes nothing any more. */
  stop(): void {
    this.#stopped = true;
    this.#controls = [];
    this.#placed = [];
    this.#volatiles = [];
  }

  /** One write. Returns true when there is more and the connection has room for it. */
  #flush(): boolean {
    if (this.#stopped) return false;
    for (const body of this.#controls) this.#add(control(body));
    this.#controls.length = 0;
    const more = !this.#blocked && this.#addUnits();
    for (const body of this.#volatiles) this.#add(control(body));
    this.#volatiles.length = 0;
    this.#volatileBytes = 0;
    if (this.#batch.length > 0) this.#writeBatch();
    if (more) this.wake();
    return more && !this.#blocked;
  }

  /** Returns true when it stopped at the cap, with more to come perhaps. */
  #addUnits(): boolean {
    const now = this.#now();
    let more = true;
    while (more && this.#batchBytes < FLUSH_BYTES) {
      const unit = this.#source.take(now);
      if (unit === undefined) {
        more = false;
      } else {
        this.#addPlaced(unit.seq - 1);
        this.#add(unit);
      }
    }
    this.#addPlaced(this.#source.takenUpTo);
    return more;
  }

  /** Adds the control frames whose place has come, everything up to `takenUpTo` being taken or void. */
  #addPlaced(takenUpTo: number): void {
    while (this.#placed.length > 0 && this.#placed[0]!.afterSeq <= takenUpTo) {
      this.#add(control(this.#placed.shift()!.body));
    }
  }

  #add(frame: Frame): void {
    this.#batch.push(frame);
    this.#batchBytes += frame.body.length;
  }

  #writeBatch(): void {
    // Said once a write: in every frame it would cost up to nine bytes each, and now and then one datagram more.
    const ack = this.#ack();
    const [head] = this.#batch;
    let size = 0;
    for (const frame of this.#batch) {
      size += frameSize(frame.body, frame.seq, frame === head ? ack : 0, firstOnWire(frame));
    }
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const frame of this.#batch) {
      at = writeFrame(bytes, at, frame.body, frame.seq, frame === head ? ack : 0, firstOnWire(frame));
    }
    this.#framesWritten += this.#batch.length;
    this.#batch.length = 0;
    this.#batchBytes = 0;
    // Set before the call: `drained` may come from inside it.
    this.#blocked = true;
    if (this.#sink.write(bytes)) this.#blocked = false;
  }
}

/** A Unit, or a control frame. */
interface Frame {
  readonly body: Uint8Array;
  readonly seq: number;
  readonly first: number;
}

function control(body: Uint8Array): Frame {
  return { body, seq: 0, first: 0 };
}

/** 0, and no byte, where a unit settles its own number alone. */
function firstOnWire({ seq, first }: Frame): number {
  return first === seq ? 0 : first;
}

interface PlacedControl {
  readonly body: Uint8Array;
  readonly afterSeq: number;
}
