import { fork } from 'node:child_process';
import { LineSplitter } from './line-splitter.js';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { CancelTimer, Clock } from '../clock.js';

export interface ProcessSpec {
  readonly name: string;
  /** Path of the module to run. */
  readonly entry: string;
  readonly args: readonly string[];
  /** Options of Node itself. */
  readonly execArgv: readonly string[];
  /** Over this process's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether it can be used now; asked until it says so. Must not throw. */
  readonly isReady: () => Promise<boolean>;
  /** Milliseconds an orderly stop may take before it is killed. */
  readonly stopLimitMs: number;
}

/** waiting: it died and is started again soon. */
export type ProcessState = 'stopped' | 'starting' | 'running' | 'waiting';

export interface ProcessStatus {
  readonly name: string;
  readonly state: ProcessState;
  readonly pid: number | undefined;
  readonly restarts: number;
}

export interface ProcessEvents {
  /** A line of its output, without line end. */
  line(name: string, line: string): void;
  /** Its status is another one. */
  changed(status: ProcessStatus): void;
}

const READY_POLL_MS = 50;
/** A process that could be used for so long was sound: when it dies it comes back at once. */
const SOUND_MS = 3000;
const MIN_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 10_000;

/** A child process that is started again when it dies, until it is stopped. */
export class SupervisedProcess {
  readonly #spec: ProcessSpec;
  readonly #clock: Clock;
  readonly #events: ProcessEvents;
  #state: ProcessState = 'stopped';
  #child: ChildProcess | undefined;
  #readySince = 0;
  #restarts = 0;
  /** Deaths in a row, each before the process had proved sound. */
  #earlyDeaths = 0;
  #cancelTimer: CancelTimer | undefined;
  #firstStart: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #stopping: Promise<void> | undefined;
  #exited: (() => void) | undefined;

  constructor(spec: ProcessSpec, clock: Clock, events: ProcessEvents) {
    this.#spec = spec;
    this.#clock = clock;
    this.#events = events;
  }

  get status(): ProcessStatus {
    return { name: this.#spec.name, state: this.#state, pid: this.#child?.pid, restarts: this.#restarts };
  }

  /** Resolves when it can be used. @throws Error if it ends before that */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#firstStart = { resolve, reject };
      this.#spawn();
    });
  }

  /** Kills it without warning; it comes back. @returns whether there was something to kill */
  kill(): boolean {
    return this.#child?.kill('SIGKILL') ?? false;
  }

  /** Ends it in order, by force at the limit, and keeps it down. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#cancelTimer?.();
    const child = this.#child;
    if (child !== undefined) {
      const exited = new Promise<void>((resolve) => (this.#exited = resolve));
      const cancelLimit = this.#clock.after(this.#spec.stopLimitMs, () => {
        this.#tell(`did not stop within ${this.#spec.stopLimitMs} ms and is killed`);
        child.kill('SIGKILL');
      });
      child.kill('SIGTERM');
      await exited;
      cancelLimit();
    }
    this.#firstStart?.reject(new Error(`${this.#spec.name} was stopped before it was ready`));
    this.#firstStart = undefined;
    this.#enter('stopped');
  }

  #spawn(): void {
    const { entry, args, execArgv, env } = this.#spec;
    const child = fork(entry, args, {
      execArgv: [...execArgv],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // In a group of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops all in order.
      detached: process.platform !== 'win32',
    });
    this.#child = child;
    this.#follow(child.stdout!);
    this.#follow(child.stderr!);
    // `error` comes when it can't be started at all; `exit` doesn't come then.
    child.once('error', (error) => {
      if (child.pid === undefined) this.#ended(child, error.message);
    });
    child.once('exit', (code, signal) => {
      this.#ended(child, signal ?? `code ${code ?? 'unknown'}`);
    });
    this.#enter('starting');
    this.#awaitReady(child);
  }

  #follow(output: Readable): void {
    const splitter = new LineSplitter((line) => {
      this.#events.line(this.#spec.name, line);
    });
    output.setEncoding('utf8');
    output.on('data', (text: string) => {
      splitter.push(text);
    });
    output.once('end', () => {
      splitter.end();
    });
  }

  #awaitReady(child: ChildProcess): void {
    this.#cancelTimer = this.#clock.after(READY_POLL_MS, () => {
      void this.#spec.isReady().then((ready) => {
        if (this.#child !== child || this.#stopping !== undefined) return;
        if (ready) this.#ready();
        else this.#awaitReady(child);
      });
    });
  }

  #ready(): void {
    this.#readySince = this.#clock.now();
    this.#firstStart?.resolve();
    this.#firstStart = undefined;
    this.#enter('running');
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#cancelTimer?.();
    if (this.#stopping !== undefined) {
      this.#exited?.();
    } else if (this.#firstStart !== undefined) {
      this.#firstStart.reject(new Error(`${this.#spec.name} ended (${how}) before it was ready`));
      this.#firstStart = undefined;
      this.#enter('stopped');
    } else {
      this.#restartLater(how);
    }
  }

  #restartLater(how: string): void {
    const sound = this.#state === 'running' && this.#clock.now() - this.#readySince >= SOUND_MS;
    this.#earlyDeaths = sound ? 0 : this.#earlyDeaths + 1;
    const delayMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** this.#earlyDeaths);
    this.#restarts += 1;
    this.#tell(`ended (${how}), starts again in ${delayMs} ms`);
    this.#enter('waiting');
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#spawn();
    });
  }

  #enter(state: ProcessState): void {
    this.#state = state;
    this.#events.changed(this.status);
  }

  #tell(text: string): void {
    this.#events.line(this.#spec.name, text);
  }
}
