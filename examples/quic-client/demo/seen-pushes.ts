import type { History } from './history.js';
import type { PushRecord } from './push-record.js';
import type { PushSighting } from './sighting.js';

export interface SeenPush {
  readonly record: PushRecord;
  readonly seen: PushSighting;
}

/** The pushes that one client saw and a ledger knows, in the order of their server seqs. */
export class SeenPushes {
  readonly inOrder: readonly SeenPush[];
  readonly #latest = new Map<string, PushRecord[]>();

  constructor({ pushes }: History, records: ReadonlyMap<string, PushRecord>) {
    const found: SeenPush[] = [];
    for (const [id, sightings] of pushes) {
      const record = records.get(id);
      if (record === undefined) continue;
      for (const seen of sightings) if (seen.seq > 0) found.push({ record, seen });
      if (record.made.class === 'latest') this.#remember(record);
    }
    this.inOrder = found.sort((a, b) => compare(a.seen, b.seen));
  }

  /** Whether a newer value of the same key came. */
  isOvertaken(record: PushRecord): boolean {
    return this.#latest.get(record.made.key)?.some((other) => other.isAfter(record)) === true;
  }

  #remember(record: PushRecord): void {
    const { key } = record.made;
    const others = this.#latest.get(key);
    if (others === undefined) this.#latest.set(key, [record]);
    else others.push(record);
  }
}

function compare(a: PushSighting, b: PushSighting): number {
  return a.epoch - b.epoch || a.seq - b.seq || a.index - b.index;
}
