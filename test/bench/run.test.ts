import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { requireProgram } from '../support/system-programs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `npm run bench` without npm. */
async function bench(...args: string[]): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, ['--import=tsx', 'bench/run.ts', ...args], { cwd: root });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, output: output.trimEnd(), errors };
}

/** Small counts, and no judgement of the speed: the machine may be busy with anything. */
const shortRuns: Record<string, string[]> = {
  'request-path': ['--seconds', '1', '--rounds', '1', '--warmup', '0.2', '--connections', '4', '--inflight', '4'],
  push: ['--seconds', '0.3', '--rounds', '1', '--warmup', '0.1', '--few', '2', '--many', '5'],
  resume: ['--rounds', '1', '--units', '50', '--rounds-of-many', '1', '--clients', '5', '--each', '10'],
  idle: ['--rounds', '1', '--few', '5', '--many', '10'],
  loss: ['--seconds', '1', '--rounds', '1', '--connections', '4'],
  'idle-ping': ['--seconds', '1', '--rounds', '1', '--warmup', '0.2', '--few', '2', '--many', '20'],
};

/** Only root may make network namespaces, and only on Linux. */
function requireNamespaces(context: Mocha.Context): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) context.skip();
  for (const program of ['ip', 'iptables']) requireProgram(context, program);
}

describe('npm run bench', function () {
  this.timeout(180_000);

  for (const [name, options] of Object.entries(shortRuns)) {
    it(`${name} measures true answers and ends with a verdict, which is its exit code too`, async function () {
      if (name === 'loss') requireNamespaces(this);
      const { code, output, errors } = await bench(name, ...options);
      const verdict = /: (reached|missed)$/.exec(output.split('\n').at(-1)!);
      assert.ok(verdict, output + errors);
      assert.match(output, /^.*\d (×|KiB|answers) .*, at (most|least) [\d.]+ wanted: (reached|missed)$/m);
      assert.doesNotMatch(output, /failed|NaN/, output + errors);
      assert.equal(code, verdict[1] === 'reached' ? 0 : 1, errors);
    });
  }

  it('lists what there is, and names it when something else is asked for', async () => {
    assert.match((await bench()).output, /^idle-ping\n.*\?\n.*\n\n[^]*^request-path\n/m);
    const { code, errors } = await bench('no-such');
    assert.equal(code, 1);
    assert.match(errors, /there is no benchmark "no-such"; there are: idle, idle-ping, .*request-path/);
  });

  it('refuses an option that is unknown or no number', async () => {
    assert.match((await bench('idle-ping', '--sconds', '1')).errors, /--sconds/);
    assert.match((await bench('idle-ping', '--seconds', 'many')).errors, /--seconds takes a number above 0/);
  });
});
