import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchProcess } from './bench-process.js';

/** How often it is looked at, and how many looks must agree within `TOLERANCE`. */
const INTERVAL_MS = 250;
const LOOKS = 4;
const TOLERANCE = 0.002;
const DEADLINE_MS = 60_000;

/**
 * Bytes that a process holds in memory once that doesn't change any more: garbage is collected and freed memory given back
 * in the background, a while after the work.
 * @param process started with `--expose-gc`
 * @throws Error if it doesn't settle
 */
export async function settledMemory(process: BenchProcess): Promise<number> {
  const looks: number[] = [];
  for (let waitedMs = 0; waitedMs < DEADLINE_MS; waitedMs += INTERVAL_MS) {
    looks.push(await process.ask<number>('memory'));
    const last = looks.slice(-LOOKS);
    if (last.length === LOOKS && Math.max(...last) / Math.min(...last) <= 1 + TOLERANCE) return Math.min(...last);
    await sleep(INTERVAL_MS);
  }
  throw new Error('the memory of a process does not settle');
}
