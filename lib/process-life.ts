import type { Clock } from './clock.js';
import type { Log } from './log.js';

/** What ProcessLife needs of `process`. */
export interface Process {
  on(event: 'SIGTERM' | 'SIGINT', listener: (signal: string) => void): unknown;
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

export interface ProcessLifeParts {
  readonly process: Process;
  readonly clock: Clock;
  readonly log: Log;
  /** Stops what the process is there for, in order; repeated calls wait for the same stop. */
  stop(): Promise<unknown>;
  /** How long that may take, in ms. */
  readonly stopTimeoutMs: number;
  /** How long it may take after a crash, in ms. */
  readonly crashTimeoutMs: number;
}

/**
 * npm and terminals send the same signal to a process and again to its children, so a second one counts as a wish to
 * hurry only after this.
 */
const SAME_SIGNAL_MS = 1000;

/**
 * Ends the process in order: on SIGTERM or SIGINT with code 0, after an exception that nobody caught with code 1, since
 * its state can't be trusted any more. Whatever hangs is cut by a time limit; so is everything by a second signal.
 */
export class ProcessLife {
  readonly #parts: ProcessLifeParts;
  #stoppingSince: number | undefined;
  #exitCode = 0;

  constructor(parts: ProcessLifeParts) {
    this.#parts = parts;
  }

  /** From now on signals and stray exceptions end the process. */
  begin(): void {
    const { process } = this.#parts;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.#signalled(signal));
    process.on('uncaughtException', (error) => this.#crashed('uncaught exception', error));
    process.on('unhandledRejection', (error) => this.#crashed('unhandled rejection', error));
  }

  #signalled(signal: string): void {
    const { log, clock, stopTimeoutMs } = this.#parts;
    if (this.#stoppingSince === undefined) {
      log.info('stopping', { signal });
      this.#stop(stopTimeoutMs);
    } else if (clock.now() - this.#stoppingSince >= SAME_SIGNAL_MS) {
      log.warn('second signal: ending without an orderly stop', { signal });
      this.#exit(1);
    }
  }

  #crashed(message: string, error: unknown): void {
    this.#parts.log.error(message, { error });
    this.#exitCode = 1;
    if (this.#stoppingSince === undefined) this.#stop(this.#parts.crashTimeoutMs);
  }

  #stop(limitMs: number): void {
    const { clock, log } = this.#parts;
    this.#stoppingSince = clock.now();
    clock.after(limitMs, () => {
      log.warn('the stop took too long: ending now', { limitMs });
      this.#exit(1);
    });
    this.#parts.stop().then(
      () => this.#exit(this.#exitCode),
      (error: unknown) => {
        log.error('the stop failed', { error });
        this.#exit(1);
      },
    );
  }

  #exit(code: number): void {
    this.#parts.process.exit(code);
  }
}
