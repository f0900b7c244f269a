import type { DevServer, ProcessStatus } from './dev-server.js';

const CALM_MS = 2000;
const TENSE_MS = 250;

export interface ProcessEvents {
  /** The latest look at them; undefined when the page's own server didn't answer. */
  seen(processes: readonly ProcessStatus[] | undefined): void;
  /** One that was down can be used again. @param downMs how long at most */
  back(name: string, downMs: number): void;
}

/** Looks after the processes of the set-up, and more often while one is down. */
export class ProcessWatch {
  readonly #server: DevServer;
  readonly #events: ProcessEvents;
  readonly #downSince = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(server: DevServer, events: ProcessEvents) {
    this.#server = server;
    this.#events = events;
  }

  start(): void {
    void this.#look();
  }

  /** It was killed, perhaps for a shorter time than lies between two looks. */
  killed(name: string): void {
    this.#downSince.set(name, performance.now());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), TENSE_MS);
  }

  async #look(): Promise<void> {
    let isTense = false;
    try {
      const { processes } = await this.#server.status();
      for (const process of processes) this.#note(process);
      isTense = this.#downSince.size > 0;
      this.#events.seen(processes);
    } catch {
      this.#events.seen(undefined);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), isTense ? TENSE_MS : CALM_MS);
  }

  #note({ name, state }: ProcessStatus): void {
    const now = performance.now();
    const since = this.#downSince.get(name);
    if (state !== 'running') {
      if (since === undefined) this.#downSince.set(name, now);
    } else if (since !== undefined) {
      this.#downSince.delete(name);
      this.#events.back(name, now - since);
    }
  }
}
