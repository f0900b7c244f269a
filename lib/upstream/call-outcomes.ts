import type { Clock } from '../clock.js';
import type { Job } from '../dispatch/job.js';
import type { UpstreamEvents } from '../dispatch/upstream.js';
import type { Log } from '../log.js';
import type { Metrics } from '../metrics/metrics.js';
import type { UpstreamResponse } from '../protocol/upstream-codec.js';
import { Outcome } from '../protocol/message-codec.js';
import { badReply, callFailure, notProcessed, requestTooLarge, statusError, type CallFailure } from './grpc-errors.js';
import type { CallStatus } from './grpc-status.js';
import { RetryBudget } from './retry-budget.js';

/** The instance that a call was made to, as far as its outcome concerns it. */
export interface Callee {
  readonly address: string;
  /** Calls that have not ended. */
  inFlight: number;
  succeeded(): void;
  /** @param suspicious the instance may be to blame */
  failed(suspicious: boolean): void;
}

export interface OutcomeOptions {
  readonly clock: Clock;
  readonly metrics?: Metrics | undefined;
  readonly log?: Pick<Log, 'warn' | 'error'> | undefined;
}

/**
 * What the end of a call to one service means, however it was made: for the instance, for the retry budget, for the job.
 * The one place that decides whether a request is tried again:
 *
 *   never put on a connection, or refused unprocessed    may be handed over again, on any route
 *   put on a connection, no answer                       UNKNOWN, or again if the route is `idempotent`
 *
 * Its methods are called by events of streams, where a throw would end the process: none of them throws.
 */
export class CallOutcomes {
  /** Set once, before the first call. */
  events: UpstreamEvents | undefined;
  retries = 0;
  readonly budget = new RetryBudget();
  readonly #service: string;
  readonly #clock: Clock;
  readonly #metrics: Metrics | undefined;
  readonly #log: OutcomeOptions['log'];

  constructor(service: string, { clock, metrics, log }: OutcomeOptions) {
    this.#service = service;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#log = log;
  }

  /** @param now Clock.now() */
  answered(job: Job, callee: Callee, response: UpstreamResponse, now: number): void {
    callee.inFlight--;
    try {
      callee.succeeded();
      this.budget.succeeded();
      this.#metrics?.upstreamFinished(this.#service, 'OK', '', now - job.handedAt);
      this.events?.answered(job, response, now);
    } catch (error) {
      this.#fault(error);
    }
  }

  /**
   * The job was put on a connection and has no answer.
   * @param told the log knows already
   */
  ended(job: Job, callee: Callee, status: CallStatus, told = false): void {
    callee.inFlight--;
    try {
      if (status.handedOver === 'maybe') {
        this.#failed(job, callee, callFailure(status), told ? undefined : statusError(status));
      } else {
        // Nobody executed it.
        job.attempts--;
        this.#again(job, status.handedOver === 'unsent');
      }
    } catch (error) {
      this.#fault(error);
    }
  }

  /** The answer came and can't be read. */
  unreadable(job: Job, callee: Callee, error: Error): void {
    callee.inFlight--;
    try {
      this.#failed(job, callee, badReply(), error);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** The job was not put on a connection. */
  unsent(job: Job, callee: Callee): void {
    callee.inFlight--;
    try {
      this.#again(job, true);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** The job can't be put on a connection. */
  tooLarge(job: Job, callee: Callee): void {
    callee.inFlight--;
    try {
      this.events?.failed(job, requestTooLarge(unexecuted(job)));
    } catch (error) {
      this.#fault(error);
    }
  }

  #failed(job: Job, callee: Callee, failure: CallFailure, cause: Error | undefined): void {
    this.#finished(job, failure);
    // A call that was given up says nothing about the instance.
    if (job.state === 'calling') this.#judge(job, callee, failure, cause);
    if (this.#mayRetry(job, failure)) {
      this.retries++;
      this.events?.returned(job);
    } else {
      this.events?.failed(job, failure);
    }
  }

  #judge(job: Job, callee: Callee, failure: CallFailure, cause: Error | undefined): void {
    if (failure.outcome === Outcome.ANSWERED) {
      callee.succeeded();
      return;
    }
    callee.failed(failure.suspicious);
    if (cause === undefined) return;
    this.#log?.warn('a call to a service failed', {
      service: this.#service,
      instance: callee.address,
      action: job.route.match,
      status: failure.statusName,
      error: cause,
    });
  }

  /** It may be handed over again on any route. Refusals cost the peer something, so they are bounded. */
  #again(job: Job, unsent: boolean): void {
    const failure = notProcessed(unexecuted(job));
    if (!unsent) this.#finished(job, failure);
    if (job.state === 'calling' && (unsent || this.budget.spend())) {
      if (!unsent) this.retries++;
      this.events?.returned(job);
    } else {
      this.events?.failed(job, failure);
    }
  }

  #mayRetry(job: Job, failure: CallFailure): boolean {
    return (
      failure.retryable &&
      job.state === 'calling' &&
      job.route.idempotent &&
      job.attempts <= MAX_RETRIES &&
      this.budget.spend()
    );
  }

  #finished(job: Job, { statusName, errorType }: CallFailure): void {
    this.#metrics?.upstreamFinished(this.#service, statusName, errorType, this.#clock.now() - job.handedAt);
  }

  #fault(error: unknown): void {
    this.#log?.error('a call could not be ended', { service: this.#service, error });
  }
}

const MAX_RETRIES = 2;

function unexecuted(job: Job): Outcome {
  return job.attempts === 0 ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN;
}
