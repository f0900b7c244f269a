import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { Outcome } from '../../lib/protocol/message-codec.js';
import { encodeTunnelResponse } from '../../lib/protocol/tunnel-codec.js';
import { assertEnd, Stand, until, type Rig } from './rig.js';
import { refuse, reply, type TestService } from './test-service.js';

describe('Tunnel', () => {
  const stand = new Stand('tunnel');

  afterEach(() => stand.stop());

  it('puts all that is due in one turn of the event loop into one message', async () => {
    const business = await stand.service();
    const made = stand.rig({ business: [business.address] });
    await made.request();
    const answers = await Promise.all(Array.from({ length: 50 }, () => made.request()));
    for (const answer of answers) assertEnd(answer, 200, Outcome.ANSWERED);
    assert.deepEqual(business.batches, [1, 50]);
    await made.assertClean();
  });

  it('matches answers with requests whatever their order', async () => {
    const business = await stand.service();
    const waiting: (() => void)[] = [];
    business.handler = ({ action }, done) => void waiting.push(() => reply(done, { message: action }));
    const made = stand.rig({ business: [business.address] });
    const answers = ['a', 'b', 'c'].map((action) => made.request({}, { action }));
    await until(() => waiting.length === 3);
    for (const each of waiting.reverse()) each();
    assert.deepEqual(
      (await Promise.all(answers)).map(({ message }) => message),
      ['a', 'b', 'c'],
    );
  });

  it('cuts a message at 1 MiB, and sends the rest on another stream', async () => {
    const business = await stand.service();
    const made = stand.rig({ business: [business.address] });
    await made.request();
    const payload = new Uint8Array(60_000);
    await Promise.all(Array.from({ length: 40 }, () => made.request({}, { payload })));
    assert.equal(
      business.batches.reduce((sum, size) => sum + size),
      41,
    );
    assert.ok(Math.max(...business.batches) <= 17);
    assert.equal(business.tunnels.length, 2);
  });

  describe('to an instance that lacks it', () => {
    async function without(): Promise<TestService> {
      const business = await stand.service();
      business.kill();
      business.hasTunnel = false;
      return business.start();
    }

    it('loses none of the requests that found that out, and asks no second time', async () => {
      const business = await without();
      const made = stand.rig({ business: [business.address] });
      const answers = await Promise.all(Array.from({ length: 50 }, () => made.request()));
      for (const answer of answers) assertEnd(answer, 200, Outcome.ANSWERED);
      assert.equal(business.requests.length, 50);
      assert.equal(business.metadata.length, 50);
      assert.equal(made.manager.counters()[0]!.retries, 0);
      assert.equal(made.manager.batches('business'), false);
      await made.assertClean();
    });

    it('is tried again when the instance has restarted, in both directions', async () => {
      const business = await without();
      const made = stand.rig({ business: [business.address] });
      for (const hasTunnel of [true, false, true]) {
        assertEnd(await made.request(), 200, Outcome.ANSWERED);
        business.kill();
        business.hasTunnel = hasTunnel;
        await until(() => made.manager.readiness('business') !== 'ready');
        await business.start();
        assertEnd(await made.request(), 200, Outcome.ANSWERED);
        assert.equal(made.manager.batches('business'), hasTunnel);
      }
      await made.assertClean();
    });
  });

  describe('with a service that answers wrongly', () => {
    /** A tunnel of one stream, so that all is on it. */
    async function one(): Promise<{ business: TestService; made: Rig }> {
      const business = await stand.service();
      const made = stand.rig({ business: [business.address] });
      await made.request();
      return { business, made };
    }

    /** What the service writes on its newest stream, as it stands on the wire. */
    function write(business: TestService, ...responses: { id: number; message?: string }[]): void {
      business.tunnels.at(-1)!.write(encodeTunnelResponse({ responses }));
    }

    it('drops answers that nobody asked for, and says so once a stream', async () => {
      const { business, made } = await one();
      business.handler = ({ id }, done) => {
        write(business, { id: 999 }, { id: 0 }, { id: id + 1 });
        reply(done, { message: 'asked' });
      };
      for (let i = 0; i < 3; i++) {
        const answer = await made.request();
        assertEnd(answer, 200, Outcome.ANSWERED);
        assert.equal(answer.message, 'asked');
      }
      const { unasked } = made.manager.counters()[0]!.tunnels;
      assert.ok(unasked >= 3, `${unasked}`);
      assert.ok(made.warnings.length >= 1 && made.warnings.length <= business.tunnels.length, made.warnings.join());
      await made.assertClean();
    });

    it('takes the first of two answers to a request, and no other request gets the second', async () => {
      const { business, made } = await one();
      business.handler = ({ id, action }, done) => {
        reply(done, { message: action });
        write(business, { id, message: 'again' });
      };
      for (const action of ['a', 'b', 'c']) assert.equal((await made.request({}, { action })).message, action);
      await until(() => made.manager.counters()[0]!.tunnels.unasked === 3);
      await made.assertClean();
    });

    it('answers 504 to a request that it never answers, cancels it, and drops what comes later', async () => {
      const { business, made } = await one();
      let late: (() => void) | undefined;
      business.handler = (_, done) => (late = () => reply(done, { message: 'late' }));
      assertEnd(await made.request({ timeoutMs: 50 }), 504, Outcome.UNKNOWN);
      await until(() => business.cancelled === 1);
      late!();
      await until(() => made.manager.counters()[0]!.tunnels.late === 1);
      business.handler = (_, done) => reply(done, {});
      assertEnd(await made.request(), 200, Outcome.ANSWERED);
      await made.assertClean();
    });

    it('answers UNKNOWN for exactly what was on the stream that it broke with rubbish, and goes on', async () => {
      const { business, made } = await one();
      const waiting = new Map<string, () => void>();
      business.handler = ({ action }, done) => void waiting.set(action, () => reply(done, { message: action }));
      const first = made.request({}, { action: 'first' });
      await until(() => waiting.size === 1);
      const second = made.request({}, { action: 'second' });
      await until(() => waiting.size === 2 && business.tunnels.length === 2);
      business.tunnels[1]!.write(Buffer.from([0xff, 0xff, 0xff]));
      const [broken, whole] = await Promise.race([
        first.then((answer) => [answer, second] as const),
        second.then((answer) => [answer, first] as const),
      ]);
      assertEnd(broken, 502, Outcome.UNKNOWN);
      for (const answer of waiting.values()) answer();
      assertEnd(await whole, 200, Outcome.ANSWERED);
      assert.equal(made.manager.counters()[0]!.tunnels.broken, 1);
      business.handler = (_, done) => reply(done, {});
      assertEnd(await made.request(), 200, Outcome.ANSWERED);
      await made.assertClean();
    });

    it('answers 502 for an answer that is none in itself, beside others that are', async () => {
      const { business, made } = await one();
      business.handler = ({ action }, done) => {
        reply(done, action === 'large' ? { payload: new Uint8Array(200_000) } : {});
      };
      const [large, ...others] = await Promise.all(['large', 'a', 'b'].map((action) => made.request({}, { action })));
      assertEnd(large!, 502, Outcome.UNKNOWN);
      for (const answer of others) assertEnd(answer, 200, Outcome.ANSWERED);
      await made.assertClean();
    });

    it('goes by Process after streams that broke again and again without an answer', async () => {
      const business = await stand.service();
      const made = stand.rig({ business: [business.address] });
      business.handler = ({ id }, done) => {
        // As a proxy that can't carry long streams.
        if (id > 0) refuse(done, status.INTERNAL, 'no');
        else reply(done, {});
      };
      let tries = 0;
      while ((await made.request()).outcome !== Outcome.ANSWERED) assert.ok(++tries < 100);
      assertEnd(await made.request(), 200, Outcome.ANSWERED);
      assert.equal(made.manager.batches('business'), false);
      await made.assertClean();
    });
  });
});
