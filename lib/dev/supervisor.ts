import { SupervisedProcess } from './supervised-process.js';
import type { Clock } from '../clock.js';
import type { ProcessEvents, ProcessSpec, ProcessStatus } from './supervised-process.js';

/**
 * Keeps processes running. They come in groups: a group starts when the one before it is ready, its members side by
 * side; the stop goes the other way.
 */
export class Supervisor {
  readonly #groups: readonly (readonly SupervisedProcess[])[];
  #stopping: Promise<void> | undefined;

  constructor(groups: readonly (readonly ProcessSpec[])[], clock: Clock, events: ProcessEvents) {
    this.#groups = groups.map((group) => group.map((spec) => new SupervisedProcess(spec, clock, events)));
  }

  get statuses(): ProcessStatus[] {
    return this.#groups.flat().map((child) => child.status);
  }

  /** Resolves when all are ready. @throws Error if one ends before it is; the others are stopped then */
  async start(): Promise<void> {
    try {
      for (const group of this.#groups) {
        if (this.#stopping !== undefined) throw new Error('stopped before all was ready');
        await Promise.all(group.map((child) => child.start()));
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Kills a process without warning; it comes back. @returns false if there is none of that name to kill */
  kill(name: string): boolean {
    return (
      this.#groups
        .flat()
        .find((child) => child.status.name === name)
        ?.kill() ?? false
    );
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const group of [...this.#groups].reverse()) await Promise.all(group.map((child) => child.stop()));
  }
}
