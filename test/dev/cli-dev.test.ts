import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.js';
import type { ChildProcessByStdio } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { DevState } from '../../lib/dev/dev-state.js';

const cli = fileURLToPath(new URL('../../lib/cli.ts', import.meta.url));
const loader = fileURLToPath(new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url));
const portOptions = ['', 'admin-', 'push-', 'page-', 'hello-', 'business-', 'zone-'].map((name) => `--${name}port`);
const freePorts = portOptions.flatMap((option) => [option, '0']);

describe('gatesvr dev', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-cli-dev-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function run(...args: string[]): ChildProcessByStdio<null, Readable, Readable> {
    return spawn(process.execPath, [`--import=${loader}`, cli, 'dev', ...args], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  it('runs until SIGTERM, then stops everything and ends with code 0', async () => {
    const dev = run(...freePorts);
    dev.stderr.resume();
    const stateFile = join(directory, '.gatesvr', 'dev.json');
    let printed = '';
    dev.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    await until(() => printed.includes('Ctrl-C'));
    const state = JSON.parse(readFileSync(stateFile, 'utf8')) as DevState;
    const pids = Object.values(state.processes).map(({ pid }) => pid!);
    assert.equal(pids.length, 4);
    dev.kill('SIGTERM');
    assert.deepEqual(await once(dev, 'exit'), [0, null]);
    assert.deepEqual(pids.filter(isAlive), []);
    assert.equal(existsSync(stateFile), false);
  });

  it('leaves no process behind when it is killed', async () => {
    const dev = run(...freePorts);
    dev.stderr.resume();
    let printed = '';
    dev.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    await until(() => printed.includes('Ctrl-C'));
    const state = JSON.parse(readFileSync(join(directory, '.gatesvr', 'dev.json'), 'utf8')) as DevState;
    dev.kill('SIGKILL');
    await once(dev, 'exit');
    await until(() => !Object.values(state.processes).some(({ pid }) => isAlive(pid!)));
  });

  it('says in one line which port is in use and ends with code 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const dev = run(...freePorts, '--business-port', String(port));
      const [[code], output, errors] = await Promise.all([
        once(dev, 'exit') as Promise<[number | null]>,
        dev.stdout.setEncoding('utf8').toArray(),
        dev.stderr.setEncoding('utf8').toArray(),
      ]);
      assert.equal(code, 1);
      assert.deepEqual(output, []);
      assert.match(errors.join(''), new RegExp(`^gatesvr: .*port ${port} \\(business\\) is in use\\n$`));
    } finally {
      taken.close();
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
