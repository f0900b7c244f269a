import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runDemo, type DemoOptions } from '../../examples/quic-client/demo/demo.js';
import { findSetUp } from '../../examples/quic-client/surroundings.js';
import { runDev, type Dev } from '../../lib/dev/dev.js';

const ports = { hello: 0, business: 0, zone: 0, gateway: 0, admin: 0, push: 0, page: 0 };
const ZEROS = 'lost 0, duplicated 0, reordered 0, misplaced 0';

describe('The demo, short', () => {
  let directory: string;
  let dev: Dev;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-demo-'));
    dev = await runDev({ ports, directory, output: new PassThrough().resume() });
  });

  after(async () => {
    await dev.stop();
    rmSync(directory, { recursive: true });
  });

  type Options = Pick<DemoOptions, 'transport' | 'cutsPerPhase' | 'seconds' | 'kill'>;

  async function run(options: Options): Promise<string> {
    let report = '';
    const setUp = findSetUp(join(directory, 'dev.json'));
    const fine = await runDemo({ setUp, clients: 10, print: (text) => (report = text), ...options });
    assert.ok(fine, report);
    assert.equal(report.split('\n').at(-1), ZEROS);
    return report;
  }

  it('cuts links in every phase, and nothing is lost, duplicated, reordered or misplaced [B3] [B8] [B23]', async () => {
    const report = await run({ transport: 'quic', cutsPerPhase: 10, seconds: 0 });
    assert.match(report, /resumes +[1-9]\d* FULL, 0 PARTIAL, 10 FRESH/);
    assert.doesNotMatch(report, /unproved/);
  });

  it('holds over WebSocket while Business is killed and comes back [B18] [B25]', async () => {
    const report = await run({ transport: 'websocket', cutsPerPhase: 1, seconds: 6, kill: 'business' });
    assert.match(report, /kills +1/);
  });

  it('holds while clients change between transports with everything under way, and Zone is killed', async () => {
    const report = await run({ transport: 'mixed', cutsPerPhase: 1, seconds: 6, kill: 'zone' });
    assert.match(report, /UDP was away [2-9] times: [1-9]\d* changes to WebSocket, [1-9]\d* back/);
    assert.match(report, /kills +1/);
  });

  it('does not begin when there is nothing to kill by that name', async () => {
    await assert.rejects(run({ transport: 'quic', cutsPerPhase: 0, seconds: 0, kill: 'shop' }), /no process "shop"/);
  });
});
