import type { ClientState } from './client-state.js';
import type { ClientCounters } from './client-counters.js';
import type { Lost, Verdict } from './inbox.js';
import { Listeners } from './listeners.js';

/** Who listens to what happens to the client itself. */
export class ClientEvents {
  readonly #counters: ClientCounters;
  readonly state = this.#listeners<[state: ClientState, previous: ClientState]>();
  readonly resume = this.#listeners<[verdict: Verdict, reason: string, lost: Lost | undefined]>();
  readonly kick = this.#listeners<[reason: string, message: string]>();
  readonly slow = this.#listeners<[queued: number, queuedBytes: number]>();
  readonly fault = new Listeners<[fault: unknown]>((error) => console.error(error));

  constructor(counters: ClientCounters) {
    this.#counters = counters;
  }

  /** Something went wrong that is nobody's answer. Never in silence. */
  readonly reportFault = (fault: unknown): void => {
    if (this.fault.isEmpty) console.error(fault);
    else this.fault.emit(fault);
  };

  /** A handler of the application threw. */
  readonly reportHandler = (error: unknown): void => {
    this.#counters.handlerErrors++;
    this.reportFault(error);
  };

  #listeners<Args extends unknown[]>(): Listeners<Args> {
    return new Listeners<Args>((error) => this.reportHandler(error));
  }
}
