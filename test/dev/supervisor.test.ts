import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../lib/clock.js';
import { nodeOptions } from '../../lib/dev/paths.js';
import { Supervisor } from '../../lib/dev/supervisor.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/until.js';
import type { Clock } from '../../lib/clock.js';
import type { ProcessSpec, ProcessStatus } from '../../lib/dev/supervised-process.js';

describe('the supervisor', () => {
  let directory: string;
  let child: string;
  let supervisor: Supervisor | undefined;
  let lines: string[];
  let changes: ProcessStatus[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-supervisor-'));
    child = join(directory, 'child.mjs');
    writeFileSync(child, childSource);
    lines = [];
    changes = [];
  });

  afterEach(async () => {
    await supervisor?.stop();
    supervisor = undefined;
    rmSync(directory, { recursive: true });
  });

  /** A child that counts as ready once it has written its pid file, at the end of its start. */
  function spec(name: string, behaviour: string, over: Partial<ProcessSpec> = {}): ProcessSpec {
    const file = join(directory, name);
    return {
      name,
      entry: child,
      args: [behaviour, file],
      execArgv: [],
      env: { PLACE: 'a test' },
      isReady: () => Promise.resolve(existsSync(file)),
      stopLimitMs: 60_000,
      ...over,
    };
  }

  function supervise(groups: ProcessSpec[][], clock: Clock = systemClock): Supervisor {
    supervisor = new Supervisor(groups, clock, {
      line: (name, line) => lines.push(`${name}: ${line}`),
      changed: (status) => changes.push(status),
    });
    return supervisor;
  }

  it('starts a group when the one before it is ready, and stops the other way round', async () => {
    const subject = supervise([[spec('a', 'plain'), spec('b', 'plain')], [spec('c', 'plain')]]);
    await subject.start();
    assert.deepEqual(
      subject.statuses.map(({ name, state }) => [name, state]),
      [
        ['a', 'running'],
        ['b', 'running'],
        ['c', 'running'],
      ],
    );
    const [started] = changes.filter(({ name, state }) => name === 'c' && state === 'starting');
    const before = changes.slice(0, changes.indexOf(started!));
    assert.deepEqual(
      before
        .filter(({ state }) => state === 'running')
        .map(({ name }) => name)
        .sort(),
      ['a', 'b'],
    );
    const pids = subject.statuses.map(({ pid }) => pid!);
    assert.ok(pids.every(isAlive));
    await subject.stop();
    assert.ok(!pids.some(isAlive));
    assert.equal(changes.find(({ state }) => state === 'stopped')?.name, 'c');
  });

  it('passes on output line by line, a last one without line end included', async () => {
    const subject = supervise([[spec('a', 'orderly')]]);
    await subject.start();
    await until(() => lines.includes('a: orderly in a test'));
    await subject.stop();
    await until(() => lines.includes('a: stopped without line end'));
  });

  it('starts a killed process again, as often as it is killed', async () => {
    const subject = supervise([[spec('a', 'plain')]]);
    await subject.start();
    const pids = new Set([subject.statuses[0]!.pid]);
    for (let round = 1; round <= 3; round += 1) {
      assert.equal(subject.kill('a'), true);
      await until(() => subject.statuses[0]!.restarts === round && subject.statuses[0]!.state === 'running');
      pids.add(subject.statuses[0]!.pid);
    }
    assert.equal(pids.size, 4);
    assert.ok(lines.some((line) => line.startsWith('a: ended (SIGKILL), starts again in')));
  });

  it('waits longer after each early death, and no longer once a process has lived for a while', async () => {
    const clock = new FakeClock();
    const subject = supervise([[spec('a', 'plain')]], clock);
    const running = async (): Promise<void> => {
      await until(() => {
        clock.advance(50);
        return subject.statuses[0]!.state === 'running';
      });
    };
    const started = subject.start();
    await running();
    await started;
    const waits: number[] = [];
    for (const life of [0, 0, 0, 60_000, 0]) {
      clock.advance(life);
      rmSync(join(directory, 'a'));
      subject.kill('a');
      await until(() => subject.statuses[0]!.state === 'waiting');
      waits.push(Number(/in (\d+) ms$/.exec(lines.at(-1)!)?.[1]));
      await running();
    }
    assert.deepEqual(waits, [200, 400, 800, 100, 200]);
  });

  it('says that there is nothing to kill', async () => {
    const subject = supervise([[spec('a', 'plain')]]);
    assert.equal(subject.kill('a'), false);
    await subject.start();
    assert.equal(subject.kill('b'), false);
  });

  it('fails to start, with nothing left, when a process ends before it is ready', async () => {
    const subject = supervise([[spec('good', 'plain'), spec('bad', 'fail')], [spec('never', 'plain')]]);
    await assert.rejects(subject.start(), /^Error: bad ended \(code 3\) before it was ready$/);
    assert.ok(subject.statuses.every(({ state, pid }) => state === 'stopped' && pid === undefined));
    assert.ok(!changes.some(({ name, state }) => name === 'never' && state === 'starting'));
    const good = changes.find(({ name, pid }) => name === 'good' && pid !== undefined);
    assert.ok(good === undefined || !isAlive(good.pid!));
  });

  it('can be stopped while it starts', async () => {
    const subject = supervise([[spec('a', 'plain', { isReady: () => Promise.resolve(false) })], [spec('b', 'plain')]]);
    const started = assert.rejects(subject.start(), /before it was ready/);
    await until(() => changes.some(({ state }) => state === 'starting'));
    await subject.stop();
    await started;
    assert.ok(subject.statuses.every(({ state }) => state === 'stopped'));
  });

  it('keeps a process down that dies in the moment of the stop', async () => {
    const subject = supervise([[spec('a', 'plain')]]);
    await subject.start();
    subject.kill('a');
    await subject.stop();
    assert.deepEqual(
      subject.statuses.map(({ state, pid }) => [state, pid]),
      [['stopped', undefined]],
    );
  });

  it('kills one that does not stop in time', async () => {
    const subject = supervise([[spec('a', 'stubborn', { stopLimitMs: 300 })]]);
    await subject.start();
    const pid = subject.statuses[0]!.pid!;
    await subject.stop();
    assert.equal(isAlive(pid), false);
    assert.ok(lines.includes('a: did not stop within 300 ms and is killed'));
  });

  it('leaves no process behind when it is itself killed', async () => {
    const file = join(directory, 'pid');
    const parent = fork(fileURLToPath(new URL('orphan-parent.ts', import.meta.url)), [child, file, ...nodeOptions()], {
      execArgv: ['--import=tsx'],
    });
    await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
    const orphan = Number(readFileSync(file, 'utf8'));
    assert.ok(isAlive(orphan));
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await until(() => !isAlive(orphan));
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

/** A process that prints what it is given and does as told. */
const childSource = `import { writeFileSync } from 'node:fs';

const [behaviour, file] = process.argv.slice(2);
console.log(\`\${behaviour} in \${process.env.PLACE}\`);
if (behaviour === 'fail') process.exit(3);
if (behaviour === 'stubborn') process.on('SIGTERM', () => console.log('no'));
if (behaviour === 'orderly') {
  process.on('SIGTERM', () => {
    process.stdout.write('stopped without line end');
    process.exitCode = 0;
    clearInterval(alive);
  });
}
if (file !== undefined) writeFileSync(file, String(process.pid));
const alive = setInterval(() => undefined, 1000);
`;
