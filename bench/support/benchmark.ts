import type { ParseArgsConfig } from 'node:util';

export type Options = NonNullable<ParseArgsConfig['options']>;

/** One file `bench/NAME.ts` exports one of these as `benchmark`. */
export interface Benchmark {
  /** The one question that it answers. */
  readonly question: string;
  /** Beside `--seconds` and what else it takes: name → default, all of them numbers. */
  readonly options: Readonly<Record<string, number>>;
  /** Prints what it measures. @throws Error if a request wasn't answered as it should have been */
  run(options: Readonly<Record<string, number>>, print: (line: string) => void): Promise<Verdict>;
}

/** What was measured against what was promised: reached if it is not above the goal. */
export interface Verdict {
  /** "0.52 × the yardstick's CPU a request". */
  readonly measured: string;
  readonly ratio: number;
  readonly goal: number;
}

/** The last line of a benchmark. */
export function verdictLine({ measured, ratio, goal }: Verdict): string {
  return `${measured}, at most ${goal} wanted: ${isReached({ ratio, goal }) ? 'reached' : 'missed'}`;
}

export function isReached({ ratio, goal }: Pick<Verdict, 'ratio' | 'goal'>): boolean {
  return ratio <= goal;
}
