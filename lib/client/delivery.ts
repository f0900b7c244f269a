import type { Item, Notify, Response } from '../protocol/message-codec.js';
import { Listeners } from './listeners.js';
import { Message } from './payload.js';

/** Where a notify stands: beside the Response of the request with number `clientSeq`. */
export interface Place {
  readonly side: 'before' | 'after';
  readonly clientSeq: number;
}

/** A message that a service pushed. */
export class NotifyMessage extends Message {
  readonly topic: string;
  /** The sender's id of this push, or ''. */
  readonly id: string;
  /** The request it was bound to, 0 if none. Without a `place` it came too late to stand beside the Response. */
  readonly boundClientSeq: number;

  constructor(
    notify: Notify,
    /** Number of the unit it came in; 0 when it is `volatile`. */
    readonly seq: number,
    readonly place: Place | undefined,
    /** It came in the replay after a reconnect. */
    readonly replayed: boolean,
  ) {
    super(notify.payload, notify.headers);
    this.topic = notify.topic;
    this.id = notify.id;
    this.boundClientSeq = notify.boundClientSeq;
  }

  /** Sent once and not kept: others may be missing, and its place among the numbered ones means nothing. */
  get volatile(): boolean {
    return this.seq === 0;
  }
}

export type NotifyHandler = (notify: NotifyMessage) => void;
/**
 * @param seq   0: volatile
 * @param voids how many numbers right before `seq` are void: replaced or expired on the gateway, nothing is missing
 */
export type UnitObserver = (seq: number, items: readonly Item[], replayed: boolean, voids: number) => void;

/** Hands the items of each unit to whom they concern, in their order, synchronously. */
export class Delivery {
  readonly #report: (error: unknown) => void;
  readonly #onResponse: (response: Response) => void;
  readonly #byTopic = new Map<string, Listeners<[NotifyMessage]>>();
  readonly #everyTopic: Listeners<[NotifyMessage]>;
  readonly #units: Listeners<Parameters<UnitObserver>>;

  constructor(report: (error: unknown) => void, onResponse: (response: Response) => void) {
    this.#report = report;
    this.#onResponse = onResponse;
    this.#everyTopic = new Listeners(report);
    this.#units = new Listeners(report);
  }

  /** @param topic a whole topic, or `*` for all */
  onNotify(topic: string, handler: NotifyHandler): () => void {
    if (topic === '*') return this.#everyTopic.add(handler);
    let listeners = this.#byTopic.get(topic);
    if (listeners === undefined) this.#byTopic.set(topic, (listeners = new Listeners(this.#report)));
    return listeners.add(handler);
  }

  onUnit(observer: UnitObserver): () => void {
    return this.#units.add(observer);
  }

  /** @param seq 0 for a volatile Delivery */
  deliver(seq: number, items: readonly Item[], replayed: boolean, voids: number): void {
    this.#units.emit(seq, items, replayed, voids);
    const middle = items.findIndex((item) => item.kind === 'response');
    items.forEach((item, index) => {
      if (item.kind === 'response') this.#onResponse(item.response);
      else if (item.kind === 'notify') this.#notify(item.notify, seq, placeOf(items[middle], index < middle), replayed);
    });
  }

  #notify(notify: Notify, seq: number, place: Place | undefined, replayed: boolean): void {
    const message = new NotifyMessage(notify, seq, place, replayed);
    this.#byTopic.get(notify.topic)?.emit(message);
    this.#everyTopic.emit(message);
  }
}

function placeOf(response: Item | undefined, before: boolean): Place | undefined {
  if (response?.kind !== 'response') return undefined;
  return { side: before ? 'before' : 'after', clientSeq: response.response.clientSeq };
}
