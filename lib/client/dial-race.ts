import { GatesvrError } from '../errors.js';
import type { CancelTimer, Clock } from '../clock.js';
import type { Connection, Dialer } from '../transport/transport.js';

/** Head start of a transport over the next one, in ms: RFC 8305's 250 ms between attempts. */
const HEAD_START_MS = 250;

/**
 * Dials with every dialer, each a little later than the one before or as soon as that has failed; the first connection
 * wins and the others are given up before a byte is sent on them (PROTOCOL 6).
 * @param signal gives up; the promise then rejects at once, whatever the dialers do
 * @param limitMs for each dialer, from its own start
 * @throws GatesvrError CONNECT_FAILED when no dialer gets through, with what each said
 */
export function raceDial(
  dialers: readonly Dialer[],
  url: string,
  signal: AbortSignal,
  clock: Clock,
  limitMs: number,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const race = new DialRace(dialers, url, clock, limitMs, resolve, reject);
    if (signal.aborted) race.giveUp(signal.reason);
    else {
      signal.addEventListener('abort', () => race.giveUp(signal.reason), { once: true, signal: race.over });
      race.startNext();
    }
  });
}

/** One dialer at work. */
interface Attempt {
  readonly dialer: Dialer;
  readonly abort: AbortController;
  cancelLimit: CancelTimer;
  hasFailed: boolean;
}

class DialRace {
  readonly #left: Dialer[];
  readonly #url: string;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #resolve: (connection: Connection) => void;
  readonly #reject: (error: GatesvrError) => void;
  readonly #attempts: Attempt[] = [];
  readonly #errors: { readonly transport: string; readonly error: unknown }[] = [];
  readonly #over = new AbortController();
  #cancelHeadStart: CancelTimer | undefined;

  constructor(
    dialers: readonly Dialer[],
    url: string,
    clock: Clock,
    limitMs: number,
    resolve: (connection: Connection) => void,
    reject: (error: GatesvrError) => void,
  ) {
    this.#left = [...dialers];
    this.#url = url;
    this.#clock = clock;
    this.#limitMs = limitMs;
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
      if (this.#attempts.every(({ hasFailed }) => hasFailed)) this.#loseAll();
      return;
    }
    const attempt: Attempt = {
      dialer,
      abort: new AbortController(),
      cancelLimit: this.#clock.after(this.#limitMs, () => this.#tooSlow(attempt)),
      hasFailed: false,
    };
    this.#attempts.push(attempt);
    dialer.dial(this.#url, attempt.abort.signal).then(
      (connection) => this.#opened(connection, attempt),
      (error: unknown) => this.#failed(error, attempt),
    );
    if (this.#left.length > 0) this.#cancelHeadStart = this.#clock.after(HEAD_START_MS, () => this.startNext());
  }

  giveUp(reason: unknown): void {
    if (!this.over.aborted) this.#lose(reason);
  }

  #opened(connection: Connection, winner: Attempt): void {
    if (this.over.aborted || winner.hasFailed) {
      connection.abort();
      return;
    }
    this.#end(winner);
    this.#resolve(connection);
  }

  #tooSlow(attempt: Attempt): void {
    const error = new GatesvrError('CONNECT_FAILED', `not within ${this.#limitMs} ms`);
    attempt.abort.abort(error);
    this.#failed(error, attempt);
  }

  #failed(error: unknown, attempt: Attempt): void {
    if (attempt.hasFailed || this.over.aborted) return;
    attempt.hasFailed = true;
    attempt.cancelLimit();
    this.#errors.push({ transport: attempt.dialer.transport, error });
    this.startNext();
  }

  #loseAll(): void {
    const errors = this.#errors.map(({ error }) => error);
    if (errors.length === 1) {
      this.#lose(errors[0]);
      return;
    }
    const all = this.#errors.map(({ transport, error }) => `${transport}: ${detailOf(error)}`).join('; ');
    this.#lose(new AggregateError(errors, all));
  }

  #lose(cause: unknown): void {
    this.#end(undefined);
    if (cause instanceof GatesvrError && cause.error === 'CONNECT_FAILED') this.#reject(cause);
    else this.#reject(new GatesvrError('CONNECT_FAILED', detailOf(cause) || undefined, cause));
  }

  #end(winner: Attempt | undefined): void {
    this.#cancelHeadStart?.();
    this.#over.abort();
    for (const attempt of this.#attempts) {
      attempt.cancelLimit();
      if (attempt !== winner) attempt.abort.abort();
    }
  }
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
