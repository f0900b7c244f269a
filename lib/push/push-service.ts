import type { Clock } from '../clock.js';
import type { FateListener } from '../delivery/fate.js';
import { Unit, wasWritten } from '../delivery/unit.js';
import type { HoldVerdict } from '../delivery/notify-ordering-manager.js';
import { GatesvrError, type ErrorName } from '../errors.js';
import type { Player } from '../player/player.js';
import { encodeDelivery } from '../protocol/message-codec.js';
import {
  PushOutcome,
  ReceiptWish,
  type BroadcastRequest,
  type KickReplyInit,
  type KickRequest,
  type PushReplyInit,
  type PushRequest,
} from '../protocol/push-codec.js';
import { FanOut } from './fan-out.js';
import { FanOutTurns } from './fan-out-turns.js';
import type { PushCounters } from './push-counters.js';
import { PushLane } from './push-lane.js';
import { PushRecord, type PushSender } from './push-record.js';
import { readBroadcast, readPush, type Binding, type Push, type PushTarget } from './push.js';
import { RecentPushes, type RecentLimits } from './recent-pushes.js';

/** Where pushes find players. Implemented by PlayerManager. */
export interface PlayerDirectory {
  find(playerId: string): Player | undefined;
  /** Whose session that is or was; compare with `player.lastSessionId`. */
  ofSession(sessionId: string): Player | undefined;
  inZone(zone: string): Iterable<Player>;
  all(): Iterable<Player>;
  kick(player: Player, message: string, mayResume: boolean): void;
}

export interface PushParts {
  readonly players: PlayerDirectory;
  readonly clock: Clock;
  /** Runs work once what is due in this turn of the event loop has been written. */
  readonly afterTurn: (work: () => void) => void;
  readonly limits: RecentLimits & { readonly maxFrameBytes: number };
  readonly counters: PushCounters;
}

/** A frame's own fields around the body: three numbers below 2^53 with their tags. */
const FRAME_FIELDS = 3 * 9;
/** Largest volatile Delivery (PROTOCOL 2). */
const VOLATILE_BYTES = 16 * 1024;
/** Each receiver's fate is a message of 8 µs to the sender: what is more is a broadcast, and nobody reads so much. */
const MAX_HEARD_RECEIVERS = 256;
const MAX_KICK_MESSAGE_CHARS = 1_024;

/**
 * Takes pushes, finds their players, and says what became of each: the one place behind every way to push. Knows no
 * transport. A reply is true when it is given: DELIVERED is said after the turn in which the unit was written.
 *
 *   PushLane ─► one player ─► Unit ─► Player.deliver      one lane a sender: nothing overtakes
 *            └► many ─► FanOut ─► slices over turns ─► a Unit a player around one shared body
 */
export class PushService {
  readonly #parts: PushParts;
  readonly #recent: RecentPushes;
  readonly #turns: FanOutTurns;
  /** Pushes to one player that wait for the end of the turn, to see whether they were written. */
  #unsettled: { push: Push; record: PushRecord; unit: Unit; message: string }[] = [];
  #refusing = false;

  constructor(parts: PushParts) {
    this.#parts = parts;
    this.#recent = new RecentPushes(parts.limits);
    this.#turns = new FanOutTurns({
      afterTurn: parts.afterTurn,
      written: () => this.#settle(),
      done: (fanOut) => this.#fanOutDone(fanOut),
    });
  }

  /** Fan-outs that have not reached all their players. */
  get running(): number {
    return this.#turns.running;
  }

  /** For pushes of one sender that must not overtake each other. */
  lane(sender: PushSender): PushLane {
    return new PushLane(sender, (push, lane) => this.#take(push, lane));
  }

  /** Takes a push. What is wrong with it is told in its reply. */
  push(request: PushRequest, lane: PushLane): void {
    this.#read(request.id, () => readPush(request), lane);
  }

  /** Takes a push to a list of players; replied like a push. */
  broadcast(request: BroadcastRequest, lane: PushLane): void {
    this.#read(request.push?.id ?? '', () => readBroadcast(request), lane);
  }

  /** Sends a player away. */
  kick(request: KickRequest): KickReplyInit {
    const { playerId, sessionId, message, mayResume } = request;
    try {
      if (this.#refusing) throw new GatesvrError('DRAINING');
      if ((playerId === '') === (sessionId === '')) {
        throw new GatesvrError('BAD_PUSH', 'a kick names either player_id or session_id');
      }
      if (message.length > MAX_KICK_MESSAGE_CHARS) {
        throw new GatesvrError('BAD_PUSH', `message is longer than ${MAX_KICK_MESSAGE_CHARS} characters`);
      }
      const player = this.#one(playerId === '' ? { kind: 'session', sessionId } : { kind: 'player', playerId });
      this.#parts.players.kick(player, message, mayResume);
      this.#parts.counters.kicks.found++;
      return { found: true };
    } catch (error) {
      if (!(error instanceof GatesvrError)) throw error;
      this.#parts.counters.kicks.refused++;
      return { found: false, code: error.kind.code, message: error.message };
    }
  }

  /** Refuses everything from now on (503), and resolves when the fan-outs under way have reached everybody. */
  refuse(): Promise<void> {
    this.#refusing = true;
    return this.#turns.idle();
  }

  #read(id: string, read: () => Push, lane: PushLane): void {
    let push: Push;
    try {
      push = read();
    } catch (error) {
      if (!(error instanceof GatesvrError)) throw error;
      this.#parts.counters.count('unreadable', 'unreadable', PushOutcome.REFUSED);
      lane.sender.reply({ id: id.slice(0, MAX_REPLIED_ID_CHARS), ...refusal(error) });
      return;
    }
    lane.push(push);
  }

  /** @returns false while the push is on its way to many */
  #take(push: Push, lane: PushLane): boolean {
    const now = this.#parts.clock.now();
    const known = push.id === '' ? undefined : this.#recent.find(push.id, now);
    if (known !== undefined) {
      this.#parts.counters.repeated++;
      known.repeated(lane.sender);
      return true;
    }
    const record = new PushRecord(push.id, lane.sender, now, this.#parts.counters.receipts);
    if (push.id !== '') this.#recent.add(record);
    try {
      return this.#deliver(push, record, lane);
    } catch (error) {
      if (!(error instanceof GatesvrError)) throw error;
      this.#refuse(push, record, error);
      return true;
    }
  }

  /** @throws GatesvrError when it is refused; nothing was done then */
  #deliver(push: Push, record: PushRecord, lane: PushLane): boolean {
    if (this.#refusing) throw new GatesvrError('DRAINING');
    if (push.target.kind !== 'player' && push.target.kind !== 'session') return this.#toMany(push, record, lane);
    const player = this.#one(push.target);
    if (push.binding !== undefined) this.#bind(push, record, player, push.binding);
    else if (push.class === 'volatile') this.#toLink(push, record, player);
    else this.#toQueue(push, record, player, '');
    return true;
  }

  #toLink(push: Push, record: PushRecord, player: Player): void {
    if (player.sendVolatile(this.#encode(push))) {
      this.#reply(push, record, { outcome: PushOutcome.DELIVERED, receivers: 1, delivered: 1 });
    } else {
      const message = player.isLive ? 'the connection has no room' : 'the player is away';
      this.#reply(push, record, { outcome: PushOutcome.DROPPED, message });
    }
  }

  #toQueue(push: Push, record: PushRecord, player: Player, message: string): void {
    const unit = new Unit('notify', this.#encode(push), push.key, this.#expiry(push), 0, listener(push, record));
    if (player.deliver(unit) === 'full') throw new GatesvrError('QUEUE_FULL');
    this.#unsettled.push({ push, record, unit, message });
    this.#turns.touch();
  }

  #bind(push: Push, record: PushRecord, player: Player, { epoch, clientSeq, place }: Binding): void {
    if (epoch !== player.epoch) throw new GatesvrError('OTHER_EPOCH');
    const fate = listener(push, record);
    const verdict = player.bind(clientSeq, place, push.notify, fate);
    if (verdict === 'held') this.#reply(push, record, { outcome: PushOutcome.HELD, receivers: 1 });
    else if (verdict === 'late') {
      this.#toQueue(push, record, player, 'its request was answered before: it is not placed');
      fate?.fate('late', player.id);
    } else throw notHeld(verdict);
  }

  #toMany(push: Push, record: PushRecord, lane: PushLane): boolean {
    const { players, unknown } = this.#many(push.target);
    const heard = push.receipts === ReceiptWish.RECEIPTS_EACH ? listener(push, record) : undefined;
    if (heard !== undefined && players.length > MAX_HEARD_RECEIVERS) {
      const detail = `${players.length} players, and receipts of each are given up to ${MAX_HEARD_RECEIVERS}`;
      throw new GatesvrError('PAYLOAD_TOO_LARGE', detail);
    }
    const fanOut = new FanOut(push, record, lane, this.#encode(push), players, this.#expiry(push), heard, unknown);
    return this.#turns.start(fanOut);
  }

  /** @throws GatesvrError UNKNOWN_TARGET, REPLACED */
  #one(target: Extract<PushTarget, { kind: 'player' | 'session' }>): Player {
    const { players } = this.#parts;
    const player = target.kind === 'player' ? players.find(target.playerId) : players.ofSession(target.sessionId);
    if (player === undefined) throw new GatesvrError('UNKNOWN_TARGET', `no such ${target.kind}`);
    if (target.kind === 'session' && player.lastSessionId !== target.sessionId) {
      throw new GatesvrError('REPLACED', 'another session of the player took over');
    }
    return player;
  }

  /** Who is to get it, fixed now: whoever comes, or comes again, while it is on its way doesn't get it twice. */
  #many(target: PushTarget): { players: Player[]; unknown: number } {
    const { players } = this.#parts;
    if (target.kind === 'zone') return { players: [...players.inZone(target.zone)], unknown: 0 };
    if (target.kind !== 'list') return { players: [...players.all()], unknown: 0 };
    const found: Player[] = [];
    for (const playerId of target.playerIds) {
      const player = players.find(playerId);
      if (player !== undefined) found.push(player);
    }
    return { players: found, unknown: target.playerIds.size - found.length };
  }

  /** @throws GatesvrError PAYLOAD_TOO_LARGE */
  #encode({ notify, class: its }: Push): Uint8Array {
    const body = encodeDelivery([{ notify }]);
    const limit = its === 'volatile' ? VOLATILE_BYTES : this.#parts.limits.maxFrameBytes - FRAME_FIELDS;
    if (body.length <= limit) return body;
    throw new GatesvrError('PAYLOAD_TOO_LARGE', `${body.length} bytes, a ${its} push has at most ${limit}`);
  }

  #expiry({ ttlMs }: Push): number {
    return this.#parts.clock.now() + ttlMs;
  }

  /** What was to be written in this turn is written: only now the replies can be true. */
  #settle(): void {
    const settled = this.#unsettled;
    this.#unsettled = [];
    for (const { push, record, unit, message } of settled) {
      const written = wasWritten(unit);
      const outcome = written ? PushOutcome.DELIVERED : PushOutcome.KEPT;
      this.#reply(push, record, { outcome, message, receivers: 1, delivered: written ? 1 : 0 });
    }
  }

  #fanOutDone(fanOut: FanOut): void {
    const { push, record } = fanOut;
    const refused = fanOut.refusal;
    this.#parts.counters.fanOut(push.target.kind, fanOut.receivers);
    if (refused === undefined) this.#reply(push, record, fanOut.reply());
    else this.#refuse(push, record, new GatesvrError(refused, 'by every receiver'), fanOut.reply());
  }

  #reply(push: Push, record: PushRecord, reply: PushReplyInit): void {
    this.#parts.counters.count(push.target.kind, push.class, reply.outcome ?? PushOutcome.REFUSED);
    record.settle(reply);
  }

  /** Nothing came of it, so its id may come again. */
  #refuse(push: Push, record: PushRecord, error: GatesvrError, counts: PushReplyInit = {}): void {
    if (push.id !== '') this.#recent.forget(record);
    this.#reply(push, record, { ...counts, ...refusal(error) });
  }
}

/** An id that is too long is not sent back in full. */
const MAX_REPLIED_ID_CHARS = 128;

function listener(push: Push, record: PushRecord): FateListener | undefined {
  return push.receipts === ReceiptWish.RECEIPTS_NONE || !record.isHeard ? undefined : record;
}

function refusal(error: GatesvrError): PushReplyInit {
  return { outcome: PushOutcome.REFUSED, code: error.kind.code, message: error.message };
}

function notHeld(verdict: Exclude<HoldVerdict, 'held' | 'late'>): GatesvrError {
  const [name, detail] = NOT_HELD[verdict];
  return new GatesvrError(name, detail);
}

const NOT_HELD: Record<Exclude<HoldVerdict, 'held' | 'late'>, readonly [ErrorName, string]> = {
  'too-many': ['PAYLOAD_TOO_LARGE', 'as many notifies as there can be are bound to the request'],
  'too-large': ['PAYLOAD_TOO_LARGE', 'the notifies bound to the request fill a frame'],
  full: ['QUEUE_FULL', 'too much is held for its requests'],
  beyond: ['BAD_PUSH', 'the request of bound_to is too far ahead of the last one that came'],
};
