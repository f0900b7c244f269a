import { Unit, wasWritten } from '../delivery/unit.js';
import type { FateListener } from '../delivery/fate.js';
import type { Player } from '../player/player.js';
import { PushOutcome, type PushReplyInit } from '../protocol/push-codec.js';
import type { PushLane } from './push-lane.js';
import type { PushRecord } from './push-record.js';
import type { Push } from './push.js';

/** What one turn of the event loop has left for fan-outs. */
export interface TurnBudget {
  /** Receivers that may be given their unit: about 1 µs each. */
  receivers: number;
  /** Sessions of them that had nothing to write before: each costs a write at the end of the turn. */
  writes: number;
}

/** One push on its way to many players, some in each turn. */
export class FanOut {
  readonly push: Push;
  readonly record: PushRecord;
  readonly lane: PushLane;
  readonly #body: Uint8Array;
  readonly #expiresAt: number;
  readonly #fate: FateListener | undefined;
  readonly #players: readonly Player[];
  /** Each with its receiver's numbers, all with the same body. */
  readonly #units: Unit[] = [];
  #next = 0;
  #receivers = 0;
  #refused = 0;
  readonly #unknown: number;

  /**
   * @param players   who is to get it, fixed when the push came
   * @param expiresAt Clock.now() after which it isn't written any more, in ms
   * @param fate      hears what becomes of each unit
   * @param unknown   listed players that aren't here
   */
  constructor(
    push: Push,
    record: PushRecord,
    lane: PushLane,
    body: Uint8Array,
    players: readonly Player[],
    expiresAt: number,
    fate: FateListener | undefined,
    unknown: number,
  ) {
    this.push = push;
    this.record = record;
    this.lane = lane;
    this.#body = body;
    this.#players = players;
    this.#expiresAt = expiresAt;
    this.#fate = fate;
    this.#unknown = unknown;
  }

  get receivers(): number {
    return this.#receivers;
  }

  /**
   * Serves up to `most` players, as far as the budget goes.
   * @returns whether all have been served
   */
  step(budget: TurnBudget, most: number): boolean {
    const end = Math.min(this.#players.length, this.#next + Math.min(most, budget.receivers));
    const start = this.#next;
    while (this.#next < end && budget.writes > 0) this.#serve(this.#players[this.#next++]!, budget);
    budget.receivers -= this.#next - start;
    return this.#next === this.#players.length;
  }

  /** What became of it, once all have been served and what is due has been written. */
  reply(): PushReplyInit {
    const delivered = this.push.class === 'volatile' ? this.#receivers : this.#units.filter(wasWritten).length;
    const counts = {
      receivers: this.#receivers,
      delivered,
      refused: this.#refused,
      unknown: this.#unknown,
    };
    if (delivered > 0) return { outcome: PushOutcome.DELIVERED, ...counts };
    if (this.#receivers > 0) return { outcome: PushOutcome.KEPT, ...counts };
    return { outcome: PushOutcome.DROPPED, message: 'nobody is there to get it', ...counts };
  }

  /** Why nobody took it, where that is a refusal. */
  get refusal(): 'QUEUE_FULL' | 'UNKNOWN_TARGET' | undefined {
    if (this.#receivers > 0) return undefined;
    if (this.#refused > 0) return this.push.class === 'volatile' ? undefined : 'QUEUE_FULL';
    return this.#unknown > 0 ? 'UNKNOWN_TARGET' : undefined;
  }

  #serve(player: Player, budget: TurnBudget): void {
    if (!this.#isFor(player)) return;
    if (this.push.class === 'volatile') {
      budget.writes--;
      if (player.sendVolatile(this.#body)) this.#receivers++;
      else this.#refused++;
      return;
    }
    const unit = new Unit('notify', this.#body, this.push.key, this.#expiresAt, 0, this.#fate);
    const result = player.deliver(unit);
    if (result === 'full') {
      this.#refused++;
      return;
    }
    if (result === 'woke') budget.writes--;
    this.#receivers++;
    this.#units.push(unit);
  }

  /** Players end, go away and move while others are served: what is pushed to a zone never follows who has left it. */
  #isFor(player: Player): boolean {
    const { target } = this.push;
    if (player.hasEnded) return false;
    if (target.kind === 'zone' && player.zone !== target.zone) return false;
    return !('onlineOnly' in target) || !target.onlineOnly || player.isLive;
  }
}
