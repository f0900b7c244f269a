import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { Metrics } from '../metrics/metrics.js';
import type { UpstreamNotify, UpstreamResponse } from '../protocol/upstream-codec.js';
import type { TimerWheel } from '../timer-wheel.js';
import type { Answer, Job } from './job.js';
import type { Failure, Upstream, UpstreamEvents } from './upstream.js';
import { errorTable, type ErrorName } from '../errors.js';
import { Outcome } from '../protocol/message-codec.js';
import { FairQueue } from './fair-queue.js';
import { LinkedList } from './linked-list.js';

export interface DispatchLimits {
  /** Jobs that wait, over all services. */
  readonly maxQueued: number;
  /** By service: `inFlight` handed over at a time, 0 for what the way to the service bears; `queue` waiting. */
  readonly services: Readonly<Record<string, { readonly inFlight: number; readonly queue: number }>>;
}

export interface RequestProcessorParts {
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly limits: DispatchLimits;
  readonly metrics?: Metrics;
  readonly log?: Pick<Log, 'error'>;
}

/**
 * Brings jobs to their services: no more at a time than a service bears, players in turn, serial ones one after the
 * other, each with its deadline. Services share nothing but `maxQueued`, so a slow one keeps only its own waiting.
 *
 *   submit ─► queued ─► calling ─► done ─► owner.answered
 *               └────────┴── deadline, cancel, stop ──┘
 *
 * Every submitted job ends in exactly one `owner.answered`, at the latest at its deadline, possibly within `submit`. A
 * place at a service is taken until the call has ended, also when its job was answered before that.
 */
export class RequestProcessor implements UpstreamEvents {
  readonly #upstream: Upstream;
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #maxQueued: number;
  readonly #metrics: Metrics | undefined;
  readonly #log: Pick<Log, 'error'> | undefined;
  readonly #services: ReadonlyMap<string, ServiceWork>;
  #queued = 0;
  #inFlight = 0;
  #late = 0;
  #faults = 0;
  #stopped = false;
  #idleWaiters: (() => void)[] = [];

  constructor({ upstream, clock, wheel, limits, metrics, log }: RequestProcessorParts) {
    this.#upstream = upstream;
    this.#clock = clock;
    this.#wheel = wheel;
    this.#maxQueued = limits.maxQueued;
    this.#metrics = metrics;
    this.#log = log;
    this.#services = new Map(
      Object.entries(limits.services).map(([name, { inFlight, queue }]) => [
        name,
        new ServiceWork(name, inFlight, queue),
      ]),
    );
    upstream.attach(this);
  }

  /** Jobs that wait, over all services. */
  get queued(): number {
    return this.#queued;
  }

  /** Calls that have not ended, over all services. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Answers that came after their job was answered otherwise, and were dropped. */
  get late(): number {
    return this.#late;
  }

  /** Throws that were caught here; each is a bug of somebody's. */
  get faults(): number {
    return this.#faults;
  }

  /** The numbers of one service now; undefined if there is none of that name. */
  service(name: string): ServiceCounters | undefined {
    return this.#services.get(name);
  }

  /** Takes a job over that was accepted just now. Refuses by an answer: OVERLOADED, UPSTREAM_UNAVAILABLE, DRAINING, all NOT_EXECUTED. */
  submit(job: Job): void {
    const work = this.#services.get(job.route.service);
    const refusal = this.#refusal(job, work);
    if (work === undefined || refusal !== undefined) {
      this.#settleWithError(job, refusal ?? 'INTERNAL');
      return;
    }
    job.onDeadline = this.#onDeadline;
    this.#wheel.armAt(job, job.deadlineAt);
    this.#enqueue(work, job, 'last');
    this.#pump(work, job.acceptedAt);
    if (job.state === 'queued' && (work.queued > work.maxQueued || this.#queued > this.#maxQueued)) {
      work.refused++;
      this.#dequeue(work, job);
      this.#settleWithError(job, 'OVERLOADED');
    }
  }

  /** The caller gave up: answered with CANCELLED at once, unless it is answered already. */
  cancel(job: Job): void {
    this.#end(job, 'CANCELLED');
  }

  /** Resolves when nothing waits and no call is under way. New jobs are still taken. */
  drained(): Promise<void> {
    if (this.#queued === 0 && this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Ends all that is left with DRAINING and refuses what still comes. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const work of this.#services.values()) {
      this.#endQueued(work, 'DRAINING');
      for (const job of [...work.calling]) this.#end(job, 'DRAINING');
    }
  }

  answered(job: Job, response: UpstreamResponse, now: number): void {
    const work = this.#callEnded(job);
    if (job.state === 'done') this.#late++;
    else this.#settle(job, serviceAnswer(response), now);
    this.#next(work, now);
  }

  failed(job: Job, failure: Failure): void {
    const work = this.#callEnded(job);
    if (job.state !== 'done') this.#settle(job, errorAnswer(failure.code, failure.message, failure.outcome));
    this.#next(work);
  }

  returned(job: Job): void {
    const work = this.#callEnded(job);
    if (job.state !== 'done') {
      job.state = 'queued';
      if (this.#upstream.readiness(work.name) === 'unavailable') this.#settleWithError(job, 'UPSTREAM_UNAVAILABLE');
      else this.#enqueue(work, job, 'first');
    }
    this.#next(work);
  }

  readinessChanged(service: string): void {
    const work = this.#services.get(service);
    if (work === undefined) return;
    const readiness = this.#upstream.readiness(service);
    work.setPlaces(this.#upstream.batches(service));
    if (readiness === 'ready') this.#pump(work);
    else if (readiness === 'unavailable') this.#endQueued(work, 'UPSTREAM_UNAVAILABLE');
  }

  #refusal(job: Job, work: ServiceWork | undefined): ErrorName | undefined {
    if (work === undefined) return 'INTERNAL';
    if (this.#stopped) return 'DRAINING';
    if (job.deadlineAt <= job.acceptedAt) return 'UPSTREAM_DEADLINE';
    return this.#upstream.readiness(work.name) === 'unavailable' ? 'UPSTREAM_UNAVAILABLE' : undefined;
  }

  /** Hands over what is due while the service has places. @param now in ms */
  #pump(work: ServiceWork, now = this.#clock.now()): void {
    while (work.inFlight < work.places && work.queue.due && this.#upstream.readiness(work.name) === 'ready') {
      const job = work.queue.take()!;
      this.#queued--;
      job.state = 'calling';
      work.calling.append(job);
      this.#inFlight++;
      if (!this.#call(work, job, now)) return;
    }
  }

  /** @returns false if the service can't be reached after all; the job waits again */
  #call(work: ServiceWork, job: Job, now: number): boolean {
    try {
      if (this.#upstream.call(job, now)) return true;
    } catch (error) {
      this.#fault('a request could not be handed over', job, error);
      this.#callEnded(job);
      this.#settleWithError(job, 'INTERNAL');
      return true;
    }
    this.#callEnded(job);
    job.state = 'queued';
    this.#enqueue(work, job, 'first');
    return false;
  }

  #callEnded(job: Job): ServiceWork {
    const work = this.#services.get(job.route.service)!;
    job.call = undefined;
    if (work.calling.remove(job)) {
      this.#inFlight--;
      work.queue.finished(job);
    }
    return work;
  }

  /** After a call has ended: its place goes to whoever is next. */
  #next(work: ServiceWork, now?: number): void {
    this.#pump(work, now);
    if (this.#queued > 0 || this.#inFlight > 0 || this.#idleWaiters.length === 0) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #enqueue(work: ServiceWork, job: Job, place: 'first' | 'last'): void {
    if (place === 'first') work.queue.addFirst(job);
    else work.queue.add(job);
    this.#queued++;
  }

  #dequeue(work: ServiceWork, job: Job): void {
    work.queue.remove(job);
    this.#queued--;
  }

  readonly #onDeadline = (job: Job): void => this.#end(job, 'UPSTREAM_DEADLINE');

  /** Answers a job before its service does; a call under way is told, and keeps its place until it has ended. */
  #end(job: Job, error: ErrorName): void {
    if (job.state === 'done') return;
    const work = this.#services.get(job.route.service);
    if (work === undefined) return;
    const { call } = job;
    if (job.state === 'queued') this.#dequeue(work, job);
    this.#settleWithError(job, error);
    try {
      call?.cancel(job);
    } catch (thrown) {
      this.#fault('a call could not be cancelled', job, thrown);
    }
    this.#next(work);
  }

  #endQueued(work: ServiceWork, error: ErrorName): void {
    for (let job = work.queue.any(); job !== undefined; job = work.queue.any()) this.#end(job, error);
  }

  #settleWithError(job: Job, error: ErrorName): void {
    const { code, text } = errorTable[error];
    // Handed over even once means that a service may have executed it.
    this.#settle(job, errorAnswer(code, text, job.attempts === 0 ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN));
  }

  #settle(job: Job, answer: Answer, now = this.#clock.now()): void {
    job.state = 'done';
    job.onDeadline = undefined;
    this.#wheel.disarm(job);
    try {
      job.owner.answered(job, answer);
      const { match, service } = job.route;
      this.#metrics?.requestFinished(match, service, RESULTS[answer.outcome], now - job.acceptedAt);
    } catch (error) {
      this.#fault('an answer could not be delivered', job, error);
    }
  }

  #fault(message: string, job: Job, error: unknown): void {
    this.#faults++;
    this.#log?.error(message, { action: job.route.match, service: job.route.service, error });
  }
}

/** What one service has to do now; for metrics and tests. */
export interface ServiceCounters {
  readonly inFlight: number;
  readonly queued: number;
  /** Refused because the queue was full. */
  readonly refused: number;
}

/** Places of a service that takes many requests in one message: a wait behind all of them is still short. */
const BATCHED_PLACES = 1024;
/** ... that takes each as a call of its own, which costs both sides a stream. */
const SINGLE_PLACES = 64;
/** What one player's turn may take of a service's places: the next player in line waits for a fraction of them at most. */
const TURN_SHARE = 1 / 8;

class ServiceWork implements ServiceCounters {
  readonly queue = new FairQueue();
  /** Jobs whose call has not ended. */
  readonly calling = new LinkedList<Job>();
  readonly #maxInFlight: number;
  #places = 0;
  refused = 0;

  /** @param maxInFlight 0 for what the way to the service bears */
  constructor(
    readonly name: string,
    maxInFlight: number,
    readonly maxQueued: number,
  ) {
    this.#maxInFlight = maxInFlight;
    this.setPlaces(false);
  }

  /** How many may be under way. */
  get places(): number {
    return this.#places;
  }

  /** @param batched requests to the service travel many at a time */
  setPlaces(batched: boolean): void {
    this.#places = this.#maxInFlight || (batched ? BATCHED_PLACES : SINGLE_PLACES);
    this.queue.turn = Math.max(1, Math.floor(this.#places * TURN_SHARE));
  }

  get inFlight(): number {
    return this.calling.length;
  }

  get queued(): number {
    return this.queue.length;
  }
}

const RESULTS = {
  [Outcome.ANSWERED]: 'success',
  [Outcome.NOT_EXECUTED]: 'drop',
  [Outcome.UNKNOWN]: 'error',
} as const;

const NO_BYTES = new Uint8Array(0);
const NO_HEADERS: Record<string, string> = Object.freeze({});
const NO_NOTIFIES: readonly UpstreamNotify[] = Object.freeze([]);

function serviceAnswer(response: UpstreamResponse): Answer {
  return {
    code: response.code === 0 ? 200 : response.code,
    message: response.message,
    payload: response.payload,
    headers: response.headers,
    outcome: Outcome.ANSWERED,
    before: response.before,
    after: response.after,
  };
}

function errorAnswer(code: number, message: string, outcome: Outcome): Answer {
  return { code, message, payload: NO_BYTES, headers: NO_HEADERS, outcome, before: NO_NOTIFIES, after: NO_NOTIFIES };
}
