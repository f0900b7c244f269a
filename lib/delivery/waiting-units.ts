import { Heap } from 'heap-js';
import { UnitLine, type Unit } from './unit.js';

/**
 * The units of one player that were never written: a line of those without a number, and a min-heap of those that have
 * one and wait for their turn. Everything numbered goes before everything in line. Knows neither limits nor connections.
 */
export class WaitingUnits {
  readonly #line = new UnitLine();
  readonly #numbered = new Heap<Unit>(bySeq);
  /** `latest` units by key, at most one a key. */
  readonly #latest = new Map<string, Unit>();
  #bytes = 0;
  /** No unit here expires before this; a sweep isn't tried sooner. */
  #soonestExpiry = Infinity;

  get length(): number {
    return this.#line.length + this.#numbered.length;
  }

  /** Bytes of the bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The numbered unit with the lowest seq. */
  get firstNumbered(): Unit | undefined {
    return this.#numbered.peek();
  }

  /** The first unit in line. */
  get firstInLine(): Unit | undefined {
    return this.#line.head;
  }

  latest(key: string): Unit | undefined {
    return this.#latest.get(key);
  }

  /** Adds a unit: to the heap if it has a number, else to the end of the line. An older one with its key is out by then. */
  add(unit: Unit): void {
    if (unit.seq === 0) this.#line.push(unit);
    else this.#numbered.push(unit);
    if (unit.key !== undefined) this.#latest.set(unit.key, unit);
    if (unit.expiresAt < this.#soonestExpiry) this.#soonestExpiry = unit.expiresAt;
    this.#bytes += unit.body.length;
  }

  /** Takes a unit out, wherever it stands. Free for the first in the heap and for any in line. */
  remove(unit: Unit): void {
    if (unit.seq === 0) this.#line.remove(unit);
    else if (unit === this.#numbered.peek()) this.#numbered.pop();
    else this.#numbered.remove(unit, isSame);
    this.#forget(unit);
  }

  /** Numbers everything in line from `lastGiven` + 1 on and returns the last number given. */
  numberLine(lastGiven: number): number {
    let seq = lastGiven;
    for (let unit = this.#line.head; unit !== undefined; unit = this.#line.head) {
      this.#line.remove(unit);
      unit.seq = ++seq;
      this.#numbered.push(unit);
    }
    return seq;
  }

  /** Takes out what has expired, and returns it. */
  sweepExpired(now: number): readonly Unit[] {
    if (now < this.#soonestExpiry) return NONE;
    const expired: Unit[] = [];
    this.#soonestExpiry = Infinity;
    for (const unit of this) {
      if (unit.expiresAt <= now) expired.push(unit);
      else this.#soonestExpiry = Math.min(this.#soonestExpiry, unit.expiresAt);
    }
    for (const unit of expired) {
      if (unit.seq === 0) this.#line.remove(unit);
      this.#forget(unit);
    }
    // In one pass: removing one by one from the heap would cost its length each time.
    this.#numbered.init(this.#numbered.heapArray.filter((unit) => unit.expiresAt > now));
    return expired;
  }

  /** Empties it and returns what was there, in order. */
  drain(): Unit[] {
    const units = this.#numbered.heapArray.slice().sort(bySeq);
    for (let unit = this.#line.head; unit !== undefined; unit = this.#line.head) {
      this.#line.remove(unit);
      units.push(unit);
    }
    this.#numbered.clear();
    this.#latest.clear();
    this.#bytes = 0;
    this.#soonestExpiry = Infinity;
    return units;
  }

  /** Every unit; the numbered ones in no order. */
  *[Symbol.iterator](): Generator<Unit> {
    yield* this.#numbered.heapArray;
    yield* this.#line;
  }

  #forget(unit: Unit): void {
    if (unit.key !== undefined) this.#latest.delete(unit.key);
    this.#bytes -= unit.body.length;
  }
}

const NONE: readonly Unit[] = [];

function bySeq(a: Unit, b: Unit): number {
  return a.seq - b.seq;
}

function isSame(a: Unit, b: Unit): boolean {
  return a === b;
}
