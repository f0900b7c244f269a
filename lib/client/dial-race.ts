import { GatesvrError } from '../errors.js';
import type { CancelTimer, Clock } from '../clock.js';
import type { Connection, Dialer } from '../transport/transport.js';

/** Head start of a transport over the next one, in ms: RFC 8305's 250 ms between attempts. */
const HEAD_START_MS = 250;

/**
 * Dials with every dialer, each a little later than the one before or as soon as that has failed; the first connection
 * wins and the others are given up before a byte is sent on them (PROTOCOL 6).
 * @param signal gives up; the promise then rejects at once, whatever the dialers do
 * @throws GatesvrError CONNECT_FAILED when no dialer gets through, with what each said
 */
export function raceDial(
  dialers: readonly Dialer[],
  url: string,
  signal: AbortSignal,
  clock: Clock,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const race = new DialRace(dialers, url, clock, resolve, reject);
    if (signal.aborted) race.giveUp(signal.reason);
    else {
      signal.addEventListener('abort', () => race.giveUp(signal.reason), { once: true, signal: race.over });
      race.startNext();
    }
  });
}

class DialRace {
  readonly #left: Dialer[];
  readonly #url: string;
  readonly #clock: Clock;
  readonly #resolve: (connection: Connection) => void;
  readonly #reject: (error: GatesvrError) => void;
  readonly #attempts: AbortController[] = [];
  readonly #errors: unknown[] = [];
  readonly #over = new AbortController();
  #underWay = 0;
  #cancelHeadStart: CancelTimer | undefined;

  constructor(
    dialers: readonly Dialer[],
    url: string,
    clock: Clock,
    resolve: (connection: Connection) => void,
    reject: (error: GatesvrError) => void,
  ) {
    this.#left = [...dialers];
    this.#url = url;
    this.#clock = clock;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  startNext(): void {
    this.#cancelHeadStart?.();
    const dialer = this.#left.shift();
    if (dialer === undefined) {
      if (this.#underWay === 0) this.#lose(new AggregateError(this.#errors, 'every transport failed'));
      return;
    }
    this.#underWay++;
    const attempt = new AbortController();
    this.#attempts.push(attempt);
    dialer.dial(this.#url, attempt.signal).then(
      (connection) => this.#opened(connection, attempt),
      (error: unknown) => this.#failed(error),
    );
    if (this.#left.length > 0) this.#cancelHeadStart = this.#clock.after(HEAD_START_MS, () => this.startNext());
  }

  giveUp(reason: unknown): void {
    if (!this.over.aborted) this.#lose(reason);
  }

  #opened(connection: Connection, winner: AbortController): void {
    if (this.over.aborted) {
      connection.abort();
      return;
    }
    this.#end(winner);
    this.#resolve(connection);
  }

  #failed(error: unknown): void {
    this.#underWay--;
    this.#errors.push(error);
    if (!this.over.aborted) this.startNext();
  }

  #lose(cause: unknown): void {
    this.#end(undefined);
    const only = this.#errors.length === 1 ? this.#errors[0] : cause;
    if (only instanceof GatesvrError && only.error === 'CONNECT_FAILED') this.#reject(only);
    else this.#reject(new GatesvrError('CONNECT_FAILED', only instanceof Error ? only.message : undefined, cause));
  }

  #end(winner: AbortController | undefined): void {
    this.#cancelHeadStart?.();
    this.#over.abort();
    for (const attempt of this.#attempts) if (attempt !== winner) attempt.abort();
  }
}
