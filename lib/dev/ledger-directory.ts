import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Ledgers of the last starts that are kept; each is bounded by itself. */
const KEPT = 5;

/** The ledger directory of a start, new for each so that a ledger holds one run. Those of long ago are removed. */
export function newLedgerDirectory(parent: string, startedAt: Date): string {
  for (const name of earlier(parent).slice(0, -(KEPT - 1)))
    rmSync(join(parent, name), { recursive: true, force: true });
  return join(parent, `${startedAt.toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}`);
}

/** Oldest first: names begin with the time. */
function earlier(parent: string): string[] {
  try {
    return readdirSync(parent).sort();
  } catch {
    return [];
  }
}
