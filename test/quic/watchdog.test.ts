import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const stuck = fileURLToPath(new URL('../support/watchdog-process.ts', import.meta.url));

interface Outcome {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly errors: string;
}

function run(mode: string): Promise<Outcome> {
  const child = spawn(process.execPath, ['--import=tsx', stuck, mode], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, errors });
    });
  });
}

describe('Watchdog', () => {
  it('ends a process whose main loop hangs, and says so first', async () => {
    const { signal, errors } = await run('hang');
    assert.equal(signal, 'SIGKILL');
    assert.match(errors, /watchdog: the main loop has not answered for 1 s/);
  });

  it('leaves a process alone that answers, and doesn’t keep it from ending', async () => {
    assert.deepEqual(await run('answer'), { code: 0, signal: null, errors: '' });
  });

  it('leaves a process alone once it is stopped', async () => {
    assert.deepEqual(await run('stop'), { code: 0, signal: null, errors: '' });
  });
});
