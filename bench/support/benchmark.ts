import type { ParseArgsConfig } from 'node:util';

export type Options = NonNullable<ParseArgsConfig['options']>;

/** One file `bench/NAME.ts` exports one of these as `benchmark`. */
export interface Benchmark {
  /** The one question that it answers. */
  readonly question: string;
  /** Beside `--seconds` and what else it takes: name → default, all of them numbers. */
  readonly options: Readonly<Record<string, number>>;
  /** Prints what it measures. @throws Error if a request wasn't answered as it should have been */
  run(options: Readonly<Record<string, number>>, print: (line: string) => void): Promise<readonly Verdict[]>;
}

/** What was measured against what was promised. */
export interface Verdict {
  /** "0.52 × the yardstick's CPU a request". */
  readonly measured: string;
  readonly value: number;
  readonly wanted: Bound;
}

export type Bound = { readonly atMost: number } | { readonly atLeast: number };

/** The last lines of a benchmark: one for each goal, and with several the judgement on all of them. */
export function verdictLines(verdicts: readonly Verdict[]): string[] {
  const lines = verdicts.map(verdictLine);
  if (verdicts.length === 1) return lines;
  const reached = verdicts.filter(isReached).length;
  return [...lines, `${reached} of ${verdicts.length} goals: ${word(areReached(verdicts))}`];
}

export function areReached(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(isReached);
}

function verdictLine(verdict: Verdict): string {
  const { measured, wanted } = verdict;
  const bound = 'atMost' in wanted ? `at most ${wanted.atMost}` : `at least ${wanted.atLeast}`;
  return `${measured}, ${bound} wanted: ${word(isReached(verdict))}`;
}

/** A value that is no number reaches nothing. */
function isReached({ value, wanted }: Verdict): boolean {
  return 'atMost' in wanted ? value <= wanted.atMost : value >= wanted.atLeast;
}

function word(reached: boolean): string {
  return reached ? 'reached' : 'missed';
}
