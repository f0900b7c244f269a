import type { Outcome } from '../protocol/message-codec.js';
import type { UpstreamResponse } from '../protocol/upstream-codec.js';
import type { Job } from './job.js';

/** What the RequestProcessor needs of the services behind it. UpstreamManager is one. */
export interface Upstream {
  /** Sets who is told how calls end. Once, before the first call. */
  attach(events: UpstreamEvents): void;
  readiness(service: string): Readiness;
  /** Requests to it travel many at a time, so that it bears many more of them at once. */
  batches(service: string): boolean;
  /**
   * Hands a job over to an instance of its route's service: sets `job.call`, and counts `job.attempts` up when it is put on
   * a connection, at once or later. Every call that was made ends in exactly one of {@link UpstreamEvents}' `answered`,
   * `failed`, `returned`; never before this returns, possibly within `job.call.cancel`.
   *
   * @param now Clock.now(), in ms
   * @returns false if no instance can be reached: nothing was sent, nothing will be told
   * @throws if the request can't be sent; nothing will be told
   */
  call(job: Job, now: number): boolean;
}

/**
 * ready: calls can be made. connecting: not now, but it is worth waiting. unavailable: not for some time, requests are
 * better refused.
 */
export type Readiness = 'ready' | 'connecting' | 'unavailable';

export interface UpstreamEvents {
  /** The service answered; an answer is an answer also when it says no. @param now Clock.now(), in ms */
  answered(job: Job, response: UpstreamResponse, now: number): void;
  /** The call failed. */
  failed(job: Job, failure: Failure): void;
  /** The call failed and the job may be handed over again. */
  returned(job: Job): void;
  /** {@link Upstream.readiness} or {@link Upstream.batches} is another. */
  readinessChanged(service: string): void;
}

/** What the client is told of a failed call. */
export interface Failure {
  readonly code: number;
  /** Without internals of the service. */
  readonly message: string;
  readonly outcome: Outcome;
}
