import type { Clock } from '../clock.js';
import type { FateListener } from '../delivery/fate.js';
import type { Answer, Job } from '../dispatch/job.js';
import type { Requester } from '../dispatch/dispatcher.js';
import type { ItemInit, NotifyInit } from '../protocol/message-codec.js';
import type { TimerWheel } from '../timer-wheel.js';
import type { PlayerLimits } from './player-limits.js';
import { NotifyOrderingManager, type HoldVerdict, type Place } from '../delivery/notify-ordering-manager.js';
import {
  OrderedMessageQueue,
  type AckResult,
  type Attachment,
  type QueueCounters,
} from '../delivery/ordered-message-queue.js';
import { Unit } from '../delivery/unit.js';
import { errorTable, type ErrorName } from '../errors.js';
import { encodeDelivery, Outcome, Reason, Resume } from '../protocol/message-codec.js';
import { WheelTimer } from '../timer-wheel.js';

/** What a Player knows of the Session that serves it. Session implements it, so the two don't import each other. */
export interface Link {
  readonly sessionId: string;
  /** Units may be due: take them in this turn. True if nothing was due before. */
  wake(): boolean;
  /**
   * Sends a volatile Delivery now, or not at all: it has no number and is never sent again (PROTOCOL 2). Never throws.
   * @param body as `encodeDelivery` makes it; may be shared with other links
   * @returns false when it was dropped: too large, no room on the connection, or its client has no Welcome yet
   */
  sendVolatile(body: Uint8Array): boolean;
  /** The Player lets this session go: it tells its client why, and closes. Never throws. */
  release(reason: Reason, message?: string): void;
}

/** What a Session needs to compose Welcome (PROTOCOL 2, 3). */
export interface Arrival {
  readonly verdict: Resume;
  /** Why the verdict is not FULL; empty if it is. */
  readonly reason: string;
  /** The range that PARTIAL has lost; 0 otherwise. */
  readonly lostFrom: number;
  readonly lostTo: number;
  readonly nextServerSeq: number;
  /** The replay ends with this seq. */
  readonly upTo: number;
  /** Accepted client seqs whose Response is not in a unit up to `upTo`. */
  readonly inFlight: number[];
}

/** accepted: the seq is taken. duplicate: ignore it. gap: a protocol error. full: nothing may be taken any more. */
export type Acceptance = 'accepted' | 'duplicate' | 'gap' | 'full';

/** queued: it will be delivered. woke: so it will, and its session had nothing due before. full: refused. */
export type DeliverResult = 'queued' | 'woke' | 'full';

/** The login that a Player stands on. */
export interface Login {
  readonly zone: string;
  readonly roles: readonly string[];
  /** Unix ms; into the resume token. */
  readonly loginAt: number;
  readonly expiresAt: number;
}

/** Plain counters over all players, read when metrics are scraped. */
export interface PlayerCounters {
  /** Answers that came when their epoch or their player had ended. */
  lateAnswers: number;
  /** Bound notifies that came after their Response and were delivered at once. */
  lateNotifies: number;
  /** Bound notifies whose request never came, or whose epoch ended. */
  strandedNotifies: number;
  refusedNotifies: number;
  /** Responses and written notifies given up with an epoch. */
  givenUpUnits: number;
  replacedSessions: number;
}

export function newPlayerCounters(): PlayerCounters {
  return {
    lateAnswers: 0,
    lateNotifies: 0,
    strandedNotifies: 0,
    refusedNotifies: 0,
    givenUpUnits: 0,
    replacedSessions: 0,
  };
}

export interface PlayerParts {
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly limits: PlayerLimits;
  readonly counters: PlayerCounters;
  readonly queueCounters: QueueCounters;
  /** A new epoch: 128 random bits, base64url, never used before. */
  readonly newEpoch: () => string;
  /** Ends a request that nobody waits for any more. */
  readonly cancel: (job: Job) => void;
  /** The resume window ran out. */
  readonly expired: (player: Player) => void;
}

/**
 * An authenticated identity and everything of it that outlives a Connection: epoch, sequence numbers, ordered queue,
 * bound notifies, requests under way. At most one live Session serves it; between two it is away, and ends when the
 * resume window has run out.
 *
 * All state is touched by synchronous code only; a Player never waits.
 */
export class Player implements Requester {
  readonly #parts: PlayerParts;
  readonly #queue: OrderedMessageQueue;
  readonly #pending = new Map<number, Job>();
  readonly #resumeWindow: WheelTimer;
  readonly #boundExpiry: WheelTimer;
  #notifies: NotifyOrderingManager;
  #login: Login;
  #loginHoldsUntil: number;
  #link: Link | undefined;
  #lastSessionId = '';
  #ended = false;
  #epoch: string;
  /** A client frame has followed a Welcome of this epoch; until then the next login may use the epoch again. */
  #epochConfirmed = false;
  #lastClientSeq = 0;
  /** One a Welcome. Resume tokens from the last confirmed one on are good (PROTOCOL 5). */
  #generation = 0;
  #confirmedGeneration = 0;

  constructor(
    readonly id: string,
    login: Login,
    parts: PlayerParts,
  ) {
    this.#parts = parts;
    this.#login = login;
    this.#loginHoldsUntil = this.#monotonic(login.expiresAt);
    this.#epoch = parts.newEpoch();
    this.#queue = new OrderedMessageQueue(parts.limits, parts.queueCounters, id);
    this.#notifies = new NotifyOrderingManager(parts.limits);
    this.#resumeWindow = new WheelTimer(() => parts.expired(this));
    this.#boundExpiry = new WheelTimer(() => this.#expireBound());
  }

  get zone(): string {
    return this.#login.zone;
  }

  get roles(): readonly string[] {
    return this.#login.roles;
  }

  get login(): Login {
    return this.#login;
  }

  /** Clock.now() at which a live session of this login has to end, in ms. */
  get loginHoldsUntil(): number {
    return this.#loginHoldsUntil;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get generation(): number {
    return this.#generation;
  }

  get lastClientSeq(): number {
    return this.#lastClientSeq;
  }

  get isLive(): boolean {
    return this.#link !== undefined;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  get sessionId(): string {
    return this.#link?.sessionId ?? '';
  }

  /** Of the session that serves it, or served it last. */
  get lastSessionId(): string {
    return this.#lastSessionId;
  }

  /** Units kept, waiting and unacknowledged, and their bytes. */
  get keptUnits(): number {
    return this.#queue.waitingUnits + this.#queue.unackedUnits;
  }

  get keptBytes(): number {
    return this.#queue.waitingBytes + this.#queue.unackedBytes;
  }

  get queue(): Pick<OrderedMessageQueue, 'waitingUnits' | 'waitingBytes' | 'unackedUnits' | 'unackedBytes'> {
    return this.#queue;
  }

  // Login, resume, leave.

  /** Whether a resume token of this epoch and generation is still good. An older generation is a sign of theft. */
  honours(epoch: string, generation: number): boolean {
    return epoch === this.#epoch && generation >= this.#confirmedGeneration && generation <= this.#generation;
  }

  /** After a real login: FRESH, in a new epoch unless nobody ever used the present one. */
  arriveFresh(link: Link, reason: string): Arrival {
    if (this.#epochConfirmed) this.#startEpoch();
    this.#attach(link);
    return this.#arriveFresh(reason);
  }

  /** A resume in the same epoch, by a client that has settled everything up to `position`. */
  arriveAgain(link: Link, position: number): Arrival {
    this.#attach(link);
    const attachment = this.#queue.attach(position, this.#now());
    if (attachment.resume !== Resume.FRESH) return this.#arrival(attachment, attachment.resume, attachment.reason);
    this.#startEpoch();
    return this.#arriveFresh(attachment.reason);
  }

  /** A login was checked again: it holds longer, and may name another zone or other roles. */
  renew(login: Login): void {
    this.#login = login;
    this.#loginHoldsUntil = this.#monotonic(login.expiresAt);
  }

  /** A client frame has followed Welcome: its resume token has arrived, older ones are void. */
  confirm(): void {
    this.#confirmedGeneration = this.#generation;
    this.#epochConfirmed = true;
  }

  /** The link is gone. Does nothing unless `link` is the one that serves: an old session can't touch its successor. */
  detach(link: Link): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#queue.detach();
    if (!this.#ended) this.#parts.wheel.arm(this.#resumeWindow, this.#parts.limits.resumeWindowMs);
  }

  /** Lets go of the session, if there is one. The Player stays, and may be resumed. */
  release(reason: Reason, message: string): void {
    this.#link?.release(reason, message);
  }

  /** The Player is over: epoch and tokens are void, requests under way are cancelled, the session is let go. */
  end(reason: Reason, message = ''): void {
    if (this.#ended) return;
    this.#ended = true;
    const { wheel } = this.#parts;
    this.#link?.release(reason, message);
    this.#link = undefined;
    wheel.disarm(this.#resumeWindow);
    wheel.disarm(this.#boundExpiry);
    this.#closeEpoch();
    this.#queue.clear();
  }

  // Requests.

  accept(clientSeq: number): Acceptance {
    if (clientSeq === 0) return 'gap';
    if (clientSeq <= this.#lastClientSeq) return 'duplicate';
    if (clientSeq !== this.#lastClientSeq + 1) return 'gap';
    if (this.keptUnits >= this.#parts.limits.maxUnits * HARD_LIMIT) return 'full';
    this.#lastClientSeq = clientSeq;
    return 'accepted';
  }

  refusal(): ErrorName | undefined {
    const { maxPendingRequests, maxUnits, maxBytes } = this.#parts.limits;
    if (this.#pending.size >= maxPendingRequests) return 'TOO_MANY_PENDING';
    if (this.keptUnits >= maxUnits || this.keptBytes >= maxBytes) return 'QUEUE_FULL';
    return undefined;
  }

  pending(clientSeq: number): Job | undefined {
    return this.#pending.get(clientSeq);
  }

  open(job: Job): void {
    this.#pending.set(job.clientSeq, job);
    this.#notifies.open(job.clientSeq);
    if (job.route.ordering === 'arrival') job.reservedSeq = this.#queue.reserve();
  }

  refuse(clientSeq: number, error: ErrorName): void {
    const { code, text } = errorTable[error];
    this.#notifies.open(clientSeq);
    this.#respond(clientSeq, 0, {
      response: { clientSeq, code, message: text, outcome: Outcome.NOT_EXECUTED },
    });
  }

  answered(job: Job, answer: Answer): void {
    if (job.epoch !== this.#epoch || !this.#pending.delete(job.clientSeq)) {
      this.#parts.counters.lateAnswers++;
      return;
    }
    const { clientSeq } = job;
    const { code, message, payload, headers, outcome } = answer;
    const response = { response: { clientSeq, code, message, payload, headers, outcome } };
    this.#respond(clientSeq, job.reservedSeq, response, answer.before, answer.after);
  }

  // Deliveries.

  /** The next unit to write to `link`; undefined if nothing is due, or if another session serves now. */
  take(link: Link, now: number): Unit | undefined {
    return this.#link === link ? this.#queue.take(now) : undefined;
  }

  /** Every server seq up to here was taken on this connection, or is void. */
  get takenUpTo(): number {
    return this.#queue.takenUpTo;
  }

  acknowledge(ack: number): AckResult {
    return this.#queue.ack(ack);
  }

  /**
   * Delivers a Notify, or keeps it while the player is away.
   * @param key       of class `latest`: replaces what waits unwritten under the same key; undefined for `reliable`
   * @param expiresAt Clock.now() after which it is not delivered any more, in ms; Infinity for never
   */
  notify(notify: NotifyInit, key: string | undefined, expiresAt: number): DeliverResult {
    return this.deliver(new Unit('notify', encodeDelivery([{ notify }]), key, expiresAt, 0));
  }

  /** The same for a unit of this player's that is made already; its body may be shared with other players' units. */
  deliver(unit: Unit): DeliverResult {
    const now = this.#now();
    let result = this.#queue.enqueue(unit, now);
    while (result === 'fill-first') {
      this.#fillOldestReservation();
      result = this.#queue.enqueue(unit, now);
    }
    if (result === 'full') {
      this.#parts.counters.refusedNotifies++;
      return 'full';
    }
    // What this session had yet to carry was dropped: only the next Welcome can say so (PROTOCOL 7).
    if (this.#queue.overrun) this.#link?.release(Reason.SLOW, 'the queue overflowed');
    else if (this.#link?.wake() === true) return 'woke';
    return 'queued';
  }

  /** Sends what is never kept. False when it was dropped: away, too large, no room. */
  sendVolatile(body: Uint8Array): boolean {
    return this.#link?.sendVolatile(body) ?? false;
  }

  /**
   * Binds a Notify to a request of this epoch. `late`, its request is answered already: it is not held, deliver it.
   * @param fate hears what becomes of it once it is held
   */
  bind(clientSeq: number, place: Place, notify: NotifyInit, fate?: FateListener): HoldVerdict {
    const verdict = this.#notifies.hold(clientSeq, place, notify, this.#now(), fate);
    if (verdict === 'held') this.#armBoundExpiry();
    else if (verdict === 'late') this.#parts.counters.lateNotifies++;
    else this.#parts.counters.refusedNotifies++;
    return verdict;
  }

  /** Tells a live client which zone it is in now. Where there is no room the session is let go: Welcome tells it too. */
  tellZone(): void {
    if (this.#link === undefined) return;
    const notify = { topic: ZONE_TOPIC, payload: new TextEncoder().encode(this.zone) };
    if (this.notify(notify, undefined, Infinity) === 'full') this.release(Reason.SLOW, 'the queue is full');
  }

  // Inside.

  #attach(link: Link): void {
    const old = this.#link;
    this.#link = link;
    this.#lastSessionId = link.sessionId;
    this.#generation++;
    this.#parts.wheel.disarm(this.#resumeWindow);
    if (old === undefined) return;
    this.#queue.detach();
    this.#parts.counters.replacedSessions++;
    old.release(Reason.REPLACED);
  }

  #arriveFresh(reason: string): Arrival {
    const attachment = this.#queue.attach(0, this.#now());
    if (attachment.resume === Resume.FULL) return this.#arrival(attachment, Resume.FRESH, reason);
    // An epoch that nobody confirmed has lost units on overflow: FRESH can't say which, a new epoch need not.
    this.#startEpoch();
    return this.#arrival(this.#queue.attach(0, this.#now()), Resume.FRESH, reason);
  }

  #arrival(attachment: Attachment, verdict: Resume, reason: string): Arrival {
    const { lostFrom, lostTo, nextSeq, upTo } = attachment;
    const inFlight = [...this.#pending.keys(), ...this.#queue.responsesBeyond(upTo)].sort((a, b) => a - b);
    return { verdict, reason, lostFrom, lostTo, nextServerSeq: nextSeq, upTo, inFlight };
  }

  /** What was never written moves into the new epoch; requests, bound notifies and what may have arrived don't. */
  #startEpoch(): void {
    this.#closeEpoch();
    this.#epoch = this.#parts.newEpoch();
    this.#epochConfirmed = false;
    this.#confirmedGeneration = this.#generation;
    this.#lastClientSeq = 0;
    const { notifies, responses } = this.#queue.startEpoch();
    this.#parts.counters.givenUpUnits += notifies + responses.length;
  }

  #closeEpoch(): void {
    const jobs = [...this.#pending.values()];
    this.#pending.clear();
    const stranded = this.#notifies.end();
    this.#parts.counters.strandedNotifies += stranded.length;
    for (const { fate } of stranded) fate?.fate('epoch-ended', this.id);
    this.#notifies = new NotifyOrderingManager(this.#parts.limits);
    for (const job of jobs) this.#parts.cancel(job);
  }

  #respond(
    clientSeq: number,
    reservedSeq: number,
    response: ItemInit,
    before: readonly NotifyInit[] = [],
    after: readonly NotifyInit[] = [],
  ): void {
    const listener = this.#notifies.listener(clientSeq);
    const body = encodeDelivery(this.#notifies.compose(clientSeq, response, before, after));
    if (reservedSeq > 0) this.#queue.fill(reservedSeq, body, clientSeq, listener);
    else this.#queue.enqueueResponse(body, clientSeq, listener);
    listener?.fate('placed', this.id);
    this.#link?.wake();
  }

  /** A reservation is never inside a lost range: its request is answered before anything behind it may go. */
  #fillOldestReservation(): void {
    const seq = this.#queue.oldestReservation!;
    const job = [...this.#pending.values()].find(({ reservedSeq }) => reservedSeq === seq)!;
    this.#pending.delete(job.clientSeq);
    const { code, text } = errorTable.QUEUE_FULL;
    const outcome = job.state === 'queued' ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN;
    this.#respond(job.clientSeq, seq, { response: { clientSeq: job.clientSeq, code, message: text, outcome } });
    this.#parts.cancel(job);
  }

  #armBoundExpiry(): void {
    if (!this.#boundExpiry.armed) this.#parts.wheel.arm(this.#boundExpiry, this.#parts.limits.boundWaitMs);
  }

  #expireBound(): void {
    const { expired, waiting } = this.#notifies.expire(this.#now());
    this.#parts.counters.strandedNotifies += expired.length;
    for (const { fate } of expired) fate?.fate('expired', this.id);
    if (waiting) this.#armBoundExpiry();
  }

  #now(): number {
    return this.#parts.clock.now();
  }

  #monotonic(wallTime: number): number {
    return this.#now() + wallTime - this.#parts.clock.wallTime();
  }
}

/** Reserved (PROTOCOL 1): its payload is the name of the zone that the player is in from here on, UTF-8. */
const ZONE_TOPIC = 'gatesvr.zone';

/**
 * A client that neither acknowledges nor stops asking collects refusals, which are units too. Its session is closed
 * after a burst of them; this factor of `maxUnits` ends it for good however often it comes back.
 */
const HARD_LIMIT = 2;
