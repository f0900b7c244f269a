import type { Job } from '../dispatch/job.js';
import type { Readiness } from '../dispatch/upstream.js';
import type { TimerWheel } from '../timer-wheel.js';
import { WheelTimer } from '../timer-wheel.js';
import { createBalancer, type Balance, type Balancer } from './balance.js';
import { CallOutcomes, type OutcomeOptions } from './call-outcomes.js';
import { Instance } from './instance.js';
import type { TunnelCounters } from './tunnel.js';

export interface ServiceOptions {
  /** "host:port" of each instance. */
  readonly addresses: readonly string[];
  readonly balance: Balance;
  /** off: every request is a call of its own, whatever the instances have. Default auto. */
  readonly tunnel?: 'auto' | 'off';
  /** Streams of a tunnel to one instance; default 2. */
  readonly tunnelStreams?: number;
}

export interface PoolOptions extends OutcomeOptions {
  readonly wheel: TimerWheel;
  /** How long a service without any reachable instance is waited for, in ms. */
  readonly connectTimeoutMs: number;
  /** Of one gRPC message, either way. */
  readonly maxMessageBytes: number;
}

/**
 * The instances of one service.
 *
 *   connecting ─► ready ─► connecting ─► unavailable ─► ready …
 *                 an instance can be reached, none can, none could for connectTimeoutMs
 *
 * `unavailable` before it is started and after it was closed.
 */
export class ServicePool {
  readonly instances: readonly Instance[];
  readonly outcomes: CallOutcomes;
  readonly tunnels: TunnelCounters = { broken: 0, unasked: 0, late: 0 };
  readonly #service: ServiceOptions;
  readonly #options: PoolOptions;
  readonly #changed: (pool: ServicePool) => void;
  readonly #balancer: Balancer;
  #readiness: Readiness = 'unavailable';
  #speaksTunnel = false;
  readonly #patience = new WheelTimer(() => this.#become('unavailable'));
  #waiters: (() => void)[] = [];

  /** @param changed called after each change of {@link readiness} and {@link speaksTunnel} */
  constructor(
    readonly name: string,
    service: ServiceOptions,
    options: PoolOptions,
    changed: (pool: ServicePool) => void,
  ) {
    this.#service = service;
    this.#options = options;
    this.#changed = changed;
    this.#balancer = createBalancer(service.balance);
    this.outcomes = new CallOutcomes(name, options);
    this.instances = [...new Set(service.addresses)].map((address) => new Instance(address, options.clock));
  }

  get readiness(): Readiness {
    return this.#readiness;
  }

  /** At least one instance is known to have the method `Tunnel`. */
  get speaksTunnel(): boolean {
    return this.#speaksTunnel;
  }

  start(): void {
    this.#become('connecting');
    const { maxMessageBytes, clock, log } = this.#options;
    const { tunnel = 'auto', tunnelStreams: streams = TUNNEL_STREAMS } = this.#service;
    const { outcomes, tunnels: counters } = this;
    const options = tunnel === 'off' ? undefined : { streams, maxMessageBytes, clock, outcomes, counters, log };
    for (const instance of this.instances) instance.open(maxMessageBytes, options, () => this.#update());
  }

  close(): void {
    for (const instance of this.instances) instance.close();
    this.#become('unavailable');
  }

  /**
   * The instance that takes `job`: one that can be reached, that is not ejected if there is such, that is not the one
   * the job failed on if there is another, and that allows another stream now if one does.
   */
  pick(job: Job): Instance | undefined {
    const [only] = this.instances;
    if (this.instances.length === 1 && only !== undefined) return only.ready ? only : undefined;
    const ready = this.instances.filter((instance) => instance.ready);
    if (ready.length === 0) return undefined;
    const sound = preferring(ready, (instance) => !instance.ejected);
    const others = preferring(sound, ({ address }) => address !== job.lastInstance);
    return this.#balancer(
      preferring(others, ({ hasRoom }) => hasRoom),
      job,
    );
  }

  /** The least busy instance, as soon as one can be reached; undefined once the service is unavailable. */
  async reachable(): Promise<Instance | undefined> {
    while (this.#readiness === 'connecting') await new Promise<void>((resolve) => this.#waiters.push(resolve));
    const ready = this.instances.filter((instance) => instance.ready);
    return preferring(ready, (instance) => !instance.ejected).reduce<Instance | undefined>(
      (best, instance) => (best === undefined || instance.inFlight < best.inFlight ? instance : best),
      undefined,
    );
  }

  #update(): void {
    const speaksTunnel = this.instances.some((instance) => instance.speaksTunnel);
    const changed = speaksTunnel !== this.#speaksTunnel;
    this.#speaksTunnel = speaksTunnel;
    if (changed) this.#changed(this);
    if (this.instances.some((instance) => instance.ready)) this.#become('ready');
    else if (this.#readiness === 'ready') this.#become('connecting');
  }

  #become(readiness: Readiness): void {
    if (readiness === this.#readiness) return;
    this.#readiness = readiness;
    const { wheel, connectTimeoutMs } = this.#options;
    if (readiness === 'connecting') wheel.arm(this.#patience, connectTimeoutMs);
    else wheel.disarm(this.#patience);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
    this.#changed(this);
  }
}

/**
 * While one stream carries something large the other carries the rest. More of them don't carry more, since they share a
 * connection, and each has its own, smaller batches.
 */
const TUNNEL_STREAMS = 2;

/** Those that are `good`, or all if none is. */
function preferring(instances: readonly Instance[], good: (instance: Instance) => boolean): readonly Instance[] {
  const preferred = instances.filter(good);
  return preferred.length > 0 ? preferred : instances;
}
