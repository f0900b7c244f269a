// `npm run bench` lists the benchmarks, `npm run bench -- NAME [--OPTION N …]` runs one. Its last line ends in
// `reached` (exit code 0) or `missed` (exit code 1).
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { areReached, verdictLines, type Benchmark } from './support/benchmark.js';

const here = new URL('.', import.meta.url);

const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && file !== basename(import.meta.url))
  .map((file) => basename(file, '.ts'))
  .sort();

if (name === undefined) await list();
else if (names.includes(name)) await run(await load(name));
else fail(`there is no benchmark "${name}"; there are: ${names.join(', ')}`);

async function list(): Promise<void> {
  console.log('npm run bench -- NAME [--OPTION N …]\n');
  for (const each of names) {
    const { question, options } = await load(each);
    const defaults = Object.entries(options).map(([option, value]) => `--${option} ${value}`);
    console.log(`${each}\n  ${question}\n  ${defaults.join(' ')}\n`);
  }
}

async function load(each: string): Promise<Benchmark> {
  const module = (await import(new URL(`${each}.ts`, here).href)) as { benchmark: Benchmark };
  return module.benchmark;
}

async function run(benchmark: Benchmark): Promise<void> {
  const options = readOptions(benchmark);
  console.log(benchmark.question);
  try {
    const verdicts = await benchmark.run(options, (line) => console.log(line));
    for (const line of verdictLines(verdicts)) console.log(line);
    process.exitCode = areReached(verdicts) ? 0 : 1;
  } catch (error) {
    console.error(error);
    console.log('the run failed: missed');
    process.exitCode = 1;
  }
}

function readOptions({ options }: Benchmark): Record<string, number> {
  const names = Object.keys(options);
  try {
    const { values } = parseArgs({
      args: rest,
      options: Object.fromEntries(names.map((option) => [option, { type: 'string' as const }])),
    });
    return Object.fromEntries(names.map((option) => [option, readNumber(option, values[option] ?? options[option])]));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function readNumber(option: string, value: unknown): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  return fail(`--${option} takes a number above 0`);
}

function fail(message: string): never {
  console.error(`bench: ${message}`);
  process.exit(1);
}
