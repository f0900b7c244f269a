import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A `gatesvr` process of its own. */
interface Run {
  readonly child: ChildProcess;
  readonly output: { out: string; err: string };
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

describe('gatesvr', () => {
  let directory: string;
  const runs: Run[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatesvr-cli-'));
  });

  afterEach(async () => {
    for (const { child, ended } of runs.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
    await rm(directory, { recursive: true });
  });

  function gatesvr(args: readonly string[], environment: Record<string, string> = {}): Run {
    const command = ['--import=tsx', join(root, 'lib/cli.ts'), ...args];
    const child = spawn(process.execPath, command, { cwd: root, env: { ...process.env, ...environment } });
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    const run = { child, output, ended };
    runs.push(run);
    return run;
  }

  /** A gateway that is up, on free ports. */
  async function serve(...settings: string[]): Promise<Run & { adminPort: number }> {
    const given = [
      'listen.port=0',
      'admin.port=0',
      'push.port=0',
      `tls.directory=${directory}`,
      'log.format=json',
      ...settings,
    ];
    const run = gatesvr(['serve', ...given.flatMap((setting) => ['--set', setting])]);
    const started = await lineWith(run, 'gateway started');
    return { ...run, adminPort: started.adminPort as number };
  }

  async function lineWith(run: Run, message: string): Promise<Record<string, unknown>> {
    for (;;) {
      for (const line of run.output.out.split('\n').slice(0, -1)) {
        if (line.includes(`"message":"${message}"`)) return JSON.parse(line) as Record<string, unknown>;
      }
      assert.equal(run.child.exitCode, null, run.output.err);
      await Promise.race([once(run.child.stdout!, 'data'), run.ended]);
    }
  }

  describe('config', () => {
    it('prints every value with its origin: default, file, environment or flag', async () => {
      const file = join(directory, 'gatesvr.yaml');
      await writeFile(file, 'session:\n  slowUnits: 7\nlisten:\n  port: 1\n  path: /file\n');
      const run = gatesvr(['config', '--config', file, '--set', 'log.level=warn', '--port', '3'], {
        GATESVR_LISTEN_PATH: '/environment',
        GATESVR_LISTEN_PORT: '2',
        GATESVR_PLAYER_TOKEN_SECRET: 'a secret of at least 32 characters',
      });
      assert.equal(await run.ended, 0);
      const lines = run.output.out.split('\n').map((line) => line.trim());
      assert.ok(lines.includes(`slowUnits: 7 # file ${file}`));
      assert.ok(lines.includes('path: "/environment" # environment GATESVR_LISTEN_PATH'));
      assert.ok(lines.includes('port: 3 # flag'));
      assert.ok(lines.includes('level: "warn" # flag'));
      assert.ok(lines.includes('host: "::" # default'));
      assert.ok(lines.includes('tokenSecret: (hidden) # environment GATESVR_PLAYER_TOKEN_SECRET'));
    });
  });

  describe('serve', () => {
    it('says all that is wrong with the configuration and ends with code 1', async () => {
      const run = gatesvr(['serve', '--port', '99999', '--set', 'listen.prot=1']);
      assert.equal(await run.ended, 1);
      assert.match(run.output.err, /^gatesvr: the configuration is wrong: /);
      assert.match(run.output.err, /unknown key listen\.prot \(flag\)/);
      assert.match(run.output.err, /listen\.port is 99999 \(flag\): allowed is an integer from 0 to 65535/);
      assert.equal(run.output.out, '');
    });

    it('says in one line that a certificate cannot be read and ends with code 1', async () => {
      const missing = join(directory, 'missing.pem');
      const run = gatesvr(['serve', '-p', '0', '--set', `tls.certFile=${missing}`, '--set', `tls.keyFile=${missing}`]);
      assert.equal(await run.ended, 1);
      assert.match(run.output.err, /^gatesvr: [^\n]*missing\.pem cannot be read \(ENOENT[^\n]*\n$/);
    });

    it('says in one line which address is in use and ends with code 1', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      try {
        await once(server, 'listening');
        const { port } = server.address() as { port: number };
        const run = gatesvr([
          'serve',
          '-p',
          '0',
          '--push-port',
          '0',
          '--admin-port',
          String(port),
          '--set',
          `tls.directory=${directory}`,
        ]);
        assert.equal(await run.ended, 1);
        assert.match(
          run.output.err,
          new RegExp(`^gatesvr: [^\\n]*127\\.0\\.0\\.1:${port} \\(the port is in use\\)\\n$`),
        );
      } finally {
        server.close();
      }
    });

    it('refuses an unknown option with a hint', async () => {
      const run = gatesvr(['serve', '--prot', '1']);
      assert.equal(await run.ended, 1);
      assert.match(run.output.err, /unknown option '--prot'/);
    });

    it('serves health, tells why it is not ready, and stops in order on SIGTERM', async () => {
      const run = await serve('services={"hello":{"addresses":["127.0.0.1:1"]}}', 'routes=[]');
      const admin = `http://127.0.0.1:${run.adminPort}`;
      assert.equal((await fetch(`${admin}/healthz`)).status, 200);
      const ready = await fetch(`${admin}/readyz`);
      assert.equal(ready.status, 503);
      assert.ok('hello' in ((await ready.json()) as { problems: object }).problems);
      assert.match(await (await fetch(`${admin}/metrics`)).text(), /^gateway_sessions_current\{status="authed"\} 0$/m);
      run.child.kill('SIGTERM');
      assert.equal(await run.ended, 0);
      await lineWith(run, 'stopping');
      assert.equal(run.output.err, '');
    });
  });
});
