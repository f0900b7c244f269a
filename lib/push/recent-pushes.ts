import type { PushRecord } from './push-record.js';

export interface RecentLimits {
  readonly maxIds: number;
  readonly idWindowMs: number;
}

/** The pushes of the last while that took effect or are under way, by id: what comes again counts once. */
export class RecentPushes {
  readonly #limits: RecentLimits;
  /** Oldest first. */
  readonly #records = new Map<string, PushRecord>();

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#records.size;
  }

  find(id: string, now: number): PushRecord | undefined {
    const record = this.#records.get(id);
    return record !== undefined && this.#isRecent(record, now) ? record : undefined;
  }

  add(record: PushRecord): void {
    // Set anew, so that it stands at the end whatever was there under its id.
    this.#records.delete(record.id);
    this.#records.set(record.id, record);
    for (const [id, oldest] of this.#records) {
      if (this.#records.size <= this.#limits.maxIds && this.#isRecent(oldest, record.since)) break;
      this.#records.delete(id);
    }
  }

  /** Nothing came of it: the same id may be tried again. */
  forget(record: PushRecord): void {
    if (this.#records.get(record.id) === record) this.#records.delete(record.id);
  }

  #isRecent(record: PushRecord, now: number): boolean {
    return now - record.since < this.#limits.idWindowMs;
  }
}
