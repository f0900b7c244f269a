import assert from 'node:assert/strict';
import * as http2 from 'node:http2';
import { connect, type Socket } from 'node:net';
import { status as Status } from '@grpc/grpc-js';
import { Outcome } from '../../lib/protocol/message-codec.js';
import { FakeClock } from '../support/fake-clock.js';
import { assertEnd, Stand, until, type Way } from './rig.js';
import { refuse, reply, type TestService } from './test-service.js';

/** What an UpstreamManager does, whichever way requests travel. */
export function behavesAsUpstream(way: Way): void {
  const stand = new Stand(way);

  afterEach(() => stand.stop());

  it('carries a request to the service and its answer back', async () => {
    const business = await stand.service();
    business.handler = (request, done) =>
      reply(done, {
        payload: request.payload,
        headers: { server: 'one' },
        before: [{ topic: 'before', payload: new Uint8Array([1]) }],
        after: [{ topic: 'after' }],
      });
    const made = stand.rig({ business: [business.address] });
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

  it('passes the time that is left on to the service', async () => {
    const business = await stand.service();
    const made = stand.rig({ business: [business.address] });
    await made.request({}, { timeoutMs: 7000 });
    assert.ok(business.requests[0]!.remainingMs <= 7000);
  });

  describe('when a service cannot be reached', () => {
    it('answers 503 NOT_EXECUTED after the time to connect, and at once from then on', async () => {
      const { address } = await stand.closedPort();
      const made = stand.rig({ business: [address] }, { connectTimeoutMs: 50 });
      assertEnd(await made.request(), 503, Outcome.NOT_EXECUTED);
      assert.equal(made.manager.readiness('business'), 'unavailable');
      assert.equal(made.submit().job.state, 'done');
      assert.equal(made.manager.problem('business'), 'no instance can be reached');
      await made.assertClean();
    });

    it('lets requests wait for one that comes up within that time', async () => {
      const business = await stand.service();
      business.kill();
      const made = stand.rig({ business: [business.address] });
      const answer = made.request();
      await business.start();
      assertEnd(await answer, 200, Outcome.ANSWERED);
      assert.equal(made.manager.problem('business'), undefined);
    });

    it('treats a peer that accepts connections and says nothing as not there', async () => {
      const silent = await stand.tcpServer(() => undefined);
      const made = stand.rig({ business: [silent] }, { connectTimeoutMs: 100 });
      assertEnd(await made.request(), 503, Outcome.NOT_EXECUTED);
    });

    it('treats a peer that speaks something else as not there', async () => {
      const rubbish = await stand.tcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      const made = stand.rig({ business: [rubbish] }, { connectTimeoutMs: 100 });
      const answer = await made.request();
      assert.notEqual(answer.outcome, Outcome.ANSWERED);
      await made.assertClean();
    });

    it('harms no other service', async () => {
      const zone = await stand.service();
      const { address } = await stand.closedPort();
      const hanging = await stand.service();
      hanging.handler = () => undefined;
      const made = stand.rig({ dead: [address], hanging: [hanging.address], zone: [zone.address] }, {}, 2);
      const stuck = [1, 2, 3].map(() => made.submit({ route: { service: 'hanging' } }));
      const waiting = made.submit({ route: { service: 'dead' } });
      for (let i = 0; i < 20; i++) assertEnd(await made.request({ service: 'zone' }), 200, Outcome.ANSWERED);
      for (const { job } of [...stuck, waiting]) made.processor.cancel(job);
      await made.assertClean();
    });
  });

  describe('when a service is killed', () => {
    it('answers UNKNOWN for what it had, and reaches it again when it is back', async () => {
      const business = await stand.service();
      business.handler = () => undefined;
      const made = stand.rig({ business: [business.address] });
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
      const [one, two] = [await stand.service(), await stand.service()];
      const made = stand.rig({ business: [one.address, two.address] });
      await until(() => made.manager.counters()[0]!.instances.every(({ ready }) => ready));
      one.kill();
      await until(() => made.manager.counters()[0]!.instances.some(({ ready }) => !ready));
      for (let i = 0; i < 10; i++) assertEnd(await made.request(), 200, Outcome.ANSWERED);
      assert.equal(two.requests.length, 10);
    });

    it('tries an idempotent request on another instance, and no other', async () => {
      const [one, two] = [await stand.service(), await stand.service()];
      const made = stand.rig({ business: [one.address, two.address] });
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
      const business = await stand.service();
      business.handler = () => business.kill();
      const made = stand.rig({ business: [business.address] });
      const answer = made.request({ idempotent: true });
      await until(() => made.manager.readiness('business') === 'connecting' && business.requests.length === 1);
      business.handler = (_, done) => reply(done, {});
      await business.start();
      assertEnd(await answer, 200, Outcome.ANSWERED);
      assert.equal(business.requests.length, 2);
    });

    it('lets calls under way finish when the service stops gracefully', async () => {
      const business = await stand.service();
      let finish: (() => void) | undefined;
      business.handler = (_, done) => (finish = () => reply(done, {}));
      const made = stand.rig({ business: [business.address] });
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
      const business = await stand.service();
      business.handler = () => undefined;
      const made = stand.rig({ business: [business.address] });
      await until(() => made.manager.readiness('business') === 'ready');
      assertEnd(await made.request({}, { timeoutMs: 200 }), 504, Outcome.UNKNOWN);
      await until(() => business.cancelled === 1);
      await made.assertClean();
    });

    it('cancels the call of a client that gave up', async () => {
      const business = await stand.service();
      business.handler = () => undefined;
      const made = stand.rig({ business: [business.address] });
      const { job, answer } = made.submit();
      await until(() => business.requests.length === 1);
      made.processor.cancel(job);
      assertEnd(await answer, 499, Outcome.UNKNOWN);
      await until(() => business.cancelled === 1);
      await made.assertClean();
      assert.equal(made.manager.counters()[0]!.instances[0]!.failures, 0);
    });

    it('hands over no more than the service has places, and the rest as they become free', async () => {
      const business = await stand.service();
      const waiting: (() => void)[] = [];
      let most = 0;
      business.handler = (_, done) => {
        waiting.push(() => reply(done, {}));
        most = Math.max(most, waiting.length);
      };
      const made = stand.rig({ business: [business.address] }, {}, 3);
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
    it('answers 502 UNKNOWN for an answer over the limit, and goes on', async () => {
      const business = await stand.service();
      business.handler = (_, done) => reply(done, { payload: new Uint8Array(200_000) });
      const made = stand.rig({ business: [business.address] });
      assertEnd(await made.request(), 502, Outcome.UNKNOWN);
      business.handler = (_, done) => reply(done, { payload: new Uint8Array(65_536) });
      assertEnd(await made.request(), 200, Outcome.ANSWERED);
      await made.assertClean();
    });

    it('answers 502 UNKNOWN for a success without an answer', async () => {
      const address = await stand.http2Server((stream) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true });
      });
      const made = stand.rig({ business: [address] });
      assertEnd(await made.request(), 502, Outcome.UNKNOWN);
    });

    for (const httpStatus of [401, 403, 404, 429, 500, 503]) {
      it(`takes HTTP ${httpStatus} of something in between for no answer of the service`, async () => {
        const address = await stand.http2Server((stream) => {
          stream.respond({ ':status': httpStatus, 'content-type': 'text/html' });
          stream.end('<html>no</html>');
        });
        const made = stand.rig({ business: [address] });
        assertEnd(await made.request(), 502, Outcome.UNKNOWN);
        await made.assertClean();
      });
    }

    it('answers 502 UNKNOWN when the stream is reset', async () => {
      const address = await stand.http2Server((stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
      const made = stand.rig({ business: [address] });
      assertEnd(await made.request(), 502, Outcome.UNKNOWN);
    });

    it('hands a request over elsewhere that a peer refused unprocessed, also one that is not idempotent', async () => {
      let refused = 0;
      const refusing = await stand.http2Server((stream) => {
        refused++;
        stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      });
      const business = await stand.service();
      const made = stand.rig({ business: [refusing, business.address] });
      await until(() => made.manager.counters()[0]!.instances.every(({ ready }) => ready));
      for (let i = 0; i < 10; i++) assertEnd(await made.request({ idempotent: false }), 200, Outcome.ANSWERED);
      assert.equal(business.requests.length, 10);
      assert.ok(refused >= 5);
      assert.equal(made.manager.counters()[0]!.instances[0]!.ejections, 0);
      await made.assertClean();
    });

    it('answers 503 NOT_EXECUTED when a peer goes on refusing, and does not go on asking', async () => {
      let refused = 0;
      const refusing = await stand.http2Server((stream) => {
        refused++;
        stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      });
      const made = stand.rig({ business: [refusing] });
      assertEnd(await made.request(), 503, Outcome.NOT_EXECUTED);
      assert.equal(refused, 65);
      await made.assertClean();
    });

    it('refuses to send what is over the limit', async () => {
      const business = await stand.service();
      const made = stand.rig({ business: [business.address] });
      await made.request();
      assertEnd(await made.request({}, { payload: new Uint8Array(200_000) }), 413, Outcome.NOT_EXECUTED);
      assert.equal(business.requests.length, 1);
      await made.assertClean();
    });
  });

  describe('when a service refuses', () => {
    it('tries an idempotent request twice more, no oftener', async () => {
      const business = await stand.service();
      business.handler = (_, done) => refuse(done, Status.UNAVAILABLE, 'busy');
      const made = stand.rig({ business: [business.address] });
      assertEnd(await made.request({ idempotent: true }), 502, Outcome.UNKNOWN);
      assert.equal(business.requests.length, 3);
    });
  });

  it('sets an instance aside that fails again and again', async () => {
    const [good, bad] = [await stand.service(), await stand.service()];
    bad.handler = (_, done) => refuse(done, Status.UNAVAILABLE, 'broken');
    // Its clock stands still, so the ejection lasts however slow the machine is.
    const made = stand.rig({ business: [good.address, bad.address] }, { clock: new FakeClock() });
    await until(() => made.manager.counters()[0]!.instances.every(({ ready }) => ready));
    for (let i = 0; i < 20; i++) await made.request();
    assert.equal(bad.requests.length, 5);
    assert.equal(good.requests.length, 15);
  });

  it('uses an instance that is named twice once', async () => {
    const business = await stand.service();
    const made = stand.rig({ business: [business.address, business.address] });
    await made.request();
    assert.equal(made.manager.counters()[0]!.instances.length, 1);
  });

  it('calls nobody after it was stopped, and lets what is under way end', async () => {
    const business = await stand.service();
    business.handler = () => undefined;
    const made = stand.rig({ business: [business.address] });
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
    const business = await stand.service();
    business.handler = () => undefined;
    const sockets = new Set<Socket>();
    stand.stops.push(() => sockets.forEach((socket) => socket.destroy()));
    const relay = await stand.tcpServer((socket) => {
      const onward = connect(Number(business.address.split(':')[1]), '127.0.0.1');
      onward.on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
      sockets.add(socket).add(onward);
    });
    const made = stand.rig({ business: [relay] });
    const answer = made.request();
    const repeated = made.request({ idempotent: true });
    await until(() => business.requests.length === 2);
    business.handler = (_, done) => reply(done, {});
    for (const socket of sockets) socket.resetAndDestroy();
    assertEnd(await answer, 502, Outcome.UNKNOWN);
    assertEnd(await repeated, 200, Outcome.ANSWERED);
    await made.assertClean();
  });
}
