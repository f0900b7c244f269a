import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runDev, type Dev } from '../../lib/dev/dev.js';
import { choosePorts } from '../../lib/dev/ports.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const freePorts = { hello: 0, business: 0, zone: 0, gateway: 0, admin: 0, push: 0, page: 0 };
const run = promisify(execFile);

/** A page of the documentation. */
export class Page {
  readonly path: string;
  readonly text: string;

  constructor(path: string) {
    this.path = path;
    this.text = readFileSync(join(root, path), 'utf8');
  }

  /** The block of that name: "```js client.mjs". */
  block(name: string): string {
    return this.#found(new RegExp(`^\`\`\`\\w+ ${name.replace('.', '\\.')}\n([^]*?)^\`\`\`$`, 'm'), `a block ${name}`);
  }

  /** The block of text or JSON after this line. */
  after(line: string): string {
    const quoted = line.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return this.#found(new RegExp(`^${quoted}\n\n\`\`\`\\w+\n([^]*?)^\`\`\`$`, 'm'), `a block after "${line}"`);
  }

  /** The lines that begin so, without that. */
  lines(beginning: string): string[] {
    const found = this.text.split('\n').filter((line) => line.startsWith(beginning));
    assert.ok(found.length > 0, `${this.path} has no line that begins with "${beginning}"`);
    return found.map((line) => line.slice(beginning.length));
  }

  #found(pattern: RegExp, what: string): string {
    return pattern.exec(this.text)?.[1] ?? assert.fail(`${this.path} has no ${what}`);
  }
}

/** Somebody who follows a page: a folder in this package, so that `gatesvr/client` is found as in the checkout's root. */
export class Reader {
  readonly #folder: string;
  readonly #processes: ChildProcess[] = [];
  #dev: Dev | undefined;

  constructor() {
    assert.ok(existsSync(join(root, 'dist/lib/client/node.js')), 'not built: `npm run build`, or `npm test` for all');
    mkdirSync(join(root, 'test/output'), { recursive: true });
    this.#folder = mkdtempSync(join(root, 'test/output/reader-'));
  }

  async stop(): Promise<void> {
    await this.#dev?.stop();
    for (const process of this.#processes.splice(0)) {
      process.kill();
      if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
    }
    rmSync(this.#folder, { recursive: true });
  }

  /** What `npm start` does, on free ports. @returns puts its addresses in the place of those of the pages */
  async start(config?: string): Promise<(text: string) => string> {
    const output = new PassThrough().resume();
    const directory = join(this.#folder, '.gatesvr');
    this.#dev = await runDev({ ports: freePorts, directory, output, ledger: false, ...(config && { config }) });
    const { state } = this.#dev;
    return (text) => {
      return text
        .replaceAll('http://localhost:8080/', state.pageUrl)
        .replaceAll('http://127.0.0.1:8454', state.gateway.adminUrl)
        .replaceAll('127.0.0.1:8455', state.gateway.pushAddress);
    };
  }

  /** @returns where it is */
  save(name: string, text: string): string {
    writeFileSync(join(this.#folder, name), text);
    return join(this.#folder, name);
  }

  /** Runs a program. @returns what it printed */
  async node(file: string): Promise<string> {
    return (await run(process.execPath, [file], { cwd: this.#folder })).stdout;
  }

  /** Runs a service until the reader stops; resolves when it listens. */
  async serve(file: string, port: number): Promise<void> {
    const service = spawn(process.execPath, [file], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#processes.push(service);
    await listening(port, service);
  }

  /** `npm run client -- ARGUMENTS`, as a shell takes them. @returns both outputs, whatever the exit code is */
  async client(shellArguments: string): Promise<string> {
    const command = `"${process.execPath}" --import="${tsx}" "${join(root, 'examples/quic-client/main.ts')}" ${shellArguments}`;
    const output = await run('sh', ['-c', command], { cwd: this.#folder }).catch((error: unknown) => error);
    const { stdout, stderr } = output as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

export async function freePort(): Promise<number> {
  return (await choosePorts(freePorts)).hello;
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
