import { GatesvrError } from '../errors.js';
import type { Connection, Listener, Peer } from './transport.js';

/** A free port of one protocol may be taken in the other; with thousands of ports free, one try is nearly always enough. */
const PORT_TRIES = 16;

/** Several listeners as one: they start in order and stop in reverse. */
export class ListenerGroup implements Listener {
  readonly #listeners: readonly Listener[];
  readonly #choosesPort: boolean;

  /**
   * @param listeners at least one; the first one's address is the group's, and the others may take its port when they start
   * @param choosesPort the first takes any free port: when another can't have the same number, all try the next one
   */
  constructor(listeners: readonly Listener[], choosesPort: boolean) {
    this.#listeners = listeners;
    this.#choosesPort = choosesPort;
  }

  get address(): Peer {
    return this.#listeners[0]!.address;
  }

  async start(accept: (connection: Connection) => void): Promise<void> {
    for (let triesLeft = this.#choosesPort ? PORT_TRIES : 1; ;) {
      try {
        await this.#startAll(accept);
        return;
      } catch (error) {
        const taken = error instanceof GatesvrError && error.error === 'LISTEN_FAILED';
        if (!taken || --triesLeft === 0) throw error;
      }
    }
  }

  async #startAll(accept: (connection: Connection) => void): Promise<void> {
    const started: Listener[] = [];
    try {
      for (const listener of this.#listeners) {
        await listener.start(accept);
        started.unshift(listener);
      }
    } catch (error) {
      for (const listener of started) await listener.stop();
      throw error;
    }
  }

  stopAccepting(): void {
    for (const listener of this.#listeners) listener.stopAccepting();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
  }
}
