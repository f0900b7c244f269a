import assert from 'node:assert/strict';
import { connect, createServer, type Server as TcpServer, type Socket } from 'node:net';
import { once } from 'node:events';
import * as http2 from 'node:http2';
import { status as Status } from '@grpc/grpc-js';
import type { Answer, Job } from '../../lib/dispatch/job.js';
import type { Route } from '../../lib/dispatch/router.js';
import { systemClock } from '../../lib/clock.js';
import { RequestProcessor } from '../../lib/dispatch/request-processor.js';
import { Outcome } from '../../lib/protocol/message-codec.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { UpstreamManager, type UpstreamOptions } from '../../lib/upstream/upstream-manager.js';
import { FakeClock } from '../support/fake-clock.js';
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
    const made = rig({ business: [business.address] });
    const answer = await made.request({}, { action: 'sum', payload: new Uint8Array([7]), headers: { locale: 'de' } });
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
    await made.assertClean();
  });

  it('sends who asks as metadata where that is wanted, also what a header cannot hold', async () => {
    const business = await service();
    const made = rig({ business: [business.address] }, { identityMetadata: true });
    const { job, answer } = made.submit({ owner: new TestOwner('zoë ✓', 'plains') });
    await answer;
    const seen = business.metadata[0]!.getMap();
    assert.equal(decodeURIComponent(String(seen['gatesvr-player-id'])), 'zoë ✓');
    assert.equal(seen['gatesvr-session-id'], 'session-1');
    assert.equal(seen['gatesvr-zone'], 'plains');
    assert.equal(seen['gatesvr-client-seq'], String(job.clientSeq));
    assert.equal(seen['gatesvr-idempotency-key'], `epoch-1/${job.clientSeq}`);
  });

  it('passes the time that is left on to the service', async () => {
    const business = await service();
    const made = rig({ business: [business.address] });
    await made.request({}, { timeoutMs: 7000 });
    assert.ok(business.requests[0]!.remainingMs <= 7000);
  });

  describe('when a service cannot be reached', () => {
    it('answers 503 NOT_EXECUTED after the time to connect, and at once from then on', async () => {
      const { address } = await closedPort();
      const made = rig({ business: [address] }, { connectTimeoutMs: 50 });
      assertEnd(await made.request(), 503, Outcome.NOT_EXECUTED);
      assert.equal(made.manager.readiness('business'), 'unavailable');
      assert.equal(made.submit().job.state, 'done');
      assert.equal(made.manager.problem('business'), 'no instance can be reached');
      await made.assertClean();
    });

    it('lets requests wait for one that comes up within that time', async () => {
      const business = await service();
      business.kill();
      const made = rig({ business: [business.address] });
      const answer = made.request();
      await business.start();
      assertEnd(await answer, 200, Outcome.ANSWERED);
      assert.equal(made.manager.problem('business'), undefined);
    });

    it('treats a peer that accepts connections and says nothing as not there', async () => {
      const silent = await tcpServer(() => undefined);
      const made = rig({ business: [silent] }, { connectTimeoutMs: 100 });
      assertEnd(await made.request(), 503, Outcome.NOT_EXECUTED);
    });

    it('treats a peer that speaks something else as not there', async () => {
      const rubbish = await tcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      const made = rig({ business: [rubbish] }, { connectTimeoutMs: 100 });
      const answer = await made.request();
      assert.notEqual(answer.outcome, Outcome.ANSWERED);
      await made.assertClean();
    });

    it('harms no other service', async () => {
      const zone = await service();
      const { address } = await closedPort();
      const hanging = await service();
      hanging.handler = () => undefined;
      const made = rig({ dead: [address], hanging: [hanging.address], zone: [zone.address] }, {}, 2);
      const stuck = [1, 2, 3].map(() => made.submit({ route: { service: 'hanging' } }));
      const waiting = made.submit({ route: { service: 'dead' } });
      for (let i = 0; i < 20; i++) assertEnd(await made.request({ service: 'zone' }), 200, Outcome.ANSWERED);
      for (const { job } of [...stuck, waiting]) made.processor.cancel(job);
      await made.assertClean();
    });
  });

  describe('when a service is killed', () => {
    it('answers UNKNOWN for what it had, and reaches it again when it is back', async () => {
      const business = await service();
      business.handler = () => undefined;
      const made = rig({ business: [business.address] });
      const answer = made.request();
      await until(() => business.requests.length === 1);
      business.kill();
      assertEnd(await answer, 502, Outcome.UNKNOWN);
      business.handler = (_, done) => reply(done, {});
      await business.start();
      assertEnd(await made.request(), 200, Outcome.ANSWERED);
      assert.equal(business.requests.length, 2);
      await made.assertClean();
    });

    it('goes on with the instances that are left', async () => {
      const [one, two] = [await service(), await service()];
      const made = rig({ business: [one.address, two.address] });
      await until(() => made.manager.counters()[0]!.instances.every(({ ready }) => ready));
      one.kill();
      await until(() => made.manager.counters()[0]!.instances.some(({ ready }) => !ready));
      for (let i = 0; i < 10; i++) assertEnd(await made.request(), 200, Outcome.ANSWERED);
      assert.equal(two.requests.length, 10);
    });

    it('tries an idempotent request on another instance, and no other', async () => {
      const [one, two] = [await service(), await service()];
      const made = rig({ business: [one.address, two.address] });
      await until(() => made.manager.counters()[0]!.instances.every(({ ready }) => ready));
      const kill = (killed: TestService) => () => {
        one.handler = two.handler = (_, done) => reply(done, { message: 'from the other' });
        killed.kill();
      };
      one.handler = kill(one);
      two.handler = kill(two);
      const answer = await made.request({ idempotent: true });
      assertEnd(answer, 200, Outcome.ANSWERED);
      assert.equal(answer.message, 'from the other');
      assert.equal(made.manager.counters()[0]!.retries, 1);
      const [left] = [one, two].filter(({ requests }) => requests.length > 0);
      assert.ok(left !== undefined);
      for (const each of [one, two]) each.handler = () => each.kill();
      assertEnd(await made.request({ idempotent: false }), 502, Outcome.UNKNOWN);
      await made.assertClean();
    });

    it('lets an idempotent request wait until the only instance is back', async () => {
      const business = await service();
      business.handler = () => business.kill();
      const made = rig({ business: [business.address] });
      const answer = made.request({ idempotent: true });
      await until(() => made.manager.readiness('business') === 'connecting' && business.requests.length === 1);
      business.handler = (_, done) => reply(done, {});
      await business.start();
      assertEnd(await answer, 200, Outcome.ANSWERED);
      assert.equal(business.requests.length, 2);
    });

    it('lets calls under way finish when the service stops gracefully', async () => {
      const business = await service();
      let finish: (() => void) | undefined;
      business.handler = (_, done) => (finish = () => reply(done, {}));
      const made = rig({ business: [business.address] });
      const answer = made.request();
      await until(() => finish !== undefined);
      const stopped = business.stop();
      finish!();
      assertEnd(await answer, 200, Outcome.ANSWERED);
      await stopped;
    });
  });

  describe('when a service is slow', () => {
    it('answers 504 UNKNOWN at the deadline, and the service learns that nobody waits', async () => {
      const business = await service();
      business.handler = () => undefined;
      const made = rig({ business: [business.address] });
      await until(() => made.manager.readiness('business') === 'ready');
      assertEnd(await made.request({}, { timeoutMs: 200 }), 504, Outcome.UNKNOWN);
      await until(() => business.cancelled === 1);
      await made.assertClean();
    });

    it('cancels the call of a client that gave up', async () => {
      const business = await service();
      business.handler = () => undefined;
      const made = rig({ business: [business.address] });
      const { job, answer } = made.submit();
      await until(() => business.requests.length === 1);
      made.processor.cancel(job);
      assertEnd(await answer, 499, Outcome.UNKNOWN);
      await until(() => business.cancelled === 1);
      await made.assertClean();
      assert.equal(made.manager.counters()[0]!.instances[0]!.failures, 0);
    });

    it('hands over no more than the service has places, and the rest as they become free', async () => {
      const business = await service();
      const waiting: (() => void)[] = [];
      let most = 0;
      business.handler = (_, done) => {
        waiting.push(() => reply(done, {}));
        most = Math.max(most, waiting.length);
      };
      const made = rig({ business: [business.address] }, {}, 3);
      const answers = Array.from({ length: 10 }, () => made.request());
      for (let left = answers.length; left > 0; left--) {
        await until(() => waiting.length === Math.min(3, left));
        waiting.shift()!();
      }
      for (const answer of await Promise.all(answers)) assertEnd(answer, 200, Outcome.ANSWERED);
      assert.equal(most, 3);
    });
  });

  describe('when a service answers wrongly', () => {
    it('answers 502 UNKNOWN for bytes that are no answer', async () => {
      const business = await service();
      business.handler = (_, done) => done(null, new Uint8Array([0xff, 0xff, 0xff]));
      const made = rig({ business: [business.address] });
      assertEnd(await made.request(), 502, Outcome.UNKNOWN);
      business.handler = (_, done) => reply(done, {});
      assertEnd(await made.request(), 200, Outcome.ANSWERED);
      await made.assertClean();
    });

    it('answers 502 UNKNOWN for an answer over the limit, and goes on', async () => {
      const business = await service();
      business.handler = (_, done) => reply(done, { payload: new Uint8Array(200_000) });
      const made = rig({ business: [business.address] });
      assertEnd(await made.request(), 502, Outcome.UNKNOWN);
      business.handler = (_, done) => reply(done, { payload: new Uint8Array(65_536) });
      assertEnd(await made.request(), 200, Outcome.ANSWERED);
      await made.assertClean();
    });

    it('answers 502 UNKNOWN for a success without an answer', async () => {
      const address = await http2Server((stream) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true });
      });
      const made = rig({ business: [address] });
      assertEnd(await made.request(), 502, Outcome.UNKNOWN);
    });

    for (const httpStatus of [401, 403, 404, 429, 500, 503]) {
      it(`takes HTTP ${httpStatus} of something in between for no answer of the service`, async () => {
        const address = await http2Server((stream) => {
          stream.respond({ ':status': httpStatus, 'content-type': 'text/html' });
          stream.end('<html>no</html>');
        });
        const made = rig({ business: [address] });
        assertEnd(await made.request(), 502, Outcome.UNKNOWN);
        await made.assertClean();
      });
    }

    it('answers 502 UNKNOWN when the stream is reset', async () => {
      const address = await http2Server((stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
      const made = rig({ business: [address] });
      assertEnd(await made.request(), 502, Outcome.UNKNOWN);
    });

    it('hands a request over elsewhere that a peer refused unprocessed, also one that is not idempotent', async () => {
      let refused = 0;
      const refusing = await http2Server((stream) => {
        refused++;
        stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      });
      const business = await service();
      const made = rig({ business: [refusing, business.address] });
      await until(() => made.manager.counters()[0]!.instances.every(({ ready }) => ready));
      for (let i = 0; i < 10; i++) assertEnd(await made.request({ idempotent: false }), 200, Outcome.ANSWERED);
      assert.equal(business.requests.length, 10);
      assert.ok(refused >= 5);
      assert.equal(made.manager.counters()[0]!.instances[0]!.ejections, 0);
      await made.assertClean();
    });

    it('answers 503 NOT_EXECUTED when a peer goes on refusing, and does not go on asking', async () => {
      let refused = 0;
      const refusing = await http2Server((stream) => {
        refused++;
        stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      });
      const made = rig({ business: [refusing] });
      assertEnd(await made.request(), 503, Outcome.NOT_EXECUTED);
      assert.equal(refused, 65);
      await made.assertClean();
    });

    it('refuses to send what is over the limit', async () => {
      const business = await service();
      const made = rig({ business: [business.address] });
      await made.request();
      assertEnd(await made.request({}, { payload: new Uint8Array(200_000) }), 413, Outcome.NOT_EXECUTED);
      assert.equal(business.requests.length, 1);
      await made.assertClean();
    });
  });

  describe('when a service refuses with a status', () => {
    const ANSWERED: Partial<Record<Status, number>> = {
      [Status.INVALID_ARGUMENT]: 400,
      [Status.OUT_OF_RANGE]: 400,
      [Status.FAILED_PRECONDITION]: 400,
      [Status.UNAUTHENTICATED]: 401,
      [Status.PERMISSION_DENIED]: 403,
      [Status.NOT_FOUND]: 404,
      [Status.ALREADY_EXISTS]: 409,
      [Status.ABORTED]: 409,
      [Status.RESOURCE_EXHAUSTED]: 429,
      [Status.UNIMPLEMENTED]: 501,
    };
    const codes = Object.values(Status).filter((code): code is Status => typeof code === 'number');
    for (const code of codes.filter((each) => each !== Status.OK)) {
      const answered = ANSWERED[code];
      it(`takes ${Status[code]} for ${answered === undefined ? 'a failure' : 'its answer'}, without its text`, async () => {
        const business = await service();
        business.handler = (_, done) => refuse(done, code, 'secret at 10.0.0.7');
        const made = rig({ business: [business.address] });
        const answer = await made.request();
        const failed = code === Status.DEADLINE_EXCEEDED ? 504 : 502;
        assertEnd(answer, answered ?? failed, answered === undefined ? Outcome.UNKNOWN : Outcome.ANSWERED);
        assert.doesNotMatch(answer.message, /secret/);
        assert.equal(business.requests.length, 1);
        await made.assertClean();
      });
    }

    it('tries an idempotent request twice more, no oftener', async () => {
      const business = await service();
      business.handler = (_, done) => refuse(done, Status.UNAVAILABLE, 'busy');
      const made = rig({ business: [business.address] });
      assertEnd(await made.request({ idempotent: true }), 502, Outcome.UNKNOWN);
      assert.equal(business.requests.length, 3);
    });

    it('stops trying again when the budget is spent', async () => {
      const business = await service();
      business.handler = (_, done) => refuse(done, Status.UNAVAILABLE, 'busy');
      const made = rig({ business: [business.address] });
      await Promise.all(Array.from({ length: 100 }, () => made.request({ idempotent: true })));
      assert.equal(made.manager.counters()[0]!.retries, 64);
      assert.equal(business.requests.length, 164);
    });
  });

  it('sets an instance aside that fails again and again', async () => {
    const [good, bad] = [await service(), await service()];
    bad.handler = (_, done) => refuse(done, Status.UNAVAILABLE, 'broken');
    // Its clock stands still, so the ejection lasts however slow the machine is.
    const made = rig({ business: [good.address, bad.address] }, { clock: new FakeClock() });
    await until(() => made.manager.counters()[0]!.instances.every(({ ready }) => ready));
    for (let i = 0; i < 20; i++) await made.request();
    assert.equal(bad.requests.length, 5);
    assert.equal(good.requests.length, 15);
  });

  it('uses an instance that is named twice once', async () => {
    const business = await service();
    const made = rig({ business: [business.address, business.address] });
    await made.request();
    assert.equal(made.manager.counters()[0]!.instances.length, 1);
  });

  it('calls nobody after it was stopped, and lets what is under way end', async () => {
    const business = await service();
    business.handler = () => undefined;
    const made = rig({ business: [business.address] });
    const answer = made.request();
    await until(() => business.requests.length === 1);
    made.manager.stop();
    assert.equal(made.submit().job.state, 'done');
    made.processor.stop();
    assertEnd(await answer, 503, Outcome.UNKNOWN);
    await made.assertClean();
    assert.equal(business.requests.length, 1);
  });

  it('answers UNKNOWN for what was under way when the connection breaks, and connects again', async () => {
    const business = await service();
    business.handler = () => undefined;
    const sockets = new Set<Socket>();
    stops.push(() => sockets.forEach((socket) => socket.destroy()));
    const relay = await tcpServer((socket) => {
      const onward = connect(Number(business.address.split(':')[1]), '127.0.0.1');
      onward.on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
      sockets.add(socket).add(onward);
    });
    const made = rig({ business: [relay] });
    const answer = made.request();
    const repeated = made.request({ idempotent: true });
    await until(() => business.requests.length === 2);
    business.handler = (_, done) => reply(done, {});
    for (const socket of sockets) socket.resetAndDestroy();
    assertEnd(await answer, 502, Outcome.UNKNOWN);
    assertEnd(await repeated, 200, Outcome.ANSWERED);
    await made.assertClean();
  });

  async function closedPort(): Promise<{ address: string }> {
    const business = await service();
    business.kill();
    return business;
  }

  async function tcpServer(onConnection: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket));
    stops.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return listen(server);
  }

  async function http2Server(onStream: (stream: http2.ServerHttp2Stream) => void): Promise<string> {
    const server = http2.createServer();
    const sessions = new Set<http2.ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.resume();
      onStream(stream);
    });
    stops.push(() => {
      server.close();
      for (const session of sessions) session.destroy();
    });
    return listen(server);
  }
});

async function listen(server: TcpServer | http2.Http2Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `127.0.0.1:${address.port}`;
}

function assertEnd(answer: Answer, code: number, outcome: Outcome): void {
  assert.deepEqual({ code: answer.code, outcome: answer.outcome }, { code, outcome });
}
