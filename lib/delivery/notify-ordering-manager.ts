import type { FateListener } from './fate.js';
import { errorTable } from '../errors.js';
import { encodeDelivery, Outcome, type ItemInit, type NotifyInit } from '../protocol/message-codec.js';
import { FateGroup } from './fate.js';
import { mayExceed } from './item-size.js';

/** Where a bound notify stands: before or after the Response of its request. */
export type Place = 'before' | 'after';

/**
 * held: it will stand around the Response. late: the request is answered already, deliver it at once, unbound.
 * Refused: too-many or too-large for one request (413), full: for the player (507), beyond: the request is so far ahead
 * that it can't come in time.
 */
export type HoldVerdict = 'held' | 'late' | 'too-many' | 'too-large' | 'full' | 'beyond';

export interface BindingLimits {
  /** Notifies bound to one request. */
  readonly maxBoundNotifies: number;
  /** How long one waits for a request that hasn't come, in ms. */
  readonly boundWaitMs: number;
  /** Longest frame, in bytes. The notifies bound to one request fill it but for the room that an error Response needs. */
  readonly maxFrameBytes: number;
  /** Bytes held for one player in all; the same budget as its queue's. */
  readonly maxBytes: number;
  /** Requests a player may have pending; one further ahead of the last accepted is nobody's yet. */
  readonly maxPendingRequests: number;
}

/** A notify that was held and can't be placed any more. */
export interface Stranded {
  readonly clientSeq: number;
  readonly notify: NotifyInit;
  readonly fate: FateListener | undefined;
}

/** Kept free of bound notifies in a frame, for the Response: PROTOCOL 4. */
const RESPONSE_ROOM = 64 * 1024;

/** A frame's own fields around the body: three numbers below 2^53 with their tags. */
const FRAME_FIELDS = 3 * 9;

/**
 * Holds notifies bound to a request until its Response is there, then puts both together as the items of one unit that
 * nothing can split. One a player and epoch; pure.
 *
 *   before notifies in the order they came · Response · after notifies in the order they came
 */
export class NotifyOrderingManager {
  readonly #limits: BindingLimits;
  /** Requests that are not answered yet. */
  readonly #open = new Set<number>();
  /** What is held, by client seq; only requests that have something. */
  readonly #held = new Map<number, Held>();
  #lastOpened = 0;
  #heldNotifies = 0;
  #heldBytes = 0;

  constructor(limits: BindingLimits) {
    this.#limits = limits;
  }

  /** Notifies held now. */
  get heldNotifies(): number {
    return this.#heldNotifies;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Requests that are open now. */
  get openRequests(): number {
    return this.#open.size;
  }

  /** A request was accepted; what was held for it ahead of time now waits for its Response. Client seqs only rise. */
  open(clientSeq: number): void {
    this.#open.add(clientSeq);
    this.#lastOpened = clientSeq;
  }

  /**
   * @param now  in ms; from here a notify whose request hasn't come waits for it
   * @param fate hears what becomes of it once it is held
   */
  hold(clientSeq: number, place: Place, notify: NotifyInit, now: number, fate?: FateListener): HoldVerdict {
    if (clientSeq <= this.#lastOpened && !this.#open.has(clientSeq)) return 'late';
    if (clientSeq > this.#lastOpened + this.#limits.maxPendingRequests) return 'beyond';
    const bound = { ...notify, boundClientSeq: clientSeq };
    const bytes = encodeDelivery([{ notify: bound }]).length;
    const held = this.#held.get(clientSeq);
    const refusal = this.#refusal(held, bytes);
    if (refusal !== undefined) return refusal;
    this.#keep(clientSeq, held ?? new Held(), { place, notify: bound, bytes, since: now, fate });
    return 'held';
  }

  /** Who listens for the unit of this request, since a notify of theirs is held for it. Ask before `compose`. */
  listener(clientSeq: number): FateListener | undefined {
    if (this.#held.size === 0) return undefined;
    const listeners = this.#held.get(clientSeq)?.notifies.flatMap(({ fate }) => fate ?? []);
    return listeners === undefined || listeners.length === 0 ? undefined : new FateGroup(listeners);
  }

  /**
   * Closes the request and returns the items of its unit. A Response that doesn't fit into a frame together with what
   * stands around it is replaced by an error Response without notifies of its own; those held stay.
   * @param response item of the Response
   * @param before   the service's own notifies around its answer; they stand behind the held ones of the same place
   */
  compose(
    clientSeq: number,
    response: ItemInit,
    before: readonly NotifyInit[] = NONE,
    after: readonly NotifyInit[] = NONE,
  ): ItemInit[] {
    this.#open.delete(clientSeq);
    this.#lastOpened = Math.max(this.#lastOpened, clientSeq);
    const held = this.#held.size === 0 ? undefined : this.#release(clientSeq);
    const items = arrange(clientSeq, held, response, before, after);
    const room = this.#limits.maxFrameBytes - FRAME_FIELDS;
    if (!mayExceed(items, room) || encodeDelivery(items).length <= room) return items;
    return arrange(clientSeq, held, tooLarge(clientSeq), NONE, NONE);
  }

  /** Gives back what has waited too long for a request that never came; `waiting`: others still do. */
  expire(now: number): { expired: Stranded[]; waiting: boolean } {
    const expired: Stranded[] = [];
    let waiting = false;
    const limit = now - this.#limits.boundWaitMs;
    for (const [clientSeq, held] of this.#held) {
      if (clientSeq <= this.#lastOpened) continue;
      for (const { notify, fate } of this.#dropUntil(clientSeq, held, limit)) expired.push({ clientSeq, notify, fate });
      waiting ||= held.notifies.length > 0;
    }
    return { expired, waiting };
  }

  /** The epoch is over: forgets every request and gives back everything held. */
  end(): Stranded[] {
    const stranded: Stranded[] = [];
    for (const [clientSeq, { notifies }] of this.#held) {
      for (const { notify, fate } of notifies) stranded.push({ clientSeq, notify, fate });
    }
    this.#open.clear();
    this.#held.clear();
    this.#lastOpened = this.#heldNotifies = this.#heldBytes = 0;
    return stranded;
  }

  #refusal(held: Held | undefined, bytes: number): HoldVerdict | undefined {
    const { maxBoundNotifies, maxFrameBytes, maxBytes } = this.#limits;
    if ((held?.bytes ?? 0) + bytes > maxFrameBytes - RESPONSE_ROOM) return 'too-large';
    if ((held?.notifies.length ?? 0) >= maxBoundNotifies) return 'too-many';
    if (this.#heldBytes + bytes > maxBytes) return 'full';
    return undefined;
  }

  #keep(clientSeq: number, held: Held, notify: HeldNotify): void {
    held.notifies.push(notify);
    held.bytes += notify.bytes;
    this.#heldNotifies++;
    this.#heldBytes += notify.bytes;
    this.#held.set(clientSeq, held);
  }

  #release(clientSeq: number): Held | undefined {
    const held = this.#held.get(clientSeq);
    if (held === undefined) return undefined;
    this.#held.delete(clientSeq);
    this.#heldNotifies -= held.notifies.length;
    this.#heldBytes -= held.bytes;
    return held;
  }

  /** Takes out what is held since `limit` or longer; the notifies stand in the order they came. */
  #dropUntil(clientSeq: number, held: Held, limit: number): HeldNotify[] {
    const kept = held.notifies.findIndex(({ since }) => since > limit);
    const dropped = held.notifies.splice(0, kept < 0 ? held.notifies.length : kept);
    for (const { bytes } of dropped) {
      held.bytes -= bytes;
      this.#heldBytes -= bytes;
    }
    this.#heldNotifies -= dropped.length;
    if (held.notifies.length === 0) this.#held.delete(clientSeq);
    return dropped;
  }
}

interface HeldNotify {
  readonly place: Place;
  readonly notify: NotifyInit;
  /** Encoded, an upper bound of what it adds to the unit. */
  readonly bytes: number;
  readonly since: number;
  readonly fate: FateListener | undefined;
}

/** What is held for one request. */
class Held {
  readonly notifies: HeldNotify[] = [];
  bytes = 0;
}

const NONE: readonly NotifyInit[] = [];

function arrange(
  clientSeq: number,
  held: Held | undefined,
  response: ItemInit,
  before: readonly NotifyInit[],
  after: readonly NotifyInit[],
): ItemInit[] {
  const items: ItemInit[] = [];
  addHeld(items, held, 'before');
  addOwn(items, clientSeq, before);
  items.push(response);
  addHeld(items, held, 'after');
  addOwn(items, clientSeq, after);
  return items;
}

function addHeld(items: ItemInit[], held: Held | undefined, place: Place): void {
  if (held === undefined) return;
  for (const { place: its, notify } of held.notifies) if (its === place) items.push({ notify });
}

function addOwn(items: ItemInit[], clientSeq: number, notifies: readonly NotifyInit[]): void {
  for (const notify of notifies) items.push({ notify: { ...notify, boundClientSeq: clientSeq } });
}

/** The service has acted, but its answer is lost to the client. */
function tooLarge(clientSeq: number): ItemInit {
  const { code, text } = errorTable.UPSTREAM_FAILED;
  const message = `${text}: its answer does not fit into a frame`;
  return { response: { clientSeq, code, message, outcome: Outcome.UNKNOWN } };
}
