import { RequestError, type ClientState, type GatesvrClient } from '../../../lib/client/node.js';
import { UnitChecker } from '../../checker/unit-checker.js';
import { digest } from '../../ledger/ledger.js';
import { History, type RequestEnd, type RequestRecord } from './history.js';
import { TransportLog } from './transport-log.js';
import type { PlannedRequest, Workload } from './workload.js';

/** When a link is cut. */
export type CutPhase = 'before Welcome' | 'in replay' | 'in flight' | 'idle';

export const cutPhases: readonly CutPhase[] = ['before Welcome', 'in replay', 'in flight', 'idle'];

/** Requests sent at once: enough that some are under way when the link breaks, far below the gateway's limits. */
const BURST = 8;

/**
 * One player of the demo: makes requests, breaks its own link in a phase on purpose, and writes down what its
 * application sees.
 */
export class DemoPlayer {
  readonly history: History;
  readonly checker: UnitChecker;
  readonly transports = new TransportLog();
  readonly cuts: Record<CutPhase, number> = { 'before Welcome': 0, 'in replay': 0, 'in flight': 0, idle: 0 };
  readonly #workload: Workload;
  readonly #random: () => number;
  readonly #open = new Set<Promise<RequestRecord>>();
  /** Unix ms at which the session began that waits for its Welcome. */
  #sessionSince = 0;
  /** What to cut when the time comes on the way back. */
  #ambush: 'before Welcome' | 'in replay' | undefined;

  constructor(
    readonly name: string,
    readonly client: GatesvrClient,
    workload: Workload,
    random: () => number,
  ) {
    this.#workload = workload;
    this.#random = random;
    this.history = new History(name);
    this.checker = new UnitChecker(name);
    client.onResume((_verdict, _reason, lost) => {
      const { epoch, zone } = client.session!;
      this.transports.welcomed(client.transport);
      this.checker.welcomed(epoch, lost);
      this.history.welcomed(epoch, zone, this.#sessionSince, Date.now(), lost !== undefined);
    });
    client.onUnit((seq, items, replayed, voids) => {
      this.checker.unit(seq, items, voids);
      this.history.unit(seq, items, replayed);
      if (replayed) this.#spring('in replay');
    });
    client.onStateChange((state) => this.#passed(state));
  }

  get totalCuts(): number {
    return cutPhases.reduce((sum, phase) => sum + this.cuts[phase], 0);
  }

  async start(): Promise<void> {
    this.client.connect();
    await this.client.ready();
  }

  /** Some requests, the link cut in `phase`, and back again. */
  async round(phase: CutPhase): Promise<void> {
    for (let i = 0; i < BURST; i++) void this.#request(this.#workload.next());
    if (phase === 'idle') await this.finish();
    else await this.#pause();
    if (phase === 'before Welcome' || phase === 'in replay') this.#ambush = phase;
    this.#cutActive();
    await this.client.ready();
    this.#ambush = undefined;
  }

  /** Waits until every request has ended. */
  async finish(): Promise<void> {
    await Promise.all(this.#open);
  }

  /**
   * Takes leave: what is pushed from now on need not arrive any more, and what was pushed before has arrived when this
   * resolves, since the Response to a last request stands behind it in the player's queue.
   */
  async settle(): Promise<void> {
    this.history.presence.leavesAt(Date.now());
    await this.#request(this.#workload.echo());
  }

  /** Lets a service push once more. @returns whether it did: a service that was killed has to come back first */
  async seesPushOf(service: 'business' | 'zone'): Promise<boolean> {
    const { end } = await this.#request(this.#workload.onePush(service));
    return end?.outcome === 'ANSWERED' && end.code === 200;
  }

  logout(): Promise<void> {
    return this.client.close({ logout: true });
  }

  #request(plan: PlannedRequest): Promise<RequestRecord> {
    const ended = this.#follow(plan).finally(() => this.#open.delete(ended));
    this.#open.add(ended);
    return ended;
  }

  async #follow({ action, payload }: PlannedRequest): Promise<RequestRecord> {
    const bytes = new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
    const record: RequestRecord = { action, digest: digest(bytes), end: undefined };
    this.history.requests.push(record);
    const since = performance.now();
    record.end = { ...(await this.#end(action, bytes)), tookMs: performance.now() - since };
    return record;
  }

  async #end(action: string, payload: Uint8Array): Promise<Omit<RequestEnd, 'tookMs'>> {
    try {
      const { outcome, code, clientSeq } = await this.client.request(action, payload);
      return { outcome, code, key: this.#key(clientSeq), error: undefined };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const { outcome, code, clientSeq } = error;
      return { outcome, code, key: this.#key(clientSeq), error: error.error };
    }
  }

  #key(clientSeq: number): string {
    return clientSeq === 0 ? '' : `${this.client.session?.epoch ?? ''}/${clientSeq}`;
  }

  /** Cuts a link that stands, and counts it by what was under way. */
  #cutActive(): void {
    if (this.client.connectionState !== 'active') return;
    const { underWay } = this.client.pendingRequests;
    this.cuts[underWay > 0 ? 'in flight' : 'idle']++;
    this.client.dropLink();
  }

  #passed(state: ClientState): void {
    const now = Date.now();
    if (state === 'active') this.history.presence.back(now);
    else this.history.presence.gone(now);
    if (state === 'authenticating') {
      this.#sessionSince = now;
      this.#spring('before Welcome');
    }
    // A replay of nothing is over before a unit can be seen: then the verdict alone is cut off.
    if (state === 'replaying' && this.history.units % 2 === 0) this.#spring('in replay');
  }

  #spring(phase: 'before Welcome' | 'in replay'): void {
    if (this.#ambush !== phase) return;
    this.#ambush = undefined;
    this.cuts[phase]++;
    this.client.dropLink();
  }

  /** Long enough that answers are on their way, by chance: some turns of the event loop up to some milliseconds. */
  #pause(): Promise<void> {
    const ms = this.#random() * 30;
    return new Promise((resolve) => (ms < 5 ? setImmediate(resolve) : setTimeout(resolve, ms)));
  }
}
