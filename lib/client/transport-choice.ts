import type { Dialer, TransportName } from '../transport/transport.js';

/** A better transport that is tried in vain is tried again after at most so many times the first wait. */
const LONGEST_WAIT = 16;

export interface TransportChoiceOptions {
  /** The most wanted first. */
  readonly dialers: readonly Dialer[];
  /** Wait before a better transport is tried again, in ms; doubles with each try in vain. */
  readonly upgradeMs: number;
  /** A session that lived so long shows that its transport works, in ms. */
  readonly stableMs: number;
}

/**
 * Which transport a client begins with. It remembers the one that served last, passes over one whose sessions break at
 * once (a network that lets handshakes through and little else), and says when a better one than that in use is due.
 */
export class TransportChoice {
  readonly #options: TransportChoiceOptions;
  #first: TransportName | undefined;
  /** Tries of a better transport in vain, sessions that broke at once included. */
  #vain = 0;

  constructor(options: TransportChoiceOptions) {
    this.#options = options;
  }

  /** In the order in which the next race starts them. */
  get order(): readonly Dialer[] {
    const { dialers } = this.#options;
    const first = dialers.find(({ transport }) => transport === this.#first);
    return first === undefined ? dialers : [first, ...dialers.filter((dialer) => dialer !== first)];
  }

  /** Those that are wanted more than `transport`. */
  betterThan(transport: TransportName): readonly Dialer[] {
    const { dialers } = this.#options;
    return dialers.slice(
      0,
      Math.max(
        0,
        dialers.findIndex((dialer) => dialer.transport === transport),
      ),
    );
  }

  /** A session was welcomed over it. */
  served(transport: TransportName): void {
    this.#first = transport;
  }

  /**
   * The network broke a session.
   * @param livedMs since it became active; 0 when it never did
   */
  broke(transport: TransportName, livedMs: number): void {
    if (livedMs >= this.#options.stableMs) {
      if (this.betterThan(transport).length === 0) this.#vain = 0;
      return;
    }
    const other = this.#options.dialers.find((dialer) => dialer.transport !== transport);
    this.#first = other?.transport;
    this.triedInVain();
  }

  triedInVain(): void {
    this.#vain++;
  }

  /** The network has changed: what was learnt may be wrong. */
  forget(): void {
    this.#first = undefined;
    this.#vain = 0;
  }

  /**
   * How long to wait before a better transport is tried again.
   * @param random from 0 up to, not including, 1: clients of one network don't try all at once
   */
  upgradeDelay(random: number): number {
    return this.#options.upgradeMs * Math.min(LONGEST_WAIT, 2 ** this.#vain) * (0.75 + random / 2);
  }
}
