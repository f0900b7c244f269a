import assert from 'node:assert/strict';
import { OrderedMessageQueue, type Attachment, type QueueLimits } from '../../lib/delivery/ordered-message-queue.js';
import { OrderedSender } from '../../lib/delivery/ordered-sender.js';
import type { Unit } from '../../lib/delivery/unit.js';
import { encodeBody, encodeDelivery, Resume } from '../../lib/protocol/message-codec.js';
import { ModelReceiver } from './model-receiver.js';

/** One thing that happens. Plain data, so that a failing run shrinks. */
export type Step =
  | { do: 'notify'; bytes: number; ttl: number }
  | { do: 'latest'; key: string; bytes: number; ttl: number }
  | { do: 'response'; bytes: number }
  | { do: 'reserve' }
  | { do: 'fill'; which: number }
  | { do: 'turn' }
  | { do: 'room'; open: boolean }
  | { do: 'carry'; bytes: number }
  | { do: 'ack'; which: 'position' | 'saved' | 'old' | 'beyond' }
  | { do: 'save' }
  | { do: 'restore' }
  | { do: 'cut' }
  /** `behind`: Hello says a position that much lower than the client's own, as one does that acknowledges what it saved. */
  | { do: 'connect'; behind: number }
  | { do: 'connect-beyond' }
  | { do: 'new-epoch' }
  | { do: 'wait'; ms: number };

/** What became of a unit, apart from what the receiver saw. */
interface Fate {
  readonly rank: number;
  readonly response: boolean;
  readonly expiresAt: number;
  /** Rank of the `latest` that took its place while it waited. */
  replacedBy: number;
  written: boolean;
  /** The epoch of its number ended. */
  epochEnded: boolean;
}

/**
 * A gateway's delivery parts on one side, a client on the other, a wire between them that splits and cuts. Steps that
 * make no sense at the moment do nothing.
 */
export class DeliveryWorld {
  readonly queue: OrderedMessageQueue;
  readonly receiver = new ModelReceiver();
  readonly #limits: QueueLimits;
  readonly #fates = new Map<number, Fate>();
  readonly #rankOf = new WeakMap<Uint8Array, number>();
  readonly #latest = new Map<string, Fate>();
  /** Open reservations: seq and rank. */
  readonly #reserved: { seq: number; rank: number }[] = [];
  #link: Link | undefined;
  #epoch = 1;
  #confirmed = false;
  #ranks = 0;
  /** Units dropped in epochs that ended: FRESH told of them. */
  #droppedBeforeEpoch = 0;
  #now = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
    this.queue = new OrderedMessageQueue(limits);
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      this.#step(step);
      this.#checkLimits();
    }
  }

  /** Everything that is open is answered, the client comes back, reads and acknowledges all. */
  settle(): void {
    while (this.#reserved.length > 0) this.#fill(0);
    this.#cut();
    for (let round = 0; this.queue.units > 0 || round < 2; round++) {
      assert.ok(round < 4, 'it settles');
      if (this.#link === undefined) this.#connect(0);
      this.#link!.room = true;
      // What Welcome counted may expire before it is written.
      if (round === 0) this.#now += 5;
      this.#turn();
      this.#carry(Infinity);
      assert.ok(this.receiver.hasReplayed, 'Replayed has arrived');
      this.#ack(this.receiver.position);
    }
    const { units, bytes, waitingUnits, waitingBytes, unackedUnits, unackedBytes, responseUnits } = this.queue;
    assert.deepEqual(
      { units, bytes, waitingUnits, waitingBytes, unackedUnits, unackedBytes, responseUnits },
      { units: 0, bytes: 0, waitingUnits: 0, waitingBytes: 0, unackedUnits: 0, unackedBytes: 0, responseUnits: 0 },
    );
    assert.deepEqual(this.queue.responsesBeyond(0), []);
  }

  /** Every unit that was taken in arrived, or is missing for a reason that the client or the sender was told. */
  checkNothingUntold(): void {
    const seen = new Set<number>();
    for (const event of this.receiver.events) if (event.kind === 'unit') seen.add(event.rank);
    const missing = new Map<number, number>();
    for (const fate of this.#fates.values()) {
      if (seen.has(fate.rank)) {
        assert.equal(fate.replacedBy, 0, `${fate.rank} was replaced and came all the same`);
      } else if (fate.replacedBy > 0) {
        assert.ok(!fate.written, `${fate.rank} was written and replaced`);
      } else if (!(fate.expiresAt <= this.#now && !fate.written) && !this.#endedWithEpoch(fate)) {
        this.#chargeToLostRange(fate.rank, missing);
      }
    }
  }

  #endedWithEpoch({ epochEnded, written, response }: Fate): boolean {
    return epochEnded && (written || response);
  }

  /** A missing unit must lie in a lost range that was told between its neighbours; each number pays for one unit. */
  #chargeToLostRange(rank: number, charged: Map<number, number>): void {
    const { events } = this.receiver;
    let before = -1;
    events.forEach((event, i) => {
      // Responses without a number stay when the notifies around them go, so they are no neighbours from below.
      if (event.kind === 'unit' && !event.response && event.rank < rank) before = i;
    });
    for (let i = before + 1; i < events.length; i++) {
      const event = events[i]!;
      if (event.kind === 'unit' && !event.response && event.rank > rank) break;
      if (event.kind !== 'lost') continue;
      const used = charged.get(i) ?? 0;
      if (used >= event.numbers) continue;
      charged.set(i, used + 1);
      return;
    }
    if (this.#droppedBeforeEpoch-- > 0) return;
    assert.fail(`unit ${rank} is missing and nobody was told: ${JSON.stringify(events)}`);
  }

  #step(step: Step): void {
    switch (step.do) {
      case 'notify': {
        this.#notify(step.bytes, step.ttl, undefined);
        return;
      }
      case 'latest': {
        this.#notify(step.bytes, step.ttl, step.key);
        return;
      }
      case 'response': {
        this.#response(step.bytes);
        return;
      }
      case 'reserve':
        this.#reserved.push({ seq: this.queue.reserve(), rank: this.#newFate(true, Infinity).rank });
        return;
      case 'fill':
        if (this.#reserved.length > 0) this.#fill(step.which % this.#reserved.length);
        return;
      case 'turn': {
        this.#turn();
        return;
      }
      case 'room':
        if (this.#link !== undefined) this.#link.room = step.open;
        if (step.open) this.#link?.sender.drained();
        return;
      case 'carry': {
        this.#carry(step.bytes);
        return;
      }
      case 'ack': {
        this.#ackStep(step.which);
        return;
      }
      case 'save': {
        this.receiver.save();
        return;
      }
      case 'restore':
        this.#cut();
        {
          this.receiver.restore();
          return;
        }
      case 'cut': {
        this.#cut();
        return;
      }
      case 'connect': {
        this.#connect(step.behind);
        return;
      }
      case 'connect-beyond': {
        this.#connectBeyond();
        return;
      }
      case 'new-epoch':
        this.#cut();
        {
          this.#startEpoch();
          return;
        }
      case 'wait':
        this.#now += step.ms;
    }
  }

  #notify(bytes: number, ttl: number, key: string | undefined): void {
    const { units, bytes: kept, responseUnits } = this.queue;
    const rank = this.#ranks + 1;
    const payload = new Uint8Array(bytes);
    const body = encodeDelivery([{ notify: { topic: 't', payload, id: String(rank) } }]);
    const expiresAt = ttl === 0 ? Infinity : this.#now + ttl;
    for (;;) {
      const result = this.queue.enqueueNotify(body, this.#now, key, expiresAt);
      if (result === 'full') {
        const atLimit = units - responseUnits >= this.#limits.maxUnits || kept + body.length > this.#limits.maxBytes;
        assert.ok(atLimit, 'refused with room left');
        assert.ok(this.#limits.overflow === 'refuse' || body.length > this.#limits.maxBytes);
        return;
      }
      if (result !== 'fill-first') {
        this.#accepted(body, key, expiresAt, result === 'replaced');
        break;
      }
      const at = this.#reserved.findIndex(({ seq }) => seq === this.queue.oldestReservation);
      assert.ok(at >= 0, 'asked to fill what is reserved');
      this.#fill(at);
    }
    if (this.queue.overrun) this.#cut();
    this.#link?.sender.wake();
  }

  #accepted(body: Uint8Array, key: string | undefined, expiresAt: number, replaced: boolean): void {
    const fate = this.#newFate(false, expiresAt);
    this.#rankOf.set(body, fate.rank);
    const older = key === undefined ? undefined : this.#latest.get(key);
    if (replaced) older!.replacedBy = fate.rank;
    if (key !== undefined) this.#latest.set(key, fate);
  }

  #newFate(response: boolean, expiresAt: number): Fate {
    const fate = { rank: ++this.#ranks, response, expiresAt, replacedBy: 0, written: false, epochEnded: false };
    this.#fates.set(fate.rank, fate);
    return fate;
  }

  #response(bytes: number): void {
    const { rank } = this.#newFate(true, Infinity);
    this.queue.enqueueResponse(this.#responseBody(rank, bytes), rank);
    this.#link?.sender.wake();
  }

  #responseBody(rank: number, bytes: number): Uint8Array {
    const body = encodeDelivery([{ response: { clientSeq: rank, code: 200, payload: new Uint8Array(bytes) } }]);
    this.#rankOf.set(body, rank);
    return body;
  }

  #fill(at: number): void {
    const [{ seq, rank } = assert.fail()] = this.#reserved.splice(at, 1);
    assert.ok(this.queue.fill(seq, this.#responseBody(rank, 1), rank));
    assert.ok(!this.queue.fill(seq, this.#responseBody(rank, 1), rank), 'a reservation is filled once');
    this.#link?.sender.wake();
  }

  #turn(): void {
    const flush = this.#link?.scheduled;
    if (flush === undefined) return;
    this.#link!.scheduled = undefined;
    flush();
  }

  #carry(bytes: number): void {
    if (this.#link === undefined) return;
    const { wire } = this.#link;
    const part = wire.slice(0, Math.min(bytes, wire.length));
    this.#link.wire = wire.slice(part.length);
    this.receiver.receive(part);
  }

  #ackStep(which: 'position' | 'saved' | 'old' | 'beyond'): void {
    if (which === 'beyond') {
      this.#ackBeyond();
      return;
    }
    if (which === 'position') {
      this.#ack(this.receiver.position);
      return;
    }
    if (which === 'saved') {
      this.#ack(this.receiver.savedPosition);
      return;
    }
    this.#ack(Math.floor(this.receiver.position / 2));
  }

  #ack(seq: number): void {
    if (!this.receiver.isWelcome) return;
    const { ackedUpTo } = this.queue;
    this.#confirmed = true;
    assert.equal(this.queue.ack(seq), seq > ackedUpTo ? 'ok' : 'old');
    assert.equal(this.queue.ackedUpTo, Math.max(seq, ackedUpTo));
  }

  /** What the queue has sent is at most what it has given; beyond that an ack must change nothing. */
  #ackBeyond(): void {
    const { units, bytes, ackedUpTo, lastGiven } = this.queue;
    assert.equal(this.queue.ack(lastGiven + 1), 'beyond');
    assert.deepEqual([this.queue.units, this.queue.bytes, this.queue.ackedUpTo], [units, bytes, ackedUpTo]);
  }

  #cut(): void {
    this.#link?.sender.stop();
    this.#link = undefined;
    this.receiver.disconnected();
    this.queue.detach();
    assert.equal(this.queue.take(this.#now), undefined, 'nothing is handed out without a connection');
  }

  /** Also takes over from a connection that still stands: the old one gets nothing any more. */
  #connect(behind: number): void {
    this.#cut();
    const { position } = this.receiver;
    const helloPosition = Math.max(Math.min(position, this.queue.ackedUpTo), position - behind);
    const sameEpoch = this.receiver.epoch === String(this.#epoch);
    if (!sameEpoch && this.#confirmed) this.#startEpoch();
    let attachment = this.queue.attach(sameEpoch ? helloPosition : 0, this.#now);
    if (!sameEpoch && attachment.resume !== Resume.FULL) {
      this.#startEpoch();
      attachment = this.queue.attach(0, this.#now);
    }
    assert.notEqual(attachment.resume, Resume.FRESH, 'a position that was reached is resumed');
    this.#open(sameEpoch ? attachment : { ...attachment, resume: Resume.FRESH }, helloPosition);
  }

  #connectBeyond(): void {
    this.#cut();
    const { units, lastGiven, ackedUpTo } = this.queue;
    const attachment = this.queue.attach(lastGiven + 1, this.#now);
    assert.equal(attachment.resume, Resume.FRESH);
    assert.equal(attachment.reason, 'store-lost');
    assert.deepEqual([this.queue.units, this.queue.lastGiven, this.queue.ackedUpTo], [units, lastGiven, ackedUpTo]);
    this.#startEpoch();
    this.#open({ ...this.queue.attach(0, this.#now), resume: Resume.FRESH }, 0);
  }

  #open(attachment: Attachment, helloPosition: number): void {
    const { resume, lostFrom, lostTo, nextSeq, upTo } = attachment;
    const link = new Link(
      (unit) => this.#written(unit),
      this.queue,
      () => this.#now,
    );
    this.#link = link;
    this.receiver.connected(helloPosition);
    const inFlight = this.queue.responsesBeyond(upTo).concat(this.#reserved.map(({ rank }) => rank));
    const epoch = String(this.#epoch);
    const sessionId = String(this.#ranks);
    const welcome = { resume, lostFrom, lostTo, nextServerSeq: nextSeq, inFlight, epoch, sessionId };
    link.sender.control(encodeBody({ welcome }));
    link.sender.control(encodeBody({ replayed: { upTo } }), upTo);
  }

  #written(unit: Unit): void {
    const fate = this.#fates.get(this.#rankOf.get(unit.body)!)!;
    assert.ok(fate.written || fate.expiresAt > this.#now, 'a unit that expired is not written');
    assert.equal(fate.replacedBy, 0, 'a unit that was replaced is not written');
    fate.written = true;
  }

  #startEpoch(): void {
    const { waitingUnits } = this.queue;
    const { givenUp, notifies, responses, reservations } = this.queue.startEpoch();
    assert.equal(givenUp, notifies + responses.length);
    assert.deepEqual(
      reservations,
      this.#reserved.map(({ seq }) => seq).sort((a, b) => a - b),
    );
    assert.ok(this.queue.units <= waitingUnits);
    for (const { seq, rank } of this.#reserved) assert.ok(!this.queue.fill(seq, this.#responseBody(rank, 1), rank));
    this.#reserved.length = 0;
    for (const fate of this.#fates.values()) if (fate.written || fate.response) fate.epochEnded = true;
    this.#droppedBeforeEpoch = this.queue.counters.dropped;
    this.#epoch++;
    this.#confirmed = false;
  }

  #checkLimits(): void {
    const { units, responseUnits, unackedUnits, waitingUnits, bytes, waitingBytes, unackedBytes } = this.queue;
    assert.ok(units - responseUnits <= this.#limits.maxUnits, 'within the limit');
    assert.equal(units, unackedUnits + waitingUnits);
    assert.equal(bytes, waitingBytes + unackedBytes);
    assert.ok(responseUnits >= 0 && waitingBytes >= 0 && unackedBytes >= 0);
  }
}

/** One connection: a sender, a wire that keeps what was not yet carried, and whether there is room. */
class Link {
  readonly sender: OrderedSender;
  wire = new Uint8Array(0);
  room = true;
  scheduled: (() => void) | undefined;

  constructor(written: (unit: Unit) => void, queue: OrderedMessageQueue, now: () => number) {
    this.sender = new OrderedSender({
      source: {
        take: (at) => {
          const unit = queue.take(at);
          if (unit !== undefined) written(unit);
          return unit;
        },
        get takenUpTo() {
          return queue.takenUpTo;
        },
      },
      sink: {
        write: (bytes) => {
          const longer = new Uint8Array(this.wire.length + bytes.length);
          longer.set(this.wire);
          longer.set(bytes, this.wire.length);
          this.wire = longer;
          return this.room;
        },
      },
      schedule: (flush) => {
        assert.equal(this.scheduled, undefined, 'one flush a turn');
        this.scheduled = flush;
      },
      ack: () => 0,
      now,
    });
  }
}
