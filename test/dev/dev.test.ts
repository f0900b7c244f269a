import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { readLedger } from '../../examples/ledger/ledger-reader.js';
import { runDev } from '../../lib/dev/dev.js';
import { GrpcCaller } from '../service/grpc-caller.js';
import { until } from '../support/until.js';
import type { Dev } from '../../lib/dev/dev.js';
import type { DevState } from '../../lib/dev/dev-state.js';

const ports = { hello: 0, business: 0, zone: 0, gateway: 0, admin: 0, push: 0, page: 0 };

describe('the development set-up', function () {
  let directory: string;
  let output: PassThrough;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-dev-'));
    output = new PassThrough();
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('runs services, gateway and page, brings back what is killed, and leaves nothing behind', async () => {
    const dev = await runDev({ ports, directory, output, settings: ['listen.path=/door'] });
    assert.match(dev.state.gateway.url, /^https:\/\/localhost:\d+\/door$/);
    try {
      assert.match(String(output.read()), /gatesvr \d.* is up[^]*npm run client -- --demo/);
      assert.deepEqual(savedState(), dev.state);
      await assertUsable(dev.state);
      await assertKilledComesBack(dev, 'business');
      await assertKilledComesBack(dev, 'gateway');
      await assertUsable(dev.state);
    } finally {
      const pids = [...pidsOf(dev.state)];
      assert.ok(pids.every(isAlive));
      await dev.stop();
      assert.ok(!pids.some(isAlive));
    }
    assert.equal(existsSync(join(directory, 'dev.json')), false);
    await assert.rejects(fetch(dev.state.pageUrl));
  });

  it('does not start with a wrong configuration', async () => {
    const started = runDev({ ports, directory, output, settings: ['no.such=1'] });
    await assert.rejects(started, { error: 'BAD_CONFIG', message: /no\.such/ });
    assert.deepEqual(readdirSync(directory), []);
  });

  it('leaves nothing behind when the gateway does not start', async () => {
    const settings = ['tls.certFile=/no/such/file', 'tls.keyFile=/no/such/file', 'listen.path=/other'];
    await assert.rejects(
      runDev({ ports, directory, output, settings }),
      /gateway ended \(code 1\) before it was ready/,
    );
    assert.match(String(output.read()), /gateway +\| .*\/no\/such\/file/);
    assert.equal(existsSync(join(directory, 'dev.json')), false);
  });

  it('can be stopped while it starts', async () => {
    const abort = new AbortController();
    const started = runDev({ ports, directory, output, ledger: false, signal: abort.signal });
    output.once('data', () => {
      abort.abort();
    });
    await assert.rejects(started);
    await assert.rejects(runDev({ ports, directory, output, signal: abort.signal }), { name: 'AbortError' });
    assert.equal(existsSync(join(directory, 'ledger')), false);
  });

  function savedState(): DevState {
    return JSON.parse(readFileSync(join(directory, 'dev.json'), 'utf8')) as DevState;
  }

  async function assertKilledComesBack(dev: Dev, name: string): Promise<void> {
    const before = savedState().processes[name]!;
    const reply = await fetch(`${dev.state.pageUrl}dev/kill?service=${name}`, {
      method: 'POST',
      headers: { origin: new URL(dev.state.pageUrl).origin },
    });
    assert.equal(reply.status, 200);
    await until(() => {
      const after = savedState().processes[name]!;
      return after.restarts === before.restarts + 1 && after.state === 'running';
    });
    const after = savedState().processes[name]!;
    assert.notEqual(after.pid, before.pid);
    assert.equal(after.port, before.port);
  }
});

/** A token of the page is taken by Hello, Business answers and keeps its ledger, the gateway is ready. */
async function assertUsable(state: DevState): Promise<void> {
  const info = (await (await fetch(`${state.pageUrl}dev/info`)).json()) as DevState;
  assert.deepEqual(info.gateway, state.gateway);
  assert.equal(Buffer.from(info.gateway.certificateHash!, 'base64').length, 32);
  assert.equal((await fetch(`${info.gateway.adminUrl}/readyz`)).status, 200);

  const { token } = (await (await fetch(`${state.pageUrl}dev/token?player=ann`)).json()) as { token: string };
  const hello = new GrpcCaller(info.services.hello!);
  const business = new GrpcCaller(info.services.business!);
  try {
    assert.equal((await hello.login({ token })).playerId, 'ann');
    const key = { epoch: String(process.hrtime.bigint()), clientSeq: 1 };
    assert.equal((await business.process({ ...key, action: 'time' })).code, 200);
    const events: string[] = [];
    for await (const entry of readLedger(state.ledgerDirectory!)) {
      if ('action' in entry && entry.key === `${key.epoch}/1`) events.push(entry.event);
    }
    assert.deepEqual(events, ['received', 'answered']);
  } finally {
    hello.close();
    business.close();
  }
}

function pidsOf(state: DevState): number[] {
  return Object.values(state.processes).map(({ pid }) => pid!);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
