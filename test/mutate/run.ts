import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Mutation } from './mutation.js';
import { mutations } from './mutations.js';

/**
 * `npm run mutate`: takes each defence out in turn, in a copy of the sources, and runs the tests that name its failure
 * case. A mutation is caught when a test with its tag fails; one that nothing notices fails the run. `npm run mutate 7`
 * runs those of case 7 alone.
 */
const root = resolve(import.meta.dirname, '../..');
const COPIED = ['bench', 'certs', 'examples', 'lib', 'proto', 'scripts', 'test', 'package.json', 'tsconfig.json'];
const CONFIGS = ['.mocharc.json'];

/** Longest run of one mutation's tests: a defence that is gone may leave a test waiting for ever. */
const TIMEOUT_MS = 120_000;

interface Result {
  readonly mutation: Mutation;
  readonly verdict: 'caught' | 'missed' | 'broken';
  readonly by: string;
}

function main(): number {
  const wanted = process.argv.slice(2).map(Number);
  const chosen = mutations.filter(({ caseNumber }) => wanted.length === 0 || wanted.includes(caseNumber));
  const copy = mkdtempSync(join(tmpdir(), 'gatesvr-mutate-'));
  try {
    for (const path of [...COPIED, ...CONFIGS]) cpSync(join(root, path), join(copy, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const results = [...baseline(copy, chosen)];
    if (results.length === 0) for (const mutation of chosen) results.push(told(tryMutation(copy, mutation)));
    const caught = results.filter(({ verdict }) => verdict === 'caught').length;
    console.log(`\n${chosen.length} defences taken out, ${caught} caught`);
    return caught === chosen.length ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Tests that fail with every defence in place would seem to catch anything. */
function baseline(copy: string, chosen: readonly Mutation[]): Result[] {
  const broken: Result[] = [];
  for (const tests of new Set(chosen.map(({ tests }) => tests.join(' ')))) {
    const failed = failedTests(copy, tests.split(' '), undefined);
    if (failed.length === 0) continue;
    const mutation = chosen.find((candidate) => candidate.tests.join(' ') === tests)!;
    broken.push(told({ mutation, verdict: 'broken', by: `fails without a mutation: ${failed[0]!}` }));
  }
  return broken;
}

function tryMutation(copy: string, mutation: Mutation): Result {
  const { file, find, replace, tests, caseNumber } = mutation;
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  const places = source.split(find).length - 1;
  if (places !== 1) return { mutation, verdict: 'broken', by: `its place is found ${places} times in ${file}` };
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    const by = failedTests(copy, tests, `[B${caseNumber}]`)[0];
    return { mutation, verdict: by === undefined ? 'missed' : 'caught', by: by ?? '' };
  } finally {
    writeFileSync(path, source);
  }
}

/** Titles of the tests that fail; a run that ends without a report counts as one. */
function failedTests(copy: string, tests: readonly string[], tag: string | undefined): string[] {
  const grep = tag === undefined ? [] : ['--fgrep', tag];
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
  const { stdout, status, signal } = spawnSync(
    process.execPath,
    [mocha, '--reporter', 'json', '--bail', '--exit', '--timeout', '20000', ...grep, ...tests],
    {
      cwd: copy,
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, FORCE_COLOR: '0' },
    },
  );
  try {
    const report = JSON.parse(stdout.slice(stdout.indexOf('{\n  "stats"'))) as MochaReport;
    if (report.stats.tests === 0) throw new Error(`no test of ${tests.join(', ')} has the tag ${tag ?? ''}`);
    return report.failures.map(({ fullTitle }) => fullTitle);
  } catch (error) {
    if (error instanceof SyntaxError)
      return status === 0 ? [] : [`the run ended with ${signal ?? status ?? 'nothing'}`];
    throw error;
  }
}

interface MochaReport {
  readonly stats: { readonly tests: number };
  readonly failures: readonly { readonly fullTitle: string }[];
}

function told(result: Result): Result {
  const { mutation, verdict, by } = result;
  console.log(`B${mutation.caseNumber}`.padEnd(4), verdict.padEnd(7), mutation.what.padEnd(66), by);
  return result;
}

process.exitCode = main();
