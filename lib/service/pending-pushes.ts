import { WheelTimer, type TimerWheel } from '../timer-wheel.js';
import { PushError } from './push-error.js';
import { pushResult, type PushResult } from './push.js';
import type { PushReply } from '../protocol/push-codec.js';

/** One push until the gateway has answered it, or the time is up. */
export class PendingPush extends WheelTimer {
  /** Whether the gateway may have read it. */
  written = false;

  constructor(
    readonly id: string,
    readonly bytes: Uint8Array,
    readonly resolve: (result: PushResult) => void,
    readonly reject: (error: PushError) => void,
    readonly timedOut: (push: PendingPush) => void,
  ) {
    super();
  }

  override fire(): void {
    this.timedOut(this);
  }
}

/** Pushes that may wait for their answers: four turns' worth of a gateway's stream. */
const MAX_PUSHES = 4096;
/** Their bytes: one of the largest. */
const MAX_BYTES = 17 * 1024 * 1024;

/** Pushes that the gateway has not answered, in the order they were made. */
export class PendingPushes {
  readonly #wheel: TimerWheel;
  readonly #timeoutMs: number;
  readonly #all = new Set<PendingPush>();
  /** Two at once may have one id: each is answered. */
  readonly #byId = new Map<string, PendingPush[]>();
  #bytes = 0;
  #whenEmpty: (() => void)[] = [];

  /** @param timeoutMs how long a push waits for its answer */
  constructor(wheel: TimerWheel, timeoutMs: number) {
    this.#wheel = wheel;
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<PendingPush> {
    return this.#all.values();
  }

  /** @throws PushError when too much waits */
  add(id: string, bytes: Uint8Array, settle: Pick<PendingPush, 'resolve' | 'reject'>): PendingPush {
    if (this.#all.size >= MAX_PUSHES || (this.#all.size > 0 && this.#bytes + bytes.length > MAX_BYTES)) {
      throw new PushError('too many pushes wait for the gateway', false);
    }
    const push = new PendingPush(id, bytes, settle.resolve, settle.reject, (late) =>
      this.fail(late, `no answer within ${this.#timeoutMs} ms`),
    );
    this.#all.add(push);
    this.#bytes += bytes.length;
    const others = this.#byId.get(id);
    if (others === undefined) this.#byId.set(id, [push]);
    else others.push(push);
    this.#wheel.arm(push, this.#timeoutMs);
    return push;
  }

  /** Answers of a push that nobody waits for any more are dropped. */
  answer(reply: PushReply): void {
    const push = this.#byId.get(reply.id)?.find(({ written }) => written);
    if (push === undefined) return;
    this.#forget(push);
    push.resolve(pushResult(reply));
  }

  fail(push: PendingPush, why: string, cause?: unknown): void {
    this.#forget(push);
    push.reject(new PushError(why, push.written, { cause }));
  }

  /** Fails those of which the gateway may have read something. */
  failWritten(why: string): void {
    for (const push of [...this.#all]) if (push.written) this.fail(push, why);
  }

  failAll(why: string, cause?: unknown): void {
    for (const push of [...this.#all]) this.fail(push, why, cause);
  }

  /** Resolves when nothing waits. */
  emptied(): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #forget(push: PendingPush): void {
    this.#wheel.disarm(push);
    this.#all.delete(push);
    this.#bytes -= push.bytes.length;
    const rest = this.#byId.get(push.id)!.filter((other) => other !== push);
    if (rest.length > 0) this.#byId.set(push.id, rest);
    else this.#byId.delete(push.id);
    if (this.#all.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
