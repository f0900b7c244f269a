import type { Violation } from '../../checker/unit-checker.js';
import { isPushEntry, type LedgerEntry } from '../../ledger/entry.js';
import type { History } from './history.js';
import { PushBook } from './push-book.js';
import type { PushRecord } from './push-record.js';
import { RequestBook } from './request-book.js';

export interface Evidence {
  readonly histories: readonly History[];
  /** What the services wrote down, of these players at least; each process in its order. */
  readonly ledger: AsyncIterable<LedgerEntry> | Iterable<LedgerEntry>;
  /** Service processes that were killed: what they had answered may have died with them. */
  readonly killed: ReadonlySet<number>;
  /** Unix ms: pushes made before are of another story, whose kills nobody here knows. All count when left out. */
  readonly since?: number;
}

export interface Finding {
  readonly violations: readonly Violation[];
  /** Those that count. */
  readonly pushes: readonly PushRecord[];
}

/**
 * Holds what services wrote down against what clients saw. The gateway's word counts for nothing where it says that all
 * is well: a request must have ended once and run at most once, what a service answered must have arrived as it was
 * answered, its notifies around it, and what was pushed must have come to each receiver, once and in its place.
 */
export async function checkLedger({ histories, ledger, killed, since = 0 }: Evidence): Promise<Finding> {
  const books = new Map(histories.map((history) => [history.player, new RequestBook(history, killed)]));
  const pushes = new PushBook(killed, since);
  for await (const entry of ledger) {
    if (isPushEntry(entry)) pushes.enter(entry);
    else books.get(entry.player)?.enter(entry);
  }
  const violations = [...books.values()].flatMap((book) => book.close());
  return { violations: [...violations, ...pushes.close(histories)], pushes: pushes.counted };
}
