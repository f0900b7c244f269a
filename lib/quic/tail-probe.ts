/** Least time before a probe: within it a peer that delays acknowledgements as we do has sent one. */
const LEAST_MS = 12;
/** On top of one and a half usual response times: a tick of the timers. */
const MARGIN_MS = 5;
/** Weight of a new sample, as RFC 9002 smooths round trips. */
const WEIGHT = 1 / 8;
/** Probes at that pace in one silence. At 10 % loss each way all of them fail once in 4,000 times. */
const QUICK = 5;
/**
 * After those the waits double up to this one: the network is away, and may be back any time. The engine's own timeout
 * goes on doubling, to half a minute and more, so that a connection that could be used again would not be.
 */
const LONGEST_MS = 1_000;

/**
 * When to ask a silent peer for an acknowledgement. The last packet of an exchange has nothing behind it that would tell
 * of its loss. The engine waits for its probe timeout then, which counts the peer's delay in full, grows with the
 * variance of round trips and doubles each time. A PING finds out one round trip after the time in which answers usually
 * come, and what it brings is a true sample of the round trip. Pure; times in ms on any one scale.
 */
export class TailProbe {
  /** Smoothed, from a packet to when nothing was unacknowledged any more: the peer's delay is in it. */
  #responseMs: number | undefined;
  /** When the last packet left that is to be acknowledged; undefined when all are. */
  #sentAt: number | undefined;
  /** When the first one left, if the next settling is a sample. */
  #sampleFrom: number | undefined;
  #count = 0;

  /** Something is unacknowledged, as far as is known. */
  get waits(): boolean {
    return this.#sentAt !== undefined;
  }

  /** A packet that is to be acknowledged has left. */
  sent(now: number): void {
    if (this.#sentAt === undefined) this.#sampleFrom = now;
    this.#sentAt = now;
  }

  /** The engine had to send something again: what is acknowledged now says nothing about the way. */
  repeated(): void {
    this.#sampleFrom = undefined;
  }

  /** Everything is acknowledged. */
  settled(now: number): void {
    if (this.#sampleFrom !== undefined) this.#learn(now - this.#sampleFrom);
    this.#sentAt = undefined;
    this.#sampleFrom = undefined;
    this.#count = 0;
  }

  /**
   * Whether a probe now brings the answer sooner than the engine's own timeout, which sends the data itself.
   * @param timeoutMs until then
   */
  helps(timeoutMs: number): boolean {
    return this.#responseMs !== undefined && this.#responseMs < timeoutMs;
  }

  /** A probe leaves. */
  probed(now: number): void {
    this.#count++;
    this.#sentAt = now;
    this.#sampleFrom = undefined;
  }

  /** Until the next probe; undefined when none is due unless something is sent. */
  dueInMs(now: number): number | undefined {
    if (this.#sentAt === undefined || this.#responseMs === undefined) return undefined;
    const usualMs = Math.max(LEAST_MS, 1.5 * this.#responseMs + MARGIN_MS);
    const growing = usualMs * 2 ** Math.max(0, this.#count - QUICK + 1);
    return this.#sentAt + Math.max(usualMs, Math.min(LONGEST_MS, growing)) - now;
  }

  #learn(sampleMs: number): void {
    if (this.#responseMs === undefined) this.#responseMs = sampleMs;
    else this.#responseMs += (sampleMs - this.#responseMs) * WEIGHT;
  }
}
