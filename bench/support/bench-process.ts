import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Ask, Reply } from './commands.js';
import { programPath } from './build.js';

/** How long an orderly stop may take. */
const STOP_LIMIT_MS = 10_000;

export interface BenchProcessOptions {
  readonly name: string;
  /** Path of a JavaScript module. */
  readonly entry: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
  /** Network namespace to run in; this process' own when left out. */
  readonly namespace?: string | undefined;
  /** The line of its output that says that it can be used; asked before, a process may miss it. */
  readonly readyLine: RegExp;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A process of a benchmark: can be asked, and tells its CPU time. */
export class BenchProcess {
  /** What `readyLine` found. */
  readonly ready: Promise<RegExpMatchArray>;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastAsk = 0;
  #ended: Error | undefined;

  private constructor({ name, entry, args = [], env = {}, execArgv = [], namespace, readyLine }: BenchProcessOptions) {
    this.#name = name;
    // `ip netns exec` becomes what it runs: pid, channel and signals are those of Node.
    const within = namespace === undefined ? [] : ['netns', 'exec', namespace, process.execPath];
    this.#child = fork(entry, [...args], {
      execPath: namespace === undefined ? process.execPath : 'ip',
      execArgv: [...within, ...execArgv, `--import=${programPath('probe')}`],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.#child.on('message', (reply) => this.#settle(reply as Reply));
    this.#child.once('exit', (code, signal) => this.#exited(signal ?? `code ${code}`));
    this.#child.once('error', (error) => this.#exited(error.message));
    this.ready = this.#awaitLine(readyLine);
  }

  /** @throws Error if it ends before it is ready */
  static async start(options: BenchProcessOptions): Promise<BenchProcess> {
    const started = new BenchProcess(options);
    await started.ready;
    return started;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Runs one of the commands that the process answers. */
  async ask<T>(command: string, argument?: unknown): Promise<T> {
    if (this.#ended !== undefined) throw this.#ended;
    const ask: Ask = { id: ++this.#lastAsk, command, argument };
    const reply = new Promise((resolve, reject) => this.#waiting.set(ask.id, { resolve, reject }));
    this.#child.send(ask);
    return (await reply) as T;
  }

  /** CPU time used so far, in µs. */
  cpu(): Promise<number> {
    return this.ask<number>('cpu');
  }

  /** Ends it in order, by force after a while; resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#ended !== undefined) return;
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
    clearTimeout(limit);
  }

  /** Reads all output, so that it never blocks, and finds the line. */
  #awaitLine(wanted: RegExp): Promise<RegExpMatchArray> {
    const lines = createInterface({ input: this.#child.stdout! });
    return new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve: () => undefined, reject });
      lines.on('line', (line) => {
        const match = wanted.exec(line);
        if (match === null) return;
        this.#waiting.delete(0);
        resolve(match);
      });
    });
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new Error(`${this.#name}: ${reply.error}`));
    else waiting?.resolve(reply.value);
  }

  #exited(how: string): void {
    this.#ended ??= new Error(`${this.#name} ended: ${how}`);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
