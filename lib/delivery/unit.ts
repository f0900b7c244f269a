import type { FateListener } from './fate.js';

/** What one server seq delivers: a Notify alone, or a Response with the notifies placed around it. */
export type UnitKind = 'notify' | 'response';

/**
 * One unit of one player. Its body is shared by everybody who gets the same message; everything else is this player's.
 *
 *   seq 0: waits in line · seq, first 0: has a number, waits for its turn · seq and first: was written, kept until acked
 */
export class Unit {
  /** The server seq; 0 until one is given. Owned by the queue, like `first` and the links. */
  seq = 0;
  /** First seq that this unit settles: the numbers before `seq` are void. Set when it is first taken. */
  first = 0;
  previous: Unit | undefined;
  next: Unit | undefined;

  /**
   * @param body      Delivery body as `encodeDelivery` makes it
   * @param key       of a `latest` notify: while it waits, a newer one with the same key takes its place
   * @param expiresAt in ms, on the clock of the queue's `now`; only a unit that was never written expires
   * @param clientSeq of the request that a response answers; 0 for a notify
   * @param fate      hears what becomes of it; nobody does when left out, which then costs nothing
   */
  constructor(
    readonly kind: UnitKind,
    readonly body: Uint8Array,
    readonly key: string | undefined,
    readonly expiresAt: number,
    readonly clientSeq: number,
    readonly fate?: FateListener,
  ) {}
}

/** True once a unit was written to a connection, whatever became of it since. */
export function wasWritten({ first }: Unit): boolean {
  return first !== 0;
}

/** Units in line, first come first served, linked through themselves so that any of them leaves at no cost. */
export class UnitLine {
  #head: Unit | undefined;
  #tail: Unit | undefined;
  #length = 0;

  get head(): Unit | undefined {
    return this.#head;
  }

  get length(): number {
    return this.#length;
  }

  *[Symbol.iterator](): Generator<Unit> {
    for (let unit = this.#head; unit !== undefined; unit = unit.next) yield unit;
  }

  /** Forgets them all; their links stay as they are. */
  clear(): void {
    this.#head = undefined;
    this.#tail = undefined;
    this.#length = 0;
  }

  push(unit: Unit): void {
    unit.previous = this.#tail;
    unit.next = undefined;
    if (this.#tail === undefined) this.#head = unit;
    else this.#tail.next = unit;
    this.#tail = unit;
    this.#length++;
  }

  remove(unit: Unit): void {
    if (unit.previous === undefined) this.#head = unit.next;
    else unit.previous.next = unit.next;
    if (unit.next === undefined) this.#tail = unit.previous;
    else unit.next.previous = unit.previous;
    unit.previous = undefined;
    unit.next = undefined;
    this.#length--;
  }
}
