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
export interface Round {
  /** What was asked for and came, and nothing else: answers, or deliveries. */
  readonly count: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the gateway's process, all threads. */
  readonly cpuUs: number;
}

/** What one side did in all its turns; of each figure the median. */
export class Rounds {
  readonly #rounds: Round[] = [];

  add(round: Round): void {
    this.#rounds.push(round);
  }

  get cpuUsEach(): number {
    return median(this.#costs);
  }

  get elapsedMs(): number {
    return this.#median(({ elapsedMs }) => elapsedMs);
  }

  get perSecond(): number {
    return median(this.#speeds);
  }

  /**
   * CPU of the gateway for each thing that came, as a multiple of what it took `other` in the same round: the median of
   * the rounds. What else runs on the machine comes and goes, and weighs on two turns that follow each other alike.
   */
  costBeside(other: Rounds): number {
    return median(this.#costs.map((cost, round) => cost / other.#costs[round]!));
  }

  /** The same of what came in a second. */
  speedBeside(other: Rounds): number {
    return median(this.#speeds.map((speed, round) => speed / other.#speeds[round]!));
  }

  row(name: string): (string | number)[] {
    return [
      name,
      Math.round(this.perSecond),
      figure(this.#median(({ p50Ms }) => p50Ms)),
      figure(this.#median(({ p99Ms }) => p99Ms)),
      figure(this.cpuUsEach),
      figure(Math.min(...this.#costs)),
      figure(Math.max(...this.#costs)),
      this.#rounds.reduce((sum, { count }) => sum + count, 0),
    ];
  }

  get #speeds(): number[] {
    return this.#rounds.map(({ count, elapsedMs }) => (count / elapsedMs) * 1000);
  }

  get #costs(): number[] {
    return this.#rounds.map(({ cpuUs, count }) => cpuUs / count);
  }

  #median(value: (round: Round) => number): number {
    return median(this.#rounds.map(value));
  }
}

/** One turn of a side, that long. */
export type TakeTurn<S> = (side: S, ms: number) => Promise<Round>;

export interface Turns {
  readonly rounds: number;
  readonly ms: number;
  readonly warmupMs: number;
}

/** Lets the sides take turns, `rounds` times, after a turn of each that doesn't count. */
export async function takeTurns<S>(
  sides: readonly S[],
  { rounds, ms, warmupMs }: Turns,
  take: TakeTurn<S>,
): Promise<Map<S, Rounds>> {
  for (const side of sides) await take(side, warmupMs);
  const measured = new Map(sides.map((side) => [side, new Rounds()]));
  for (let i = 0; i < rounds; i++) {
    for (const [side, of] of measured) of.add(await take(side, ms));
  }
  return measured;
}

/** A turn of requests. All of them are answered within it, so its CPU time is theirs. */
export function requests(order: Omit<LoadOrder, 'ms'>): TakeTurn<Side> {
  return async ({ name, gateway, clients }, ms) => {
    const before = await gateway.cpu();
    const report = await clients.ask<LoadReport>('run', { ...order, ms } satisfies LoadOrder);
    const cpuUs = (await gateway.cpu()) - before;
    checkReport(name, report);
    return { ...report, count: report.answered, cpuUs };
  };
}

/** @param what they count: a request, requests, what became of them */
export function roundsTable(
  measured: ReadonlyMap<{ readonly name: string }, Rounds>,
  [one, many, done]: readonly [string, string, string] = ['request', 'requests', 'answered'],
): string[] {
  const head = ['', `${many}/s`, 'p50 ms', 'p99 ms', `CPU µs/${one}`, 'from', 'to', done];
  return table(
    head,
    [...measured].map(([{ name }, rounds]) => rounds.row(name)),
  );
}
