import type { DevSetUp } from '../surroundings.js';

/** How often a service is killed. */
const EVERY_MS = 5_000;

/** Kills the processes of one service, one after the other; the set-up starts each again. */
export class Killer {
  /** Process ids that were killed. */
  readonly killed = new Set<number>();
  readonly #setUp: DevSetUp;
  readonly #service: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(setUp: DevSetUp, service: string) {
    this.#setUp = setUp;
    this.#service = service;
  }

  start(): void {
    this.#timer = setInterval(() => this.#kill(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #kill(): void {
    const pid = this.#setUp.pidOf(this.#service);
    if (pid === undefined || this.killed.has(pid)) return;
    this.killed.add(pid);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It was gone already; the set-up starts another.
    }
  }
}
