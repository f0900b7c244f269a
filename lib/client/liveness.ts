/** Silence that follows a question for this many heartbeat intervals means that the link is dead. */
const SILENT_INTERVALS = 2;

/**
 * Is the other side still there? Pure. Silence alone proves nothing, since a hidden browser tab's timers run once a
 * minute: the link is dead when a question of ours went unanswered for two intervals.
 */
export class Liveness {
  readonly #intervalMs: number;
  #heardAt: number;
  #sentAt: number;
  #askedAt: number | undefined;

  /** @param intervalMs `Welcome.heartbeat_interval_ms`; `check` is called about as often */
  constructor(intervalMs: number, now: number) {
    this.#intervalMs = intervalMs;
    this.#heardAt = now;
    this.#sentAt = now;
  }

  /** Bytes came: any frame counts. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#askedAt = undefined;
  }

  sent(now: number): void {
    this.#sentAt = now;
  }

  /** `ask`: send a Heartbeat now. */
  check(now: number): 'fine' | 'ask' | 'dead' {
    if (this.#askedAt !== undefined && now - this.#askedAt >= SILENT_INTERVALS * this.#intervalMs) return 'dead';
    if (now - Math.min(this.#heardAt, this.#sentAt) < this.#intervalMs) return 'fine';
    this.#askedAt ??= now;
    return 'ask';
  }

  /** Milliseconds until `check` can say something else than `fine`. */
  nextCheckMs(now: number): number {
    if (this.#askedAt !== undefined) return this.#intervalMs;
    return Math.max(1, Math.min(this.#heardAt, this.#sentAt) + this.#intervalMs - now);
  }
}
