import type { BenchProcess } from './bench-process.js';
import { checkReport, type LoadOrder, type LoadReport } from './load.js';
import { median } from './statistics.js';
import { figure, table } from './table.js';

/** What is measured against others: one gateway with its clients, each in a process of its own. */
export interface Side {
  readonly name: string;
  readonly gateway: BenchProcess;
  readonly clients: BenchProcess;
}

/** What one side did in one turn. */
export interface Round extends LoadReport {
  /** Of the gateway's process, all threads. */
  readonly cpuUs: number;
}

/** What one side did in all its turns; of each figure the median. */
export class Rounds {
  readonly #rounds: Round[] = [];

  add(round: Round): void {
    this.#rounds.push(round);
  }

  get cpuUsPerRequest(): number {
    return median(this.#costs);
  }

  get perSecond(): number {
    return this.#median(({ answered, elapsedMs }) => (answered / elapsedMs) * 1000);
  }

  row(name: string): (string | number)[] {
    return [
      name,
      Math.round(this.perSecond),
      figure(this.#median(({ p50Ms }) => p50Ms)),
      figure(this.#median(({ p99Ms }) => p99Ms)),
      figure(this.cpuUsPerRequest),
      figure(Math.min(...this.#costs)),
      figure(Math.max(...this.#costs)),
      this.#rounds.reduce((sum, { answered }) => sum + answered, 0),
    ];
  }

  get #costs(): number[] {
    return this.#rounds.map(({ cpuUs, answered }) => cpuUs / answered);
  }

  #median(value: (round: Round) => number): number {
    return median(this.#rounds.map(value));
  }
}

export interface TurnsOptions {
  readonly order: LoadOrder;
  readonly rounds: number;
  readonly warmupMs: number;
}

/** Lets the sides take turns, `rounds` times, after a turn of each that doesn't count. */
export async function takeTurns<S extends Side>(
  sides: readonly S[],
  { order, rounds, warmupMs }: TurnsOptions,
): Promise<Map<S, Rounds>> {
  for (const side of sides) await takeTurn(side, { ...order, ms: warmupMs });
  const measured = new Map(sides.map((side) => [side, new Rounds()]));
  for (let i = 0; i < rounds; i++) {
    for (const [side, of] of measured) of.add(await takeTurn(side, order));
  }
  return measured;
}

export function roundsTable(measured: ReadonlyMap<Side, Rounds>): string[] {
  const head = ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', 'from', 'to', 'answered'];
  return table(
    head,
    [...measured].map(([{ name }, rounds]) => rounds.row(name)),
  );
}

/** All requests of a turn are answered within it, so its CPU time is theirs. */
async function takeTurn({ name, gateway, clients }: Side, order: LoadOrder): Promise<Round> {
  const before = await gateway.cpu();
  const report = await clients.ask<LoadReport>('run', order);
  const cpuUs = (await gateway.cpu()) - before;
  checkReport(name, report);
  return { ...report, cpuUs };
}
