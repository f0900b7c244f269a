import type { Violation } from '../../checker/unit-checker.js';
import type { PushEntry } from '../../ledger/entry.js';
import type { History } from './history.js';
import { PushRecord } from './push-record.js';
import { judgePush, type Finding } from './push-rules.js';
import { SeenPushes } from './seen-pushes.js';

/** What all services pushed, beside what each client saw of it. */
export class PushBook {
  readonly #records = new Map<string, PushRecord>();
  readonly #killed: ReadonlySet<number>;
  readonly #since: number;
  /** Of a push to many: receivers that may yet miss it because their queue was full. */
  readonly #excuses = new Map<PushRecord, number>();
  readonly #violations: Violation[] = [];

  /** @param since Unix ms: earlier pushes are known, should a client see one, and not judged */
  constructor(killed: ReadonlySet<number>, since: number) {
    this.#killed = killed;
    this.#since = since;
  }

  /** The pushes that are judged. */
  get counted(): PushRecord[] {
    return [...this.#records.values()].filter(({ made }) => made.at >= this.#since);
  }

  /** Entries of one process in the order in which it wrote them. */
  enter(entry: PushEntry): void {
    if (entry.event !== 'pushing') this.#records.get(entry.id)?.add(entry);
    else if (!this.#records.has(entry.id)) this.#records.set(entry.id, new PushRecord(entry));
  }

  close(histories: readonly History[]): Violation[] {
    const counted = this.counted;
    for (const record of counted) this.#checkAnswer(record);
    for (const history of histories) {
      const seen = new SeenPushes(history, this.#records);
      for (const record of counted) this.#judge(record, history, seen);
      this.#checkOrigin(history);
      this.#checkLine(history, seen);
      this.#checkAround(history, seen);
    }
    return this.#violations;
  }

  /** A push ends for its sender as a request ends for its caller: it may wait in vain only if it died. */
  #checkAnswer(record: PushRecord): void {
    if (record.answers.length > 0 || this.#killed.has(record.made.pid)) return;
    this.#violate(record.made.service, record, ['lost', 'was never answered']);
  }

  #judge(record: PushRecord, history: History, seen: SeenPushes): void {
    const isSenderKilled = this.#killed.has(record.made.pid);
    for (const finding of judgePush(record, history, { isSenderKilled, seen })) {
      if (finding[0] !== 'lost' || !this.#excuse(record)) this.#violate(history.player, record, finding);
    }
  }

  /** The gateway says at how many receivers there was no room, not at which. */
  #excuse(record: PushRecord): boolean {
    const left = this.#excuses.get(record) ?? record.refusedReceivers;
    this.#excuses.set(record, left - 1);
    return left > 0;
  }

  /** What the client saw must have been pushed by somebody. */
  #checkOrigin({ player, pushes }: History): void {
    for (const id of pushes.keys()) {
      if (!this.#records.has(id))
        this.#violations.push({ kind: 'misplaced', story: `${player}: ${id} came from nobody` });
    }
  }

  /** A client gets all that one sender pushes in the order in which it was pushed, whatever the targets. */
  #checkLine({ player }: History, seen: SeenPushes): void {
    const newest = new Map<string, PushRecord>();
    for (const { record } of seen.inOrder) {
      if (!record.isInLine) continue;
      const last = newest.get(record.made.sender);
      if (last?.isAfter(record) === true) {
        this.#violate(player, record, ['reordered', `came after ${last.made.id}`]);
      } else newest.set(record.made.sender, record);
    }
  }

  /** Those of one sender on one side of a Response stand there in the order in which they were pushed. */
  #checkAround({ player }: History, seen: SeenPushes): void {
    const newest = new Map<string, PushRecord>();
    for (const { record, seen: its } of seen.inOrder) {
      if (its.key === '') continue;
      const group = `${record.made.sender} ${its.key} ${its.side}`;
      const last = newest.get(group);
      if (last?.isAfter(record) === true) {
        this.#violate(player, record, ['reordered', `stands behind ${last.made.id}`]);
      } else newest.set(group, record);
    }
  }

  #violate(who: string, { made }: PushRecord, [kind, what]: Finding): void {
    const target = made.target === 'everyone' ? 'everyone' : `${made.target} ${made.to}`;
    this.#violations.push({ kind, story: `${who}: ${made.class} ${made.id} (${made.topic}) to ${target} ${what}` });
  }
}
