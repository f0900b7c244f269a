import assert from 'node:assert/strict';
import { PushLoad } from '../../../bench/support/push-load.js';
import { PushedPayload } from '../../../bench/support/pushed-payload.js';

const order = { ms: 20, inFlight: 4, payloadBytes: 64 };
const payloads = new PushedPayload(order.payloadBytes);

describe('PushLoad', () => {
  it('keeps so many pushes under way, numbers them, and ends when the last is with everybody', async () => {
    let reached = 0;
    let most = 0;
    const load: PushLoad = new PushLoad(order, (payload) => {
      assert.ok(payloads.isWhole(payload));
      const number = payloads.numberOf(payload);
      most = Math.max(most, number - reached);
      setImmediate(() => load.reached((reached = number)));
      return Promise.resolve();
    });
    const { pushes, problems } = await load.run();
    assert.equal(pushes, reached);
    assert.equal(most, order.inFlight);
    assert.deepEqual(problems, {});
  });

  it('waits for what became of each push, and counts what went wrong', async () => {
    let answered = 0;
    const load: PushLoad = new PushLoad(order, async (payload) => {
      await new Promise((resolve) => setImmediate(resolve));
      load.reached(payloads.numberOf(payload));
      if (++answered % 2 === 0) throw new Error('refused 507');
    });
    const { pushes, problems } = await load.run();
    assert.equal(answered, pushes);
    const refused = Math.floor(pushes / 2);
    assert.deepEqual(problems, refused > 0 ? { 'refused 507': refused } : {});
  });
});
