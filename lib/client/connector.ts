import { GatesvrError } from '../errors.js';
import type { Clock } from '../clock.js';
import type { Connection, Dialer } from '../transport/transport.js';
import type { ResolvedOptions } from './client-options.js';
import { raceDial } from './dial-race.js';

/** What the platform brings. */
export interface ClientPlatform {
  /** In the order of preference. */
  readonly dialers: readonly Dialer[];
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/** A connection on which nothing was sent yet, and the token to send first. */
export interface Opened {
  readonly connection: Connection;
  readonly token: string;
}

/** Gets a token and a connection; token and each dialer have the time for connecting, whatever callbacks and dialers do. */
export class Connector {
  readonly #options: ResolvedOptions;
  readonly #platform: ClientPlatform;
  readonly #report: (fault: unknown) => void;

  constructor(options: ResolvedOptions, platform: ClientPlatform, report: (fault: unknown) => void) {
    this.#options = options;
    this.#platform = platform;
    this.#report = report;
  }

  /**
   * @param canResume a resume token is there, so that a token that can't be had is reported, but no obstacle
   * @param signal gives up at once; a connection that comes later is dropped
   * @param dialers in the order in which they start
   * @throws GatesvrError CONNECT_FAILED, or what `getToken` threw
   */
  async open(url: string, canResume: boolean, signal: AbortSignal, dialers: readonly Dialer[]): Promise<Opened> {
    const token = await this.#token(canResume, signal);
    const connection = await raceDial(dialers, url, signal, this.#platform.clock, this.#options.connectTimeoutMs);
    return { connection, token };
  }

  async #token(canResume: boolean, signal: AbortSignal): Promise<string> {
    const { getToken } = this.#options;
    if (getToken === undefined) return '';
    try {
      return await this.#within(signal, async (either) => getToken(either));
    } catch (error) {
      if (!canResume || signal.aborted) throw error;
      this.#report(error);
      return '';
    }
  }

  async #within<T>(signal: AbortSignal, work: (either: AbortSignal) => Promise<T>): Promise<T> {
    const { connectTimeoutMs } = this.#options;
    const either = new AbortController();
    const giveUp = (): void => either.abort(new GatesvrError('CONNECT_FAILED', 'given up'));
    const cancelLimit = this.#platform.clock.after(connectTimeoutMs, () =>
      either.abort(new GatesvrError('CONNECT_FAILED', `not within ${connectTimeoutMs} ms`)),
    );
    const aborted = new Promise<never>((_resolve, reject) => {
      either.signal.addEventListener('abort', () => reject(either.signal.reason as GatesvrError), { once: true });
    });
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([aborted, work(either.signal)]);
    } finally {
      cancelLimit();
      signal.removeEventListener('abort', giveUp);
    }
  }
}
