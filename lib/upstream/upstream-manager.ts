import type { Clock } from '../clock.js';
import type { Job } from '../dispatch/job.js';
import type { Readiness, Upstream, UpstreamEvents } from '../dispatch/upstream.js';
import type { Log } from '../log.js';
import type { Metrics } from '../metrics/metrics.js';
import type { TimerWheel } from '../timer-wheel.js';
import type { LoginReply, LoginRequestInit, LogoutRequestInit } from '../protocol/upstream-codec.js';
import { methods } from '../protocol/upstream-codec.js';
import { HelloClient } from './hello-client.js';
import { identityMetadata } from './identity-metadata.js';
import type { Instance } from './instance.js';
import { encodeJob, remainingMs } from './job-codec.js';
import { ProcessCall } from './process-call.js';
import { ServicePool, type ServiceOptions } from './service-pool.js';
import type { TunnelCounters } from './tunnel.js';

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
  /**
   * Sends who asks as metadata too, for proxies and interceptors that don't read messages: costs 20 µs a call, and every
   * request is a call of its own.
   */
  readonly identityMetadata?: boolean;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly metrics?: Metrics;
  readonly log?: Pick<Log, 'warn' | 'info' | 'error'>;
}

/**
 * The services behind the gateway, reached by `Tunnel`, or by unary `Process` calls where an instance lacks it. Nothing is
 * shared between services, so one that is dead, slow or wrong harms no other.
 *
 * Whether a request may have been executed is decided by one rule: it was handed over once it was sent on a connection that
 * stands (PROTOCOL 3), and from then on only a route that is `idempotent` is tried again. A request that was never sent after
 * all, or that the peer refused as not processed (RFC 9113, 8.7), counts as not handed over.
 */
export class UpstreamManager implements Upstream {
  readonly #clock: Clock;
  readonly #log: UpstreamOptions['log'];
  readonly #maxMessageBytes: number;
  readonly #withIdentity: boolean;
  readonly #pools: ReadonlyMap<string, ServicePool>;
  readonly #hello: HelloClient;
  /** Told last in the log. */
  readonly #readiness = new Map<string, Readiness>();
  #events: UpstreamEvents | undefined;

  constructor(options: UpstreamOptions) {
    const { clock, wheel, metrics, log } = options;
    this.#clock = clock;
    this.#log = log;
    this.#withIdentity = options.identityMetadata ?? false;
    this.#maxMessageBytes = options.maxFrameBytes + ENVELOPE_BYTES;
    const { connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
    const common = { clock, wheel, metrics, log, connectTimeoutMs, maxMessageBytes: this.#maxMessageBytes };
    this.#pools = new Map(
      Object.entries(options.services).map(([name, service]) => [
        name,
        new ServicePool(name, this.#withIdentity ? { ...service, tunnel: 'off' } : service, common, this.#poolChanged),
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
    for (const { outcomes } of this.#pools.values()) outcomes.events = events;
  }

  readiness(service: string): Readiness {
    return this.#pools.get(service)?.readiness ?? 'unavailable';
  }

  batches(service: string): boolean {
    return this.#pools.get(service)?.speaksTunnel === true;
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
    return [...this.#pools.values()].map(({ name, readiness, outcomes, tunnels, instances }) => ({
      name,
      readiness,
      retries: outcomes.retries,
      tunnels,
      instances: instances.map(({ address, ready, speaksTunnel, ejected, inFlight, calls, failures, ejections }) => {
        return { address, ready, speaksTunnel, ejected, inFlight, calls, failures, ejections };
      }),
    }));
  }

  call(job: Job, now: number): boolean {
    const pool = this.#pools.get(job.route.service);
    const instance = pool?.pick(job);
    if (pool === undefined || instance === undefined) return false;
    job.handedAt = now;
    if (instance.tunnel === undefined) {
      this.#process(job, pool, instance);
    } else {
      instance.calls++;
      instance.inFlight++;
      instance.tunnel.put(job);
    }
    return true;
  }

  #process(job: Job, { outcomes }: ServicePool, instance: Instance): void {
    const now = job.handedAt;
    const request = encodeJob(job, now);
    const call = new ProcessCall(job, instance, outcomes, this.#clock);
    instance.inFlight++;
    if (request.length > this.#maxMessageBytes) {
      queueMicrotask(() => outcomes.tooLarge(job, instance));
      return;
    }
    const metadata = this.#withIdentity ? identityMetadata(job) : undefined;
    try {
      call.start(instance.channel, methods.process.path, request, metadata, remainingMs(job, now));
    } catch (error) {
      instance.inFlight--;
      throw error;
    }
    job.attempts++;
    job.lastInstance = instance.address;
    job.call = call;
    instance.calls++;
  }

  readonly #poolChanged = ({ name, readiness }: ServicePool): void => {
    if (this.#readiness.get(name) !== readiness) {
      this.#readiness.set(name, readiness);
      this.#log?.[readiness === 'unavailable' ? 'warn' : 'info'](`service ${readiness}`, { service: name });
    }
    this.#events?.readinessChanged(name);
  };
}

export interface ServiceStatus {
  readonly name: string;
  readonly readiness: Readiness;
  readonly retries: number;
  readonly tunnels: Readonly<TunnelCounters>;
  readonly instances: readonly InstanceStatus[];
}

export interface InstanceStatus {
  readonly address: string;
  readonly ready: boolean;
  readonly speaksTunnel: boolean;
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
