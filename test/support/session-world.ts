import { QueueCounters } from '../../lib/delivery/ordered-message-queue.js';
import { Dispatcher } from '../../lib/dispatch/dispatcher.js';
import { RequestProcessor } from '../../lib/dispatch/request-processor.js';
import { Router, type Route } from '../../lib/dispatch/router.js';
import type { Job } from '../../lib/dispatch/job.js';
import type { Readiness, Upstream, UpstreamEvents } from '../../lib/dispatch/upstream.js';
import { GatesvrError } from '../../lib/errors.js';
import { noLog } from '../../lib/log.js';
import { noMetrics } from '../../lib/metrics/metrics.js';
import { newPlayerCounters, type Link } from '../../lib/player/player.js';
import { PlayerManager, type Attached, type Identity, type LoginService } from '../../lib/player/player-manager.js';
import type { PlayerLimits } from '../../lib/player/player-limits.js';
import { ResumeTokens } from '../../lib/player/resume-token.js';
import type { Hello } from '../../lib/protocol/message-codec.js';
import type {
  LoginReply,
  LoginRequestInit,
  LogoutRequestInit,
  UpstreamResponse,
} from '../../lib/protocol/upstream-codec.js';
import type { SessionLimits } from '../../lib/session/session-limits.js';
import { SessionManager } from '../../lib/session/session-manager.js';
import { newSessionCounters } from '../../lib/session/session-counters.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { MemoryNetwork, type MemoryNetworkOptions, type MemoryWire } from '../../lib/transport/memory.js';
import type { Listener } from '../../lib/transport/transport.js';
import { TurnQueue } from '../../lib/turn-queue.js';
import { FakeClock } from './fake-clock.js';
import { FrameClient } from './frame-client.js';
import { playerLimits } from './player-parts.js';

const sessionLimits: SessionLimits = {
  loginTimeoutMs: 5_000,
  heartbeatIntervalMs: 10_000,
  heartbeatTimeoutMs: 30_000,
  heartbeatTimeoutWithoutPingMs: 150_000,
  maxFrameBytes: 1024 * 1024,
  requestsPerSecond: 1_000,
  requestBurst: 1_000,
  refusalBurst: 10,
  slowUnits: 16,
  slowBytes: 16 * 1024,
  slowGraceMs: 10_000,
};

const routes: Route[] = [
  { match: '*', service: 'business' },
  { match: 'admin.*', service: 'business', auth: ['admin'] },
  { match: 'ordered', service: 'business', ordering: 'arrival' as const },
].map((route) => ({
  auth: [],
  ordering: 'completion',
  serial: false,
  timeoutMs: 30_000,
  idempotent: false,
  ...route,
}));

/** Hello, played by a test: tokens "token-of-NAME" log NAME in, at once or when the test says so. */
export class TestHello implements LoginService {
  readonly logins: LoginRequestInit[] = [];
  readonly logouts: LogoutRequestInit[] = [];
  reply: Partial<LoginReply> = {};
  held: (() => void)[] | undefined;

  async login(request: LoginRequestInit): Promise<LoginReply> {
    this.logins.push(request);
    if (this.held !== undefined) await new Promise<void>((resolve) => this.held!.push(resolve));
    const name = /^token-of-(.+)$/.exec(request.token ?? '')?.[1];
    if (name === undefined) throw new GatesvrError('UNAUTHENTICATED', 'the token is not known');
    return { playerId: name, zone: 'north', roles: [], data: new Uint8Array(0), expiresInMs: 0, ...this.reply };
  }

  logout(request: LogoutRequestInit): void {
    this.logouts.push(request);
  }
}

/** Services, played by a test: calls wait in `calls` until the test answers them. */
export class TestUpstream implements Upstream {
  readonly calls: Job[] = [];
  #events: UpstreamEvents | undefined;

  attach(events: UpstreamEvents): void {
    this.#events = events;
  }

  batches(): boolean {
    return false;
  }

  readiness(): Readiness {
    return 'ready';
  }

  call(job: Job): boolean {
    job.attempts++;
    job.call = { cancel: () => undefined };
    this.calls.push(job);
    return true;
  }

  /** Answers the call of that client seq, of the latest epoch that has one. */
  answer(clientSeq: number, response: Partial<UpstreamResponse> = {}): void {
    const index = this.calls.findLastIndex((job) => job.clientSeq === clientSeq);
    const [job] = this.calls.splice(index, 1);
    const empty = { id: 0, code: 0, message: '', payload: new Uint8Array(0), headers: {}, before: [], after: [] };
    this.#events!.answered(job!, { ...empty, ...response }, job!.acceptedAt);
  }
}

/** Players that let a test speak to sessions as a Player does. */
export class TestPlayers extends PlayerManager {
  /** The sessions that were given a player, the latest last. */
  readonly links: Link[] = [];
  /** Called before a session is given its player. */
  onAttach: (link: Link) => void = () => undefined;

  override attach(identity: Identity, link: Link, hello: Hello): Attached {
    this.links.push(link);
    this.onAttach(link);
    return super.attach(identity, link, hello);
  }
}

export interface WorldOptions {
  readonly session?: Partial<SessionLimits>;
  readonly player?: Partial<PlayerLimits>;
  readonly maxSessions?: number;
  /** Another process of the same gateway has another one. */
  readonly processId?: string;
  readonly network?: Partial<MemoryNetworkOptions>;
}

/** Sessions and players as the gateway has them, over a memory network with a clock driven by hand. */
export class SessionWorld {
  readonly clock = new FakeClock();
  readonly wheel = new TimerWheel(this.clock);
  readonly network: MemoryNetwork;
  readonly hello = new TestHello();
  readonly upstream = new TestUpstream();
  readonly counters = newSessionCounters();
  readonly playerCounters = newPlayerCounters();
  readonly queueCounters = new QueueCounters();
  readonly listener: Listener;
  readonly players: TestPlayers;
  readonly sessions: SessionManager;
  #ids = 0;

  constructor(limits: WorldOptions = {}) {
    const { clock, wheel } = this;
    this.network = new MemoryNetwork(clock, limits.network);
    const processor = new RequestProcessor({
      upstream: this.upstream,
      clock,
      wheel,
      limits: { maxQueued: 1_000, services: { business: { inFlight: 64, queue: 1_000 } } },
    });
    const dispatcher = new Dispatcher({
      router: new Router(routes, ['business']),
      processor,
      timeoutMs: 30_000,
      metrics: noMetrics,
    });
    const newId = () => `id-${++this.#ids}`;
    this.players = new TestPlayers({
      clock,
      wheel,
      limits: { ...playerLimits, ...limits.player },
      counters: this.playerCounters,
      queueCounters: this.queueCounters,
      newEpoch: newId,
      cancel: (job) => processor.cancel(job),
      tokens: new ResumeTokens('0123456789abcdef0123456789abcdef'),
      loginService: this.hello,
      log: noLog,
      gatewayId: 'test',
      processId: limits.processId ?? 'process-1',
    });
    this.sessions = new SessionManager(
      {
        players: this.players,
        requests: dispatcher,
        clock,
        wheel,
        limits: { ...sessionLimits, ...limits.session },
        log: noLog,
        metrics: noMetrics,
        counters: this.counters,
        schedule: new TurnQueue().schedule,
      },
      limits.maxSessions ?? 100,
      newId,
    );
    this.listener = this.network.listener('gateway');
    void this.listener.start((connection) => this.sessions.accept(connection));
  }

  /** A client whose connection stands; nothing is sent yet. */
  async connect(): Promise<FrameClient> {
    const dialled = this.network.dialer().dial('memory://gateway', new AbortController().signal);
    await this.settle();
    return new FrameClient(await dialled);
  }

  /** A client that has its Welcome. */
  async login(hello: Parameters<FrameClient['hello']>[0] = {}): Promise<FrameClient> {
    const client = await this.connect();
    client.hello(hello);
    await this.settle();
    return client;
  }

  /** Breaks the link of `client`, without a word to either side's application. */
  async cut(client: FrameClient): Promise<void> {
    this.wire(client).cut();
    await this.settle();
  }

  wire(client: FrameClient): MemoryWire {
    return this.network.wires.find(({ clientEnd }) => clientEnd === client.connection)!;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await this.clock.run(0);
  }

  async pass(ms: number): Promise<void> {
    await this.clock.run(ms);
    await this.settle();
  }
}
