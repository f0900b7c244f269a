import type { Fate, FateListener } from '../delivery/fate.js';
import { ReceiptKind, type PushReplyInit, type Receipt } from '../protocol/push-codec.js';

/** Who pushes: one call, or one stream. */
export interface PushSender {
  /** Called once for each push, never before the call that brought it has returned to its caller's loop. */
  reply(reply: PushReplyInit): void;
  /** Left out where nobody listens. */
  receipt?(receipt: Receipt): void;
}

/** Receipts by kind, over all pushes. */
export type ReceiptCounters = Record<Fate, number>;

export function newReceiptCounters(): ReceiptCounters {
  return {
    placed: 0,
    late: 0,
    expired: 0,
    'epoch-ended': 0,
    superseded: 0,
    acknowledged: 0,
    lost: 0,
    unknown: 0,
  };
}

const KINDS: Record<Fate, ReceiptKind> = {
  placed: ReceiptKind.PLACED,
  late: ReceiptKind.LATE,
  expired: ReceiptKind.EXPIRED,
  'epoch-ended': ReceiptKind.EPOCH_ENDED,
  superseded: ReceiptKind.SUPERSEDED,
  acknowledged: ReceiptKind.ACKNOWLEDGED,
  lost: ReceiptKind.LOST,
  unknown: ReceiptKind.FATE_UNKNOWN,
};

/**
 * What is remembered of a push: its reply, who waits for it, who hears its receipts. Not its payload. One a push,
 * whatever the number of its receivers.
 */
export class PushRecord implements FateListener {
  readonly #receipts: ReceiptCounters;
  #sender: PushSender;
  #waiting: PushSender[];
  #reply: PushReplyInit | undefined;

  /** @param since Clock.now() when it came, in ms */
  constructor(
    readonly id: string,
    sender: PushSender,
    readonly since: number,
    receipts: ReceiptCounters,
  ) {
    this.#sender = sender;
    this.#waiting = [sender];
    this.#receipts = receipts;
  }

  /** Whether somebody would hear a receipt. */
  get isHeard(): boolean {
    return this.id !== '' && this.#sender.receipt !== undefined;
  }

  /** The push came again, perhaps over another stream: that one gets the reply, and the receipts from now on. */
  repeated(sender: PushSender): void {
    this.#sender = sender;
    if (this.#reply === undefined) this.#waiting.push(sender);
    else sender.reply(this.#reply);
  }

  settle(reply: PushReplyInit): void {
    this.#reply = { ...reply, id: this.id };
    for (const sender of this.#waiting.splice(0)) sender.reply(this.#reply);
  }

  fate(fate: Fate, playerId: string): void {
    this.#receipts[fate]++;
    this.#sender.receipt?.({ id: this.id, kind: KINDS[fate], playerId });
  }
}
