import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isPushEntry, type LedgerEntry, type RequestLine } from './entry.js';

const FILE = /^([a-z-]+-\d+-\d+)\.(\d+)\.jsonl$/;

/**
 * All entries of a ledger directory, in the order in which each process wrote them. The last line of a process that was
 * killed while it wrote may be cut short: it is left out.
 * @throws Error if a file is missing (grown too old and removed) or a line within a file can't be read.
 */
export async function* readLedger(directory: string): AsyncGenerator<LedgerEntry> {
  for (const path of ledgerFiles(directory)) yield* readFile(path);
}

function ledgerFiles(directory: string): string[] {
  const counts = new Map<string, number>();
  for (const name of readdirSync(directory)) {
    const [, process, number] = FILE.exec(name) ?? [];
    if (process !== undefined) counts.set(process, Math.max(counts.get(process) ?? 0, Number(number)));
  }
  return [...counts].flatMap(([process, count]) =>
    Array.from({ length: count }, (_, index) => join(directory, `${process}.${index + 1}.jsonl`)),
  );
}

async function* readFile(path: string): AsyncGenerator<LedgerEntry> {
  let number = 0;
  let unread: Error | undefined;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (unread !== undefined) throw unread;
    number += 1;
    try {
      yield readEntry(line);
    } catch (cause) {
      unread = new Error(`${path}:${number} can't be read`, { cause });
    }
  }
}

/** What the line of a request leaves out. */
const defaults: Partial<RequestLine> = {
  key: '',
  action: '',
  code: 0,
  before: [],
  after: [],
  digest: '',
  abandoned: false,
};

function readEntry(line: string): LedgerEntry {
  const entry = JSON.parse(line) as LedgerEntry;
  return isPushEntry(entry) ? entry : { ...defaults, ...entry };
}
