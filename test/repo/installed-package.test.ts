import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type BuildResult } from 'esbuild';
import { until } from '../support/until.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const typescript = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const run = promisify(execFile);

/** What a page downloads for `gatesvr/client`, in bytes after gzip; raise it knowingly. */
const LIMIT_GZIPPED = 40 * 1024;

/** What a user writes against each door, with types. */
const userCode = `
import { connect, RequestError, type NotifyMessage } from 'gatesvr/client';
import { createService, ServiceError, type Reply } from 'gatesvr/service';
import { Gateway, makeConfig, type Config } from 'gatesvr';
export const config: Config = makeConfig({ admin: { port: 0 } });
export const gateway = new Gateway(config);
export const service = createService({ name: 'shop', actions: { 'shop.buy': (request): Reply => ({ json: request.json() }) } });
export const client = connect({ url: 'https://localhost/gatesvr' });
client.onNotify('*', (notify: NotifyMessage) => console.log(notify.topic));
export const errors = [RequestError, ServiceError];
`;

/** A request by the installed client to what the installed \`gatesvr dev\` runs. */
const clientScript = `
import { connect } from 'gatesvr/client';
const dev = process.argv[2] + 'dev';
const { gateway } = await (await fetch(dev + '/info')).json();
const client = connect({
  url: gateway.url,
  serverCertificateHashes: [gateway.certificateHash],
  getToken: async () => (await (await fetch(dev + '/token?player=ann')).json()).token,
});
console.log((await client.request('echo', 'hello')).text());
await client.close();
`;

describe('the package, packed and installed into an empty project', function () {
  // npm installs, and processes are started: slow where others work too.
  this.timeout(300_000);
  let project: string;
  let packed: string[];

  before(async () => {
    project = mkdtempSync(join(tmpdir(), 'gatesvr-installed-'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: root });
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    packed = files.map(({ path }) => path);
    writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }');
    const args = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', `./${filename}`];
    await run('npm', args, { cwd: project });
  });

  after(() => {
    rmSync(project, { recursive: true });
  });

  it('gives the three doors to programs', async () => {
    const script = `
      const doors = await Promise.all(['gatesvr', 'gatesvr/client', 'gatesvr/service'].map((door) => import(door)));
      console.log(doors.map(({ Gateway, connect, createService }) => typeof (Gateway ?? connect ?? createService)).join());
    `;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: project });
    assert.equal(stdout, 'function,function,function\n');
  });

  it('holds what runs and what describes it, and nothing of sources, tests and benchmarks', () => {
    const allowed =
      /^(dist\/(certs|examples|lib)\/.+\.(js|d\.ts)|dist\/web\/.+|proto\/\w+\.proto|[A-Za-z]+\.md|LICENSE|package\.json)$/;
    assert.deepEqual(
      packed.filter((path) => !allowed.test(path) || path.endsWith('.map')),
      [],
    );
    const wanted = ['README.md', 'LICENSE', 'CHANGELOG.md', 'proto/upstream.proto', 'dist/web/index.html'];
    assert.deepEqual(
      wanted.filter((path) => !packed.includes(path)),
      [],
    );
  });

  it('brings types that hold by themselves, without those of Node.js', () => {
    writeFileSync(join(project, 'user.ts'), userCode);
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom', '--noEmit'];
    // What is wrong stands on standard output; a wrong exit code alone would not say it.
    const { stdout } = spawnSync(process.execPath, [typescript, ...options, 'user.ts'], {
      cwd: project,
      encoding: 'utf8',
    });
    assert.equal(stdout, '');
  });

  describe('bundled for a browser', () => {
    let bundle: BuildResult<{ metafile: true; write: false }>;

    before(async () => {
      writeFileSync(join(project, 'page.js'), "export { connect } from 'gatesvr/client';");
      bundle = await build({
        absWorkingDir: project,
        entryPoints: ['page.js'],
        bundle: true,
        minify: true,
        format: 'esm',
        platform: 'browser',
        write: false,
        metafile: true,
        logLevel: 'silent',
      });
    });

    it('the client holds nothing of gateway, QUIC, services or Node.js', () => {
      const ours = Object.keys(bundle.metafile.inputs).flatMap(
        (path) => /node_modules\/gatesvr\/dist\/lib\/([^/]+)\//.exec(path)?.[1] ?? [],
      );
      assert.deepEqual([...new Set(ours)].sort(), ['client', 'gen', 'protocol']);
      const imports = Object.values(bundle.metafile.inputs).flatMap((input) => input.imports);
      assert.deepEqual(
        imports.filter(({ external }) => external === true),
        [],
      );
    });

    it(`the client is at most ${LIMIT_GZIPPED / 1024} KiB, gzipped`, function () {
      const code = bundle.outputFiles[0]!.contents;
      const gzipped = gzipSync(code).length;
      this.test!.title += `: ${(gzipped / 1024).toFixed(1)} KiB, ${(code.length / 1024).toFixed(1)} KiB unpacked`;
      assert.ok(gzipped <= LIMIT_GZIPPED, `${gzipped} bytes`);
    });
  });

  it('`npx gatesvr dev` runs there and answers the client', async () => {
    const ports = ['--port', '--admin-port', '--page-port', '--hello-port', '--business-port', '--zone-port'];
    const args = ['gatesvr', 'dev', ...ports.flatMap((option) => [option, '0'])];
    // npx doesn't hand signals on: as the leader of a group it is stopped together with what it runs.
    const dev = spawn('npx', args, { cwd: project, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const exited = once(dev, 'exit');
    let printed = '';
    dev.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    try {
      await until(() => printed.includes('Ctrl-C') || dev.exitCode !== null);
      const [page] = /http:\/\/localhost:\d+\//.exec(printed) ?? assert.fail(printed);
      assert.match(printed, /npx gatesvr client --demo/);
      assert.match(await (await fetch(page)).text(), /<html/);
      writeFileSync(join(project, 'client.js'), clientScript);
      const { stdout } = await run(process.execPath, ['client.js', page], { cwd: project });
      assert.equal(stdout, 'hello\n');
      const byHand = await run('npx', ['gatesvr', 'client', '--action', 'echo', '--data', 'hi'], { cwd: project });
      assert.equal(byHand.stdout.trim(), 'hi');
    } finally {
      process.kill(-dev.pid!, 'SIGTERM');
      await exited;
    }
  });
});
