import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { CertificateSource } from '../certs/certificate-source.js';
import { configuredCertificates } from '../certs/configured-certificates.js';
import { AdminServer } from './admin/admin-server.js';
import { systemClock, type Clock } from './clock.js';
import type { Config } from './config.js';
import { QueueCounters } from './delivery/ordered-message-queue.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { RequestProcessor } from './dispatch/request-processor.js';
import { Router } from './dispatch/router.js';
import { GatesvrError } from './errors.js';
import { exposeParts } from './gateway-metrics.js';
import { createLog, rateLimited, type Log } from './log.js';
import { PrometheusMetrics } from './metrics/prometheus-metrics.js';
import { PlayerManager } from './player/player-manager.js';
import { newPlayerCounters } from './player/player.js';
import { ResumeTokens } from './player/resume-token.js';
import { BearerToken } from './push/bearer-token.js';
import { PushCounters } from './push/push-counters.js';
import { PushServer } from './push/push-server.js';
import { PushService } from './push/push-service.js';
import { Admission } from './quic/admission.js';
import { QuicEndpoint } from './quic/endpoint.js';
import { isEngine, loadEngine, type EngineMissing, type QuicEngine } from './quic/engine.js';
import { Watchdog } from './quic/watchdog.js';
import { SessionManager } from './session/session-manager.js';
import { newSessionCounters } from './session/session-counters.js';
import { shutDown, type Phase } from './shutdown.js';
import { TimerWheel } from './timer-wheel.js';
import { ListenerGroup } from './transport/listener-group.js';
import type { Listener, Peer } from './transport/transport.js';
import type { SessionAccess } from './transport/session-access.js';
import { TrustedProxies } from './transport/trusted-proxies.js';
import { JOINED_BYTES } from './transport/websocket-connection.js';
import { WebSocketListener } from './transport/websocket-listener.js';
import { WebTransportListener } from './transport/webtransport-listener.js';
import { TurnQueue } from './turn-queue.js';
import { UpstreamManager } from './upstream/upstream-manager.js';

/** What a program or a test may bring itself. */
export interface GatewayParts {
  readonly clock?: Clock;
  readonly log?: Log;
  /** In place of the ports for clients. */
  readonly listener?: Listener;
  /** In place of what this platform has. */
  readonly quicEngine?: QuicEngine | EngineMissing;
  readonly certificates?: CertificateSource;
}

export interface GatewayAddresses {
  /** Where clients connect. */
  readonly listen: Peer;
  /** Where probes and Prometheus ask. */
  readonly admin: Peer;
  /** Where services push, over gRPC. */
  readonly push: Peer;
}

/**
 * The whole gateway, put together: the one place where parts meet. Parts start in the order of their dependencies and
 * stop in the phases below.
 *
 *   Listener ─► SessionManager ─► Session ─► Dispatcher ─► RequestProcessor ─► UpstreamManager ═► services
 *                                    ▲ PlayerManager ─► Player ◄─────── answers ───────┘
 *                                                          ▲ PushService ◄─ PushServer ◄═ pushes
 */
export class Gateway {
  readonly config: Config;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #wheel: TimerWheel;
  readonly #metrics = new PrometheusMetrics();
  readonly #certificates: CertificateSource | undefined;
  readonly #endpoint: QuicEndpoint | undefined;
  readonly #webSockets: WebSocketListener | undefined;
  readonly #listener: Listener;
  readonly #upstream: UpstreamManager;
  readonly #processor: RequestProcessor;
  readonly #players: PlayerManager;
  readonly #sessions: SessionManager;
  readonly #pushes: PushService;
  readonly #pushServer: PushServer;
  readonly #admin: AdminServer;
  readonly #watchdog: Watchdog | undefined;
  #draining = false;
  #listening = false;
  #stopped: Promise<string[]> | undefined;

  /** Puts the parts together; nothing runs and nothing listens before `start`. */
  constructor(config: Config, given: GatewayParts = {}) {
    this.config = config;
    const clock = (this.#clock = given.clock ?? systemClock);
    const id = config.gateway.id || hostname();
    const log = (this.#log = (given.log ?? createLog(config.log)).child({ gateway: id }));
    const clientLog = rateLimited(log, clock);
    const wheel = (this.#wheel = new TimerWheel(clock));

    this.#certificates = given.listener === undefined ? certificatesOf(config, given, clock, log) : undefined;
    if (given.listener === undefined) {
      this.#webSockets = webSocketListener(config, clock, wheel);
      this.#endpoint = endpointOf(config, given, clock, log, () => this.#webSockets?.address.port);
    }
    this.#listener = given.listener ?? listenerOf(this.#webSockets, this.#endpoint, wheel, config);
    this.#watchdog = config.watchdog.stallMs > 0 && this.#endpoint ? new Watchdog(config.watchdog.stallMs) : undefined;

    this.#upstream = new UpstreamManager({
      services: config.services,
      helloService: config.helloService,
      loginTimeoutMs: config.session.loginTimeoutMs,
      maxFrameBytes: config.session.maxFrameBytes,
      clock,
      wheel,
      metrics: this.#metrics,
      log,
    });
    const processor = (this.#processor = new RequestProcessor({
      upstream: this.#upstream,
      clock,
      wheel,
      limits: { maxQueued: config.dispatch.maxQueued, services: config.services },
      metrics: this.#metrics,
      log,
    }));
    const dispatcher = new Dispatcher({
      router: new Router(config.routes, Object.keys(config.services)),
      processor,
      timeoutMs: config.dispatch.timeoutMs,
      metrics: this.#metrics,
    });

    const playerCounters = newPlayerCounters();
    const queueCounters = new QueueCounters();
    const processId = randomId();
    this.#players = new PlayerManager({
      clock,
      wheel,
      limits: { ...config.player, maxFrameBytes: config.session.maxFrameBytes },
      counters: playerCounters,
      queueCounters,
      newEpoch: randomId,
      cancel: (job) => processor.cancel(job),
      tokens: new ResumeTokens(config.player.tokenSecret || randomBytes(32)),
      loginService: this.#upstream,
      log: clientLog,
      gatewayId: id,
      processId,
    });
    const sessionCounters = newSessionCounters();
    // What sessions write goes out at once: another turn would only delay it.
    const turns = new TurnQueue(() => this.#flush());
    this.#sessions = new SessionManager(
      {
        players: this.#players,
        requests: dispatcher,
        clock,
        wheel,
        limits: config.session,
        log: clientLog,
        metrics: this.#metrics,
        counters: sessionCounters,
        schedule: turns.schedule,
      },
      config.session.maxSessions,
      randomId,
    );

    const pushCounters = new PushCounters((target, receivers) => this.#metrics.fannedOut(target, receivers));
    this.#pushes = new PushService({
      players: this.#players,
      clock,
      afterTurn: turns.after,
      limits: { ...config.push, maxFrameBytes: config.session.maxFrameBytes },
      counters: pushCounters,
    });
    const pushToken = new BearerToken(config.push.token);
    this.#pushServer = new PushServer({ ...config.push, token: pushToken, service: this.#pushes, processId });

    this.#admin = new AdminServer({
      ...config.admin,
      log: clientLog,
      metrics: this.#metrics,
      pushes: {
        service: this.#pushes,
        token: pushToken,
        hosts: config.push.httpHosts,
        maxFrameBytes: config.session.maxFrameBytes,
        log: clientLog,
      },
      ready: [
        { name: 'listener', problem: () => (this.#listening ? undefined : 'it does not listen') },
        { name: 'draining', problem: () => (this.#draining ? 'the gateway stops' : undefined) },
        { name: 'hello', problem: () => this.#upstream.problem(config.helloService) },
      ],
    });
    exposeParts(this.#metrics, {
      sessions: this.#sessions,
      sessionCounters,
      players: this.#players,
      playerCounters,
      queueCounters,
      processor,
      pushes: this.#pushes,
      pushCounters,
      upstream: this.#upstream,
      services: Object.keys(config.services),
      quic: this.#endpoint?.counters,
      webSockets: this.#webSockets?.counters,
    });
  }

  /** Where it listens; only after `start`. */
  get addresses(): GatewayAddresses {
    return { listen: this.#listener.address, admin: this.#admin.address, push: this.#pushServer.address };
  }

  /** What stands now; for tests and for whoever embeds a gateway. */
  get counts(): { sessions: number; players: number; timers: number; inFlight: number; connections: number } {
    return {
      sessions: this.#sessions.size,
      players: this.#players.size,
      timers: this.#wheel.armed,
      inFlight: this.#processor.inFlight,
      connections: this.#connections,
    };
  }

  get #connections(): number {
    if (this.#endpoint === undefined && this.#webSockets === undefined) return this.#sessions.size;
    return (this.#endpoint?.connections ?? 0) + (this.#webSockets?.counters.open ?? 0);
  }

  get players(): PlayerManager {
    return this.#players;
  }

  /**
   * Starts the parts; once it resolves, clients can connect.
   * @throws GatesvrError LISTEN_FAILED, BAD_CERTIFICATE, TRANSPORT_UNAVAILABLE; nothing is left running then
   */
  async start(): Promise<void> {
    try {
      this.#watchdog?.start();
      await this.#certificates?.start();
      if (this.#certificates !== undefined) this.#useCertificates(this.#certificates);
      this.#upstream.start();
      await this.#admin.start();
      await this.#pushServer.start();
      await this.#listener.start((connection) => this.#sessions.accept(connection));
      this.#listening = true;
    } catch (error) {
      await this.stop();
      throw error;
    }
    const { listen, admin, push } = this.addresses;
    const ports = { listen: `${listen.address}:${listen.port}`, adminPort: admin.port, pushPort: push.port };
    this.#log.info('gateway started', ports);
  }

  /**
   * Stops in order (REQUIREMENTS A): what was accepted is answered and sent, within the configured times.
   * @returns the phases that had to be forced; repeated calls wait for the same stop
   */
  stop(): Promise<string[]> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<string[]> {
    this.#draining = true;
    const started = this.#clock.now();
    const forced = await shutDown(this.#phases(), this.config.shutdown, this.#clock, this.#log);
    this.#log.info('gateway stopped', { tookMs: Math.round(this.#clock.now() - started), forced });
    return forced;
  }

  #phases(): Phase[] {
    const { drainMs } = this.config.shutdown;
    return [
      { name: 'drain', run: () => this.#drain(drainMs), limitMs: drainMs },
      { name: 'push', run: () => this.#pushes.refuse() },
      { name: 'listener', run: () => this.#stopListening() },
      { name: 'requests', run: () => this.#processor.drained(), force: () => this.#processor.stop() },
      { name: 'sessions', run: () => this.#sessions.close(), force: () => this.#sessions.abort() },
      { name: 'players', run: () => this.#players.stop() },
      { name: 'pushPort', run: () => this.#pushServer.stop(), force: () => this.#pushServer.abort() },
      { name: 'upstream', run: () => this.#upstream.stop() },
      { name: 'transport', run: () => (this.#listening ? this.#listener.stop() : undefined) },
      { name: 'admin', run: () => this.#admin.stop() },
      { name: 'background', run: () => this.#stopBackground() },
    ];
  }

  /** Tells every client to come back, at a moment of its own within `drainMs`, and gives them that time to go. */
  async #drain(drainMs: number): Promise<void> {
    this.#sessions.drain(drainMs, Math.random);
    if (drainMs > 0) await this.#sessions.emptied();
  }

  #stopListening(): void {
    if (this.#listening) this.#listener.stopAccepting();
  }

  async #stopBackground(): Promise<void> {
    this.#certificates?.stop();
    await this.#watchdog?.stop();
  }

  /** Sends what the sessions of this turn wrote. */
  #flush(): void {
    this.#endpoint?.flush();
    this.#webSockets?.flush();
  }

  /** Both transports show the same certificate, or both keep the one before. */
  #useCertificates(certificates: CertificateSource): void {
    let before: CertificateSource['current'] | undefined;
    const use = (next: CertificateSource['current']): void => {
      this.#webSockets?.setCertificate(next);
      try {
        this.#endpoint?.setCertificate(next);
      } catch (error) {
        if (before !== undefined) this.#webSockets?.setCertificate(before);
        throw error;
      }
      before = next;
    };
    use(certificates.current);
    certificates.onChange(use);
  }
}

/** 128 random bits, base64url: session ids and epochs. */
function randomId(): string {
  return randomBytes(16).toString('base64url');
}

function certificatesOf(config: Config, given: GatewayParts, clock: Clock, log: Log): CertificateSource {
  return given.certificates ?? configuredCertificates(config, clock, log);
}

/**
 * Undefined where WebSocket alone serves: by configuration, or for want of an engine.
 * @param portInUse of the TCP side, once it listens
 */
function endpointOf(
  { listen, quic }: Config,
  given: GatewayParts,
  clock: Clock,
  log: Log,
  portInUse: () => number | undefined,
): QuicEndpoint | undefined {
  if (!listen.transports.includes('webtransport')) return undefined;
  const engine = given.quicEngine ?? loadEngine();
  if (!isEngine(engine)) {
    if (!listen.transports.includes('websocket')) throw new GatesvrError('TRANSPORT_UNAVAILABLE', engine.reason);
    log.warn('WebSocket alone is served', { reason: engine.reason });
    return undefined;
  }
  return new QuicEndpoint({
    engine,
    clock,
    host: listen.host,
    port: () => portInUse() ?? listen.port,
    transport: { idleTimeoutMs: quic.idleTimeoutMs },
    admission: { ...quic, retryAbove: quic.retryAfterHandshakes },
    onFault: (error) => log.error('connection handler failed', { error }),
  });
}

function webSocketListener(config: Config, clock: Clock, timers: TimerWheel): WebSocketListener | undefined {
  const { listen, websocket, session } = config;
  if (!listen.transports.includes('websocket')) return undefined;
  return new WebSocketListener({
    ...accessOf(config),
    host: listen.host,
    port: listen.port,
    plain: listen.plain,
    proxies: new TrustedProxies(listen.trustedProxies),
    maxConnections: websocket.maxConnections,
    admission: new Admission({ ...websocket, retryAbove: Infinity }),
    handshakeTimeoutMs: session.loginTimeoutMs,
    maxMessageBytes: session.maxFrameBytes + JOINED_BYTES,
    clock,
    timers,
  });
}

/** TCP first: with port 0 it finds a number, and UDP takes the same. */
function listenerOf(
  webSockets: WebSocketListener | undefined,
  endpoint: QuicEndpoint | undefined,
  timers: TimerWheel,
  config: Config,
): Listener {
  const sessionDeadlineMs = config.session.loginTimeoutMs;
  const listeners: Listener[] = webSockets === undefined ? [] : [webSockets];
  if (endpoint !== undefined) {
    listeners.push(new WebTransportListener(endpoint, timers, { ...accessOf(config), sessionDeadlineMs }));
  }
  return new ListenerGroup(listeners, config.listen.port === 0);
}

function accessOf({ listen: { path, origins } }: Config): SessionAccess {
  if (origins.length === 0) return { path };
  return { path, origins: origins.includes('*') ? '*' : origins };
}
