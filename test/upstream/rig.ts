import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http2 from 'node:http2';
import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import type { Answer, Job } from '../../lib/dispatch/job.js';
import type { Outcome } from '../../lib/protocol/message-codec.js';
import type { Route } from '../../lib/dispatch/router.js';
import { systemClock } from '../../lib/clock.js';
import { RequestProcessor } from '../../lib/dispatch/request-processor.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { UpstreamManager, type UpstreamOptions } from '../../lib/upstream/upstream-manager.js';
import { TestService, type RawHandler } from './test-service.js';
import { makeJob, TestOwner, type JobWishes } from '../dispatch/jobs.js';

/** How requests travel to a service. */
export type Way = 'process' | 'tunnel';

/** A RequestProcessor over an UpstreamManager over real gRPC, and what both told. */
export class Rig {
  readonly warnings: string[] = [];
  readonly finished: string[] = [];
  readonly wheel = new TimerWheel(systemClock, 10);
  readonly manager: UpstreamManager;
  readonly processor: RequestProcessor;

  constructor(
    services: Readonly<Record<string, readonly string[]>>,
    options: Partial<UpstreamOptions> = {},
    inFlight = 64,
    way: Way = 'process',
  ) {
    const names = Object.keys(services);
    const tunnel = way === 'tunnel' ? 'auto' : 'off';
    this.manager = new UpstreamManager({
      services: Object.fromEntries(
        names.map((name) => [name, { addresses: services[name]!, balance: 'round-robin', tunnel }]),
      ),
      helloService: 'hello',
      maxFrameBytes: 65_536,
      connectTimeoutMs: 60_000,
      clock: systemClock,
      wheel: this.wheel,
      log: {
        info: () => undefined,
        warn: (message) => this.warnings.push(message),
        error: (message) => this.warnings.push(message),
      },
      ...options,
    });
    this.processor = new RequestProcessor({
      upstream: this.manager,
      clock: systemClock,
      wheel: this.wheel,
      limits: { maxQueued: 10_000, services: Object.fromEntries(names.map((n) => [n, { inFlight, queue: 1000 }])) },
      log: { error: (message) => this.warnings.push(message) },
    });
    this.manager.start();
  }

  submit(wishes: JobWishes & { readonly owner?: TestOwner } = {}): { job: Job; answer: Promise<Answer> } {
    const { owner = new TestOwner() } = wishes;
    const job = makeJob({ now: systemClock.now(), ...wishes, owner });
    const answer = new Promise<Answer>((resolve) => (owner.onAnswer = (_, given) => resolve(given)));
    this.processor.submit(job);
    return { job, answer };
  }

  request(route: Partial<Route> = {}, wishes: Omit<JobWishes, 'owner'> = {}): Promise<Answer> {
    return this.submit({ route, ...wishes }).answer;
  }

  /** Every slot and timer was given back. */
  async assertClean(): Promise<void> {
    await this.processor.drained();
    assert.equal(this.processor.inFlight, 0);
    assert.equal(this.processor.queued, 0);
    assert.equal(this.processor.faults, 0);
    for (const { instances } of this.manager.counters()) {
      for (const instance of instances) assert.equal(instance.inFlight, 0);
    }
  }
}

/** Looks again after each turn of the event loop; mocha's time limit ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

export function assertEnd(answer: Answer, code: number, outcome: Outcome): void {
  assert.deepEqual({ code: answer.code, outcome: answer.outcome }, { code, outcome });
}

/** Rigs and peers of one test, and what stops them. */
export class Stand {
  readonly stops: (() => void)[] = [];

  constructor(readonly way: Way) {}

  rig(
    services: Readonly<Record<string, readonly string[]>>,
    options?: Partial<UpstreamOptions>,
    inFlight?: number,
  ): Rig {
    const made = new Rig(services, options, inFlight, this.way);
    this.stops.push(() => made.manager.stop());
    return made;
  }

  async service(raw: Readonly<Record<string, RawHandler>> = {}): Promise<TestService> {
    const started = await new TestService(raw).start();
    this.stops.push(() => started.kill());
    return started;
  }

  async closedPort(): Promise<{ address: string }> {
    const business = await this.service();
    business.kill();
    return business;
  }

  async tcpServer(onConnection: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket));
    this.stops.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return listen(server);
  }

  async http2Server(onStream: (stream: http2.ServerHttp2Stream) => void): Promise<string> {
    const server = http2.createServer();
    const sessions = new Set<http2.ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.resume();
      onStream(stream);
    });
    this.stops.push(() => {
      server.close();
      for (const session of sessions) session.destroy();
    });
    return listen(server);
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop();
  }
}

async function listen(server: TcpServer | http2.Http2Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `127.0.0.1:${address.port}`;
}
