import type { Clock } from '../clock.js';
import type { Job } from '../dispatch/job.js';
import type { Readiness } from '../dispatch/upstream.js';
import type { TimerWheel } from '../timer-wheel.js';
import { WheelTimer } from '../timer-wheel.js';
import { createBalancer, type Balance, type Balancer } from './balance.js';
import { Instance } from './instance.js';
import { RetryBudget } from './retry-budget.js';

export interface ServiceOptions {
  /** "host:port" of each instance. */
  readonly addresses: readonly string[];
  readonly balance: Balance;
}

export interface PoolLimits {
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
  readonly budget = new RetryBudget();
  retries = 0;
  readonly #wheel: TimerWheel;
  readonly #limits: PoolLimits;
  readonly #changed: (pool: ServicePool) => void;
  readonly #balancer: Balancer;
  #readiness: Readiness = 'unavailable';
  readonly #patience = new WheelTimer(() => this.#become('unavailable'));
  #waiters: (() => void)[] = [];

  /** @param changed called after each change of {@link readiness} */
  constructor(
    readonly name: string,
    options: ServiceOptions,
    clock: Clock,
    wheel: TimerWheel,
    limits: PoolLimits,
    changed: (pool: ServicePool) => void,
  ) {
    this.#wheel = wheel;
    this.#limits = limits;
    this.#changed = changed;
    this.#balancer = createBalancer(options.balance);
    this.instances = [...new Set(options.addresses)].map((address) => new Instance(address, clock));
  }

  get readiness(): Readiness {
    return this.#readiness;
  }

  start(): void {
    this.#become('connecting');
    for (const instance of this.instances) instance.open(this.#limits.maxMessageBytes, () => this.#update());
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
    if (this.instances.some((instance) => instance.ready)) this.#become('ready');
    else if (this.#readiness === 'ready') this.#become('connecting');
  }

  #become(readiness: Readiness): void {
    if (readiness === this.#readiness) return;
    this.#readiness = readiness;
    if (readiness === 'connecting') this.#wheel.arm(this.#patience, this.#limits.connectTimeoutMs);
    else this.#wheel.disarm(this.#patience);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
    this.#changed(this);
  }
}

/** Those that are `good`, or all if none is. */
function preferring(instances: readonly Instance[], good: (instance: Instance) => boolean): readonly Instance[] {
  const preferred = instances.filter(good);
  return preferred.length > 0 ? preferred : instances;
}
