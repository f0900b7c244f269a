import assert from 'node:assert/strict';
import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import { once } from 'node:events';
import * as http2 from 'node:http2';
import { status as Status } from '@grpc/grpc-js';
import type { Answer, Job } from '../../lib/dispatch/job.js';
import type { Route } from '../../lib/dispatch/router.js';
import { systemClock } from '../../lib/clock.js';
import { RequestProcessor } from '../../lib/dispatch/request-processor.js';
import { Outcome } from '../../lib/protocol/message-codec.js';
import { methods } from '../../lib/protocol/upstream-codec.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { UpstreamManager, type UpstreamOptions } from '../../lib/upstream/upstream-manager.js';
import { makeJob, TestOwner, type JobWishes } from '../dispatch/jobs.js';
import { refuse, reply, TestService, type RawHandler } from './test-service.js';

/** A RequestProcessor over an UpstreamManager over real gRPC, and what both told. */
class Rig {
  readonly warnings: string[] = [];
  readonly finished: string[] = [];
  readonly wheel = new TimerWheel(systemClock, 10);
  readonly manager: UpstreamManager;
  readonly processor: RequestProcessor;

  constructor(
    services: Readonly<Record<string, readonly string[]>>,
    options: Partial<UpstreamOptions> = {},
    inFlight = 64,
  ) {
    const names = Object.keys(services);
    this.manager = new UpstreamManager({
      services: Object.fromEntries(names.map((name) => [name, { addresses: services[name]!, balance: 'round-robin' }])),
      helloService: 'hello',
      maxFrameBytes: 65_536,
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

  submit(wishes: JobWishes = {}): { job: Job; answer: Promise<Answer> } {
    const owner = new TestOwner();
    const job = makeJob({ now: systemClock.now(), owner, ...wishes });
    const answer = new Promise<Answer>((resolve) => (owner.onAnswer = (_, given) => resolve(given)));
    this.processor.submit(job);
    return { job, answer };
  }

  request(route: Partial<Route> = {}, wishes: JobWishes = {}): Promise<Answer> {
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
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('UpstreamManager', () => {
  const stops: (() => void)[] = [];

  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  function rig(...given: ConstructorParameters<typeof Rig>): Rig {
    const made = new Rig(...given);
    stops.push(() => made.manager.stop());
    return made;
  }

  async function service(raw: Readonly<Record<string, RawHandler>> = {}): Promise<TestService> {
    const started = await new TestService(raw).start();
    stops.push(() => started.kill());
    return started;
  }

  it('carries a request to the service and its answer back', async () => {
    const business = await service();
    business.handler = (request, done) =>
      reply(done, {
        payload: request.payload,
        headers: { server: 'one' },
        before: [{ topic: 'before', payload: new Uint8Array([1]) }],
        after: [{ topic: 'after' }],
      });
    const { request, assertClean } = bind(rig({ business: [business.address] }));
    const answer = await request({}, { action: 'sum', payload: new Uint8Array([7]), headers: { locale: 'de' } });
    assert.equal(answer.code, 200);
    assert.equal(answer.outcome, Outcome.ANSWERED);
    assert.deepEqual([...answer.payload], [7]);
    assert.deepEqual(answer.headers, { server: 'one' });
    assert.deepEqual(
      [...answer.before, ...answer.after].map(({ topic }) => topic),
      ['before', 'after'],
    );
    const [seen] = business.requests;
    assert.equal(seen!.action, 'sum');
    assert.equal(seen!.playerId, 'alice');
    assert.equal(seen!.sessionId, 'session-1');
    assert.equal(seen!.zone, 'plains');
    assert.equal(seen!.epoch, 'epoch-1');
    assert.deepEqual(seen!.roles, ['player']);
    assert.deepEqual(seen!.headers, { locale: 'de' });
    assert.ok(seen!.clientSeq > 0);
    assert.ok(seen!.remainingMs > 0 && seen!.remainingMs <= 30_000);
    await assertClean();
  });
});

function bind(made: Rig): { request: Rig['request']; assertClean: Rig['assertClean'] } {
  return { request: made.request.bind(made), assertClean: made.assertClean.bind(made) };
}
