import type { PushSender } from './push-record.js';
import type { Push } from './push.js';

/** Takes a push; false while it is still on its way to many: then `proceed` is called. */
export type TakePush = (push: Push, lane: PushLane) => boolean;

/**
 * The pushes of one sender, one after the other: while a push to many is spread over turns, what the sender pushes next
 * waits, so that it can't overtake at any player.
 */
export class PushLane {
  readonly sender: PushSender;
  readonly #take: TakePush;
  #waiting: Push[] = [];
  #waitingBytes = 0;
  #busy = false;

  constructor(sender: PushSender, take: TakePush) {
    this.sender = sender;
    this.#take = take;
  }

  /** Payload bytes of the pushes that wait for the one before them: what a stream has to bound. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  push(push: Push): void {
    this.#waiting.push(push);
    this.#waitingBytes += bytesOf(push);
    if (!this.#busy) this.proceed();
  }

  /** The push on its way has reached everybody. */
  proceed(): void {
    this.#busy = true;
    for (let push = this.#waiting.shift(); push !== undefined; push = this.#waiting.shift()) {
      this.#waitingBytes -= bytesOf(push);
      if (!this.#take(push, this)) return;
    }
    this.#busy = false;
  }

  /** The sender is gone: what waits is dropped, nobody was told that it was taken. */
  close(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

function bytesOf({ notify }: Push): number {
  return notify.payload?.length ?? 0;
}
