import type { Clock } from '../clock.js';
import type { Job } from '../dispatch/job.js';
import type { Readiness, Upstream, UpstreamEvents } from '../dispatch/upstream.js';
import type { Log } from '../log.js';
import type { Metrics } from '../metrics/metrics.js';
import type { TimerWheel } from '../timer-wheel.js';
import type { LoginReply, LoginRequestInit, LogoutRequestInit, UpstreamResponse } from '../protocol/upstream-codec.js';
import { Outcome } from '../protocol/message-codec.js';
import { methods } from '../protocol/upstream-codec.js';
import { badReply, callFailure, notProcessed, requestTooLarge, statusError, type CallFailure } from './grpc-errors.js';
import type { CallStatus } from './grpc-status.js';
import { HelloClient } from './hello-client.js';
import { identityMetadata } from './identity-metadata.js';
import { ProcessCall } from './process-call.js';
import { ServicePool, type ServiceOptions } from './service-pool.js';
import type { CallEnd } from './unary-call.js';

export interface UpstreamOptions {
  /** By name, the Hello service among them. */
  readonly services: Readonly<Record<string, ServiceOptions>>;
  /** Which of them logs players in. */
  readonly helloService: string;
  /** Deadline of Login and Logout, in ms. */
  readonly loginTimeoutMs?: number;
  /** Largest frame a client may send or get, in bytes; gRPC messages may be 64 KiB larger. */
  readonly maxFrameBytes: number;
  /** How long requests wait for a service that none can reach, before they are refused, in ms. */
  readonly connectTimeoutMs?: number;
  /** Sends who asks as metadata too, for proxies and interceptors that don't read messages: costs 20 µs a call. */
  readonly identityMetadata?: boolean;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly metrics?: Metrics;
  readonly log?: Pick<Log, 'warn' | 'info' | 'error'>;
}

/**
 * The services behind the gateway, reached by unary `Process` calls. Nothing is shared between services, so one that is
 * dead, slow or wrong harms no other.
 *
 * Whether a request may have been executed is decided by one rule: it was handed over once it was sent on a connection that
 * stands (PROTOCOL 3), and from then on only a route that is `idempotent` is tried again. A request that was never sent after
 * all, or that the peer refused as not processed (RFC 9113, 8.7), counts as not handed over.
 */
export class UpstreamManager implements Upstream {
  readonly #clock: Clock;
  readonly #metrics: Metrics | undefined;
  readonly #log: UpstreamOptions['log'];
  readonly #maxMessageBytes: number;
  readonly #withIdentity: boolean;
  readonly #pools: ReadonlyMap<string, ServicePool>;
  readonly #hello: HelloClient;
  #events: UpstreamEvents | undefined;

  constructor(options: UpstreamOptions) {
    const { clock, wheel, metrics, log } = options;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#log = log;
    this.#withIdentity = options.identityMetadata ?? false;
    this.#maxMessageBytes = options.maxFrameBytes + ENVELOPE_BYTES;
    const limits = {
      connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      maxMessageBytes: this.#maxMessageBytes,
    };
    this.#pools = new Map(
      Object.entries(options.services).map(([name, service]) => [
        name,
        new ServicePool(name, service, clock, wheel, limits, this.#readinessChanged),
      ]),
    );
    this.#hello = new HelloClient(this.#pools.get(options.helloService), clock, options.loginTimeoutMs);
  }

  /** Begins to connect to all instances. */
  start(): void {
    for (const pool of this.#pools.values()) pool.start();
  }

  /** Closes all channels to new calls. Those under way end by themselves: RequestProcessor.stop gives them up. */
  stop(): void {
    for (const pool of this.#pools.values()) pool.close();
  }

  attach(events: UpstreamEvents): void {
    this.#events = events;
  }

  readiness(service: string): Readiness {
    return this.#pools.get(service)?.readiness ?? 'unavailable';
  }

  /**
   * Checks a token.
   * @throws GatesvrError UNAUTHENTICATED if Hello refused it, LOGIN_UNAVAILABLE if it can't be asked now
   */
  login(request: LoginRequestInit): Promise<LoginReply> {
    return this.#hello.login(request);
  }

  /** Tells Hello that a Player has ended; best effort. */
  logout(request: LogoutRequestInit): void {
    this.#hello.logout(request).catch((error: unknown) => {
      this.#log?.warn('a logout could not be told to Hello', { reason: request.reason, error });
    });
  }

  /** Why requests to a service can't be handed over now; undefined if they can. */
  problem(service: string): string | undefined {
    const pool = this.#pools.get(service);
    if (pool === undefined) return 'it is not configured';
    return pool.readiness === 'ready' ? undefined : 'no instance can be reached';
  }

  /** The numbers of each service and its instances now, for metrics. */
  counters(): ServiceStatus[] {
    return [...this.#pools.values()].map(({ name, readiness, retries, instances }) => ({
      name,
      readiness,
      retries,
      instances: instances.map(({ address, ready, ejected, inFlight, calls, failures, ejections }) => {
        return { address, ready, ejected, inFlight, calls, failures, ejections };
      }),
    }));
  }

  call(job: Job): boolean {
    const pool = this.#pools.get(job.route.service);
    const instance = pool?.pick(job);
    if (instance === undefined) return false;
    const now = this.#clock.now();
    const remainingMs = Math.max(1, Math.ceil(job.deadlineAt - now));
    const request = encodeRequest(job, remainingMs);
    const metadata = this.#withIdentity ? identityMetadata(job) : undefined;
    const call = new ProcessCall(job, instance, now, this.#ended);
    if (request.length > this.#maxMessageBytes) {
      queueMicrotask(() => this.#events?.failed(job, requestTooLarge(unexecuted(job))));
      return true;
    }
    job.attempts++;
    job.lastInstance = instance.address;
    job.call = call;
    instance.calls++;
    instance.inFlight++;
    try {
      call.start(instance.channel, methods.process.path, request, metadata, remainingMs);
    } catch (error) {
      instance.inFlight--;
      throw error;
    }
    return true;
  }

  readonly #readinessChanged = (pool: ServicePool): void => {
    const level = pool.readiness === 'unavailable' ? 'warn' : 'info';
    this.#log?.[level](`service ${pool.readiness}`, { service: pool.name });
    this.#events?.readinessChanged(pool.name);
  };

  /** Called by a stream's event, where a throw would end the process. */
  readonly #ended = (call: ProcessCall, end: CallEnd): void => {
    try {
      this.#settle(call, end);
    } catch (error) {
      this.#log?.error('a call could not be ended', { service: call.job.route.service, error });
    }
  };

  #settle(call: ProcessCall, end: CallEnd): void {
    const { job, instance } = call;
    const pool = this.#pools.get(job.route.service)!;
    instance.inFlight--;
    const response = end.ok ? decodeResponse(end.bytes) : undefined;
    if (response !== undefined) {
      instance.succeeded();
      pool.budget.succeeded();
      this.#finished(call, 'OK', '');
      this.#events?.answered(job, response);
      return;
    }
    if (!end.ok && end.status.handedOver !== 'maybe') {
      this.#takeBack(call, pool, end.status);
      return;
    }
    const failure = end.ok ? badReply() : callFailure(end.status);
    this.#finished(call, failure.statusName, failure.errorType);
    // A call that was given up says nothing about the instance.
    if (job.state === 'calling') this.#judge(call, end, failure);
    if (this.#mayRetry(pool, job, failure)) {
      pool.retries++;
      this.#events?.returned(job);
    } else {
      this.#events?.failed(job, failure);
    }
  }

  /** Nobody executed it: it may be handed over again on any route. Refusals cost the peer something, so they are bounded. */
  #takeBack(call: ProcessCall, pool: ServicePool, status: CallStatus): void {
    const { job } = call;
    job.attempts--;
    const failure = notProcessed(unexecuted(job));
    this.#finished(call, failure.statusName, failure.errorType);
    if (job.state === 'calling' && (status.handedOver === 'unsent' || pool.budget.spend())) {
      pool.retries++;
      this.#events?.returned(job);
    } else {
      this.#events?.failed(job, failure);
    }
  }

  #judge({ job, instance }: ProcessCall, end: CallEnd, failure: CallFailure): void {
    if (failure.outcome === Outcome.ANSWERED) {
      instance.succeeded();
      return;
    }
    instance.failed(failure.suspicious);
    this.#log?.warn('a call to a service failed', {
      service: job.route.service,
      instance: instance.address,
      action: job.route.match,
      status: failure.statusName,
      error: end.ok ? undefined : statusError(end.status),
    });
  }

  #mayRetry(pool: ServicePool, job: Job, failure: CallFailure): boolean {
    return (
      failure.retryable &&
      job.state === 'calling' &&
      job.route.idempotent &&
      job.attempts <= MAX_RETRIES &&
      pool.budget.spend()
    );
  }

  #finished({ job, startedAt }: ProcessCall, statusName: string, errorType: string): void {
    this.#metrics?.upstreamFinished(job.route.service, statusName, errorType, this.#clock.now() - startedAt);
  }
}

export interface ServiceStatus {
  readonly name: string;
  readonly readiness: Readiness;
  readonly retries: number;
  readonly instances: readonly InstanceStatus[];
}

export interface InstanceStatus {
  readonly address: string;
  readonly ready: boolean;
  readonly ejected: boolean;
  readonly inFlight: number;
  readonly calls: number;
  readonly failures: number;
  readonly ejections: number;
}

/** What the envelope around a client's payload and a service's answer may add (PROTOCOL 9). */
const ENVELOPE_BYTES = 64 * 1024;
/** Long enough for a service to be restarted, short enough for a person to wait. */
const CONNECT_TIMEOUT_MS = 2000;
const MAX_RETRIES = 2;

function encodeRequest(job: Job, remainingMs: number): Uint8Array {
  const { owner } = job;
  return methods.process.encodeRequest({
    playerId: owner.id,
    sessionId: job.sessionId,
    zone: owner.zone,
    epoch: job.epoch,
    clientSeq: job.clientSeq,
    action: job.action,
    payload: job.payload,
    headers: job.headers,
    remainingMs,
    roles: owner.roles as string[],
  });
}

/** Undefined if it can't be read. */
function decodeResponse(bytes: Uint8Array): UpstreamResponse | undefined {
  try {
    return methods.process.decodeReply(bytes);
  } catch {
    return undefined;
  }
}

function unexecuted(job: Job): Outcome {
  return job.attempts === 0 ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN;
}
