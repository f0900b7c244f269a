import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runDev, type Dev } from '../../lib/dev/dev.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const freePorts = { hello: 0, business: 0, zone: 0, gateway: 0, admin: 0, push: 0, page: 0 };
const run = promisify(execFile);

/** The block of that name: "```js client.mjs". */
function block(name: string): string {
  const [, text] = new RegExp(`^\`\`\`\\w+ ${name.replace('.', '\\.')}\n([^]*?)^\`\`\`$`, 'm').exec(readme) ?? [];
  return text ?? assert.fail(`README.md has no block ${name}`);
}

function linesOfCode(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '').length;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when somebody listens there; fails when `process` ends before. */
async function listening(port: number, process: ChildProcess): Promise<void> {
  for (;;) {
    assert.equal(process.exitCode, null, 'the service ended');
    const socket = connect(port, '127.0.0.1');
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
  }
}

describe('README.md, as a reader follows it', function () {
  // Processes are started, each with a loader to compile: slow where others compile too.
  this.timeout(120_000);
  /** In this package, so that `gatesvr/client` is found as in the checkout's root. */
  let folder: string;
  let dev: Dev | undefined;
  const processes: ChildProcess[] = [];

  before(() => {
    assert.ok(existsSync(join(root, 'dist/lib/client/node.js')), 'not built: `npm run build`, or `npm test` for all');
  });

  beforeEach(() => {
    mkdirSync(join(root, 'test/output'), { recursive: true });
    folder = mkdtempSync(join(root, 'test/output/readme-'));
  });

  afterEach(async () => {
    await dev?.stop();
    dev = undefined;
    for (const process of processes.splice(0)) {
      process.kill();
      if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
    }
    rmSync(folder, { recursive: true });
  });

  /** What `npm start` does, on free ports, with its files where a reader in `folder` would have them. */
  async function start(config?: string): Promise<Dev> {
    const output = new PassThrough().resume();
    const directory = join(folder, '.gatesvr');
    dev = await runDev({ ports: freePorts, directory, output, ledger: false, ...(config && { config }) });
    return dev;
  }

  function save(name: string, text: string): string {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  }

  it('the client prints what the page says', async () => {
    const { state } = await start();
    const snippet = block('client.mjs');
    assert.ok(linesOfCode(snippet) <= 15);
    const file = save('client.mjs', snippet.replace('http://localhost:8080/', state.pageUrl));
    const { stdout } = await run(process.execPath, [file]);
    const [, promised = ''] = /^It prints\n\n```text\n([^]*?)^```$/m.exec(readme) ?? [];
    assert.match(stdout, /^rolled [1-6]$/m);
    assert.equal(stdout.replace(/^rolled \d$/m, ''), promised.replace(/^rolled \d$/m, ''));
  });

  it('the service answers the request of the page', async () => {
    const port = await freePort();
    const here = (text: string): string => text.replaceAll('127.0.0.1:8084', `127.0.0.1:${port}`);
    const snippet = block('guild.mjs');
    assert.ok(linesOfCode(snippet) <= 15);
    const service = spawn(process.execPath, [save('guild.mjs', here(snippet))], { stdio: 'inherit' });
    processes.push(service);
    await listening(port, service);
    await start(save('guild.yaml', here(block('guild.yaml'))));

    const [, asked = ''] = /^npm run client -- (--action guild\.join .*)$/m.exec(readme) ?? [];
    const client = `"${process.execPath}" --import="${tsx}" "${join(root, 'examples/quic-client/main.ts')}" ${asked}`;
    const { stdout } = await run('sh', ['-c', client], { cwd: folder });
    assert.deepEqual(JSON.parse(stdout), { guild: 'owls', member: 'you' });
    await assert.rejects(run('sh', ['-c', client.replace('"guild"', '"clan"')], { cwd: folder }), {
      stderr: '400 ANSWERED: guild.join: which guild?\n',
    });
  });
});
