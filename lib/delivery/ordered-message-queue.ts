import type { Fate, FateListener } from './fate.js';
import { Resume } from '../protocol/message-codec.js';
import { resumeVerdict, type ResumeVerdict } from './resume-verdict.js';
import { Unit, UnitLine } from './unit.js';
import { WaitingUnits } from './waiting-units.js';

export interface QueueLimits {
  /** Notify units kept, waiting and unacknowledged together. Responses don't count: their room is bounded at admission. */
  readonly maxUnits: number;
  /** Bytes of their bodies. */
  readonly maxBytes: number;
  /** At the limit: refuse the new notify, or give up the oldest units and tell the client at its next Welcome. */
  readonly overflow: 'refuse' | 'drop-oldest';
}

/**
 * queued, replaced (queued, an older `latest` is gone): it will be delivered. full: refused, nothing changed.
 * fill-first: room would have to come from behind an open reservation; fill `oldestReservation` with an error Response
 * and enqueue again (a reservation is never inside a lost range, PROTOCOL 3).
 */
export type EnqueueResult = 'queued' | 'replaced' | 'full' | 'fill-first';

export type AckResult = 'ok' | 'old' | 'beyond';

/** What Welcome says about the order, and up to where the replay goes. */
export interface Attachment extends ResumeVerdict {
  /** For `Replayed`: everything up to here can be sent without waiting for a reservation. Also told after FRESH. */
  readonly upTo: number;
}

export interface GivenUp {
  /** Units in all. */
  readonly givenUp: number;
  /** Notifies that were written and may have arrived. */
  readonly notifies: number;
  /** Client seqs whose Response was not acknowledged, written or not. */
  readonly responses: readonly number[];
  /** Open reservations; filling them later does nothing. */
  readonly reservations: readonly number[];
}

/** Counts since the start; one instance may be shared by all queues. */
export class QueueCounters {
  /** `latest` notifies that a newer one replaced. */
  replaced = 0;
  /** Notifies whose time to live ran out before they were written. */
  expired = 0;
  /** Units given up on overflow. */
  dropped = 0;
  /** Units written again after a reconnect. */
  replayed = 0;
  /** Units acknowledged. */
  acked = 0;
  /** Numbers that were given and became void. */
  voids = 0;
}

/**
 * What one player is to receive, in order, until it is acknowledged. Outlives connections; pure, time is an argument.
 *
 *   enqueue ─► line ──────────── number given when taken ──────────► sent ─► freed by ack
 *                └─ numbered by reserve() or attach() ─► heap ─────►   └─ replayed after attach()
 *
 * The sender pulls: `take` hands out the next unit while the connection has room, so that what waits can still be
 * replaced, expire or be dropped. A number is given when a unit is first taken, or by a reservation or an attachment,
 * which number everything in line before them; then it waits in the heap for its turn. Numbers whose unit is gone are
 * void: the next unit's `first` settles them. A number is never given twice in an epoch.
 */
export class OrderedMessageQueue {
  readonly counters: QueueCounters;
  readonly #owner: string;
  readonly #limits: QueueLimits;

  readonly #waiting = new WaitingUnits();
  /** Units written and not acknowledged, in the order of their numbers: they leave from the front. */
  readonly #sent = new UnitLine();
  /** Reserved seqs not yet filled, ascending. */
  readonly #reservations = new Set<number>();
  #oldestReservation = Infinity;

  #lastGiven = 0;
  #sentUpTo = 0;
  #acked = 0;
  #lostUpTo = 0;

  #attached = false;
  #overrun = false;
  /** Position of the client on this connection once it has everything handed out so far. */
  #carried = 0;
  /** Not everything that was sent before has been written again yet. */
  #replaying = false;
  /** The unit of `#sent` to be written again next; those acknowledged or dropped meanwhile are passed over. */
  #replayNext: Unit | undefined;

  #unackedBytes = 0;
  #notifyUnits = 0;
  #notifyBytes = 0;

  /** @param owner the player's id, for those who listen for the fate of a unit */
  constructor(limits: QueueLimits, counters = new QueueCounters(), owner = '') {
    this.#limits = limits;
    this.counters = counters;
    this.#owner = owner;
  }

  /** Units kept: waiting and unacknowledged. */
  get units(): number {
    return this.waitingUnits + this.unackedUnits;
  }

  /** Bytes of their bodies. */
  get bytes(): number {
    return this.#waiting.bytes + this.#unackedBytes;
  }

  /** Units that were never written. */
  get waitingUnits(): number {
    return this.#waiting.length;
  }

  get waitingBytes(): number {
    return this.#waiting.bytes;
  }

  /** Units written and not acknowledged. */
  get unackedUnits(): number {
    return this.#sent.length;
  }

  get unackedBytes(): number {
    return this.#unackedBytes;
  }

  /** Responses waiting or unacknowledged: with the running requests what admission bounds. */
  get responseUnits(): number {
    return this.units - this.#notifyUnits;
  }

  /** Highest seq the client acknowledged. */
  get ackedUpTo(): number {
    return this.#acked;
  }

  /** Highest seq given to a unit or a reservation. */
  get lastGiven(): number {
    return this.#lastGiven;
  }

  /** The open reservation with the lowest seq, if there is one. */
  get oldestReservation(): number | undefined {
    return this.#oldestReservation === Infinity ? undefined : this.#oldestReservation;
  }

  /**
   * True when overflow dropped what this connection had yet to carry. Only a Welcome can tell the client, so nothing
   * more is handed out: cut the session, it resumes PARTIAL.
   */
  get overrun(): boolean {
    return this.#overrun;
  }

  /** Every number up to here was handed out to this connection, was told as lost, or is void. */
  get takenUpTo(): number {
    if (!this.#attached || this.#overrun || this.#replaying) return this.#carried;
    const nextWaiting = Math.min(this.#waiting.firstNumbered?.seq ?? Infinity, this.#oldestReservation);
    return nextWaiting === Infinity ? this.#lastGiven : nextWaiting - 1;
  }

  /**
   * Puts a notify in line. Its body must not be bound to a request: it may move into another epoch.
   * @param key       makes it `latest`; without, it is `reliable`
   * @param expiresAt in ms on the scale of `now`; from then on it isn't written any more, unless it was before
   */
  enqueueNotify(body: Uint8Array, now: number, key?: string, expiresAt = Infinity): EnqueueResult {
    return this.enqueue(new Unit('notify', body, key, expiresAt, 0), now);
  }

  /** The same for a unit that is made already; its body may be shared with the units of other players. */
  enqueue(unit: Unit, now: number): EnqueueResult {
    const { body, key } = unit;
    const room = this.#makeRoom(body.length, key, now);
    if (room !== 'queued') return room;
    const older = this.#waitingLatest(key);
    if (older !== undefined) this.#replace(older);
    this.#addNotify(unit);
    return older === undefined ? 'queued' : 'replaced';
  }

  /** Puts a Response with the notifies around it in line. Never refused. */
  enqueueResponse(body: Uint8Array, clientSeq: number, fate?: FateListener): void {
    this.#waiting.add(new Unit('response', body, undefined, Infinity, clientSeq, fate));
  }

  /** Keeps the next seq for a Response. What comes later waits until `fill`, so a deadline must guarantee that. */
  reserve(): number {
    const seq = (this.#lastGiven = this.#waiting.numberLine(this.#lastGiven) + 1);
    this.#reservations.add(seq);
    if (seq < this.#oldestReservation) this.#oldestReservation = seq;
    return seq;
  }

  /**
   * Puts the Response in its reserved place.
   * @returns false when there is no such open reservation: filled before, or of an epoch that ended
   */
  fill(seq: number, body: Uint8Array, clientSeq: number, fate?: FateListener): boolean {
    if (!this.#reservations.delete(seq)) return false;
    if (seq === this.#oldestReservation) this.#oldestReservation = firstOf(this.#reservations) ?? Infinity;
    const unit = new Unit('response', body, undefined, Infinity, clientSeq, fate);
    unit.seq = seq;
    this.#waiting.add(unit);
    return true;
  }

  /**
   * The next unit for this connection, to be written now: the replay, then what waits. Undefined when nothing is due:
   * no connection, nothing waits, or an open reservation comes first.
   */
  take(now: number): Unit | undefined {
    if (!this.#attached || this.#overrun) return undefined;
    if (this.#replaying) {
      const unit = this.#takeReplay();
      if (unit !== undefined) return unit;
    }
    return this.#takeNumbered(now) ?? this.#takeFromLine(now);
  }

  /**
   * Frees every unit up to `seq`. Old and repeated acknowledgements change nothing; one beyond what was sent is a
   * protocol error of the client and changes nothing either.
   */
  ack(seq: number): AckResult {
    if (seq <= this.#acked) return 'old';
    if (seq > this.#sentUpTo) return 'beyond';
    this.#acked = seq;
    for (let unit = this.#sent.head; unit !== undefined && unit.seq <= seq; unit = this.#sent.head) {
      this.#forgetSent(unit);
      this.#tell(unit, 'acknowledged');
      this.counters.acked++;
    }
    return 'ok';
  }

  /** The link is gone: `take` yields nothing until `attach`. */
  detach(): void {
    this.#attached = false;
    this.#overrun = false;
    this.#replaying = false;
    this.#replayNext = undefined;
  }

  /**
   * A connection whose client has settled everything up to `position`. Numbers all that waits, so that Welcome can say
   * what the session will carry, and starts the replay over. FRESH changes nothing: open a new epoch, attach at 0.
   */
  attach(position: number, now: number): Attachment {
    const verdict = resumeVerdict(position, { acked: this.#acked, lostUpTo: this.#lostUpTo, sentUpTo: this.#sentUpTo });
    if (verdict.resume === Resume.FRESH) return { ...verdict, upTo: 0 };
    this.#sentUpTo = Math.max(this.#sentUpTo, this.#lostUpTo);
    this.ack(position);
    this.#sweepExpired(now);
    this.#lastGiven = this.#waiting.numberLine(this.#lastGiven);
    this.#attached = true;
    this.#overrun = false;
    this.#carried = verdict.nextSeq - 1;
    this.#replayNext = this.#sent.head;
    this.#replaying = this.#replayNext !== undefined;
    return { ...verdict, upTo: Math.min(this.#lastGiven, this.#oldestReservation - 1) };
  }

  /** Client seqs whose Response waits or is unacknowledged in a unit after `upTo`: `Welcome.in_flight` names them. */
  responsesBeyond(upTo: number): number[] {
    const found: number[] = [];
    for (const { kind, seq, clientSeq } of this.#waiting) {
      if (kind === 'response' && (seq === 0 || seq > upTo)) found.push(clientSeq);
    }
    return found;
  }

  /**
   * A new epoch: numbers begin at 1 again. Notifies never written move into it in their order; written ones may have
   * arrived and Responses answer requests of the old epoch: both are given up. Leaves the queue without a connection.
   */
  startEpoch(): GivenUp {
    this.detach();
    const moving = this.#waiting.drain();
    const responses = clientSeqs(this.#sent);
    const notifies = this.#sent.length - responses.length;
    responses.push(...clientSeqs(moving));
    const reservations = [...this.#reservations];
    this.#forgetAll();
    for (const unit of moving) {
      unit.seq = 0;
      if (unit.kind === 'notify') this.#addNotify(unit);
      else this.#tell(unit, 'epoch-ended');
    }
    return { givenUp: notifies + responses.length, notifies, responses, reservations };
  }

  /** The end of the player: nothing is kept. Returns how many units were given up. */
  clear(): number {
    this.detach();
    const units = this.units;
    for (const unit of this.#waiting.drain()) this.#tell(unit, 'lost');
    this.#forgetAll();
    return units;
  }

  #addNotify(unit: Unit): void {
    this.#notifyUnits++;
    this.#notifyBytes += unit.body.length;
    this.#waiting.add(unit);
  }

  #takeReplay(): Unit | undefined {
    const unit = this.#replayNext;
    this.#replayNext = unit?.next;
    this.#carried = unit?.seq ?? this.#sentUpTo;
    this.#replaying = this.#carried !== this.#sentUpTo;
    if (unit !== undefined) this.counters.replayed++;
    return unit;
  }

  #takeNumbered(now: number): Unit | undefined {
    for (let unit = this.#waiting.firstNumbered; unit !== undefined; unit = this.#waiting.firstNumbered) {
      if (unit.seq > this.#oldestReservation) return undefined;
      this.#waiting.remove(unit);
      if (unit.expiresAt > now) return this.#send(unit);
      this.#expired(unit);
    }
    return undefined;
  }

  #takeFromLine(now: number): Unit | undefined {
    if (this.#oldestReservation !== Infinity) return undefined;
    for (let unit = this.#waiting.firstInLine; unit !== undefined; unit = this.#waiting.firstInLine) {
      this.#waiting.remove(unit);
      if (unit.expiresAt > now) {
        unit.seq = ++this.#lastGiven;
        return this.#send(unit);
      }
      this.#expired(unit);
    }
    return undefined;
  }

  /** Every number between the last one sent and this one is void by now: nothing open or waiting lies before it. */
  #send(unit: Unit): Unit {
    unit.first = this.#sentUpTo + 1;
    this.#sentUpTo = unit.seq;
    this.#carried = unit.seq;
    this.#sent.push(unit);
    this.#unackedBytes += unit.body.length;
    return unit;
  }

  #makeRoom(bytes: number, key: string | undefined, now: number): EnqueueResult {
    if (this.#fits(bytes, key)) return 'queued';
    this.#sweepExpired(now);
    while (!this.#fits(bytes, key)) {
      if (this.#limits.overflow === 'refuse' || bytes > this.#limits.maxBytes) return 'full';
      if (!this.#dropOldest()) return 'fill-first';
    }
    return 'queued';
  }

  /** Whether one more notify fits; the one that it replaces makes room. */
  #fits(bytes: number, key: string | undefined): boolean {
    const older = this.#waitingLatest(key);
    const units = older === undefined ? this.#notifyUnits : this.#notifyUnits - 1;
    const total = older === undefined ? this.#notifyBytes : this.#notifyBytes - older.body.length;
    return units < this.#limits.maxUnits && total + bytes <= this.#limits.maxBytes;
  }

  /**
   * Gives up the oldest unit. What is lost stays one range of numbers right behind the acknowledged ones, so a Response
   * that has a number goes when its turn comes; one in line without a number stays. False when an open reservation
   * comes next.
   */
  #dropOldest(): boolean {
    let unit = this.#sent.head;
    if (unit !== undefined) {
      this.#forgetSent(unit);
    } else {
      unit = this.#waiting.firstNumbered;
      if (this.#oldestReservation < (unit?.seq ?? Infinity)) return false;
      unit ??= this.#firstNotifyInLine();
      this.#waiting.remove(unit);
      this.#countOut(unit);
      if (unit.seq === 0) unit.seq = ++this.#lastGiven;
    }
    this.#tell(unit, 'lost');
    this.#lostUpTo = unit.seq;
    if (unit.seq > this.#carried) this.#overrun = this.#attached;
    this.counters.dropped++;
    return true;
  }

  /** There is one: the limit counts notifies alone. */
  #firstNotifyInLine(): Unit {
    let unit = this.#waiting.firstInLine!;
    while (unit.kind !== 'notify') unit = unit.next!;
    return unit;
  }

  #waitingLatest(key: string | undefined): Unit | undefined {
    return key === undefined ? undefined : this.#waiting.latest(key);
  }

  #replace(older: Unit): void {
    this.#waiting.remove(older);
    this.#voided(older);
    this.#tell(older, 'superseded');
    this.counters.replaced++;
  }

  #sweepExpired(now: number): void {
    for (const unit of this.#waiting.sweepExpired(now)) this.#expired(unit);
  }

  #expired(unit: Unit): void {
    this.#voided(unit);
    this.#tell(unit, 'expired');
    this.counters.expired++;
  }

  /** A unit that waited is gone and nobody need be told; its number, if it had one, is void. */
  #voided(unit: Unit): void {
    this.#countOut(unit);
    if (unit.seq !== 0) this.counters.voids++;
  }

  /** What was written may have arrived. */
  #forgetAll(): void {
    for (const unit of this.#sent) this.#tell(unit, 'unknown');
    this.#sent.clear();
    this.#reservations.clear();
    this.#oldestReservation = Infinity;
    this.#lastGiven = this.#sentUpTo = this.#acked = this.#lostUpTo = this.#carried = 0;
    this.#unackedBytes = this.#notifyUnits = this.#notifyBytes = 0;
  }

  #forgetSent(unit: Unit): void {
    if (unit === this.#replayNext) this.#replayNext = unit.next;
    this.#sent.remove(unit);
    this.#unackedBytes -= unit.body.length;
    this.#countOut(unit);
  }

  #tell(unit: Unit, fate: Fate): void {
    if (unit.fate !== undefined) unit.fate.fate(fate, this.#owner);
  }

  #countOut(unit: Unit): void {
    if (unit.kind !== 'notify') return;
    this.#notifyUnits--;
    this.#notifyBytes -= unit.body.length;
  }
}

function firstOf<T>(values: Iterable<T>): T | undefined {
  for (const value of values) return value;
  return undefined;
}

function clientSeqs(units: Iterable<Unit>): number[] {
  const found: number[] = [];
  for (const unit of units) if (unit.kind === 'response') found.push(unit.clientSeq);
  return found;
}
