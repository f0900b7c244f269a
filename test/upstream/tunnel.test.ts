import assert from 'node:assert/strict';
import { Outcome } from '../../lib/protocol/message-codec.js';
import { assertEnd, Stand, until } from './rig.js';
import { reply, type TestService } from './test-service.js';

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
});
