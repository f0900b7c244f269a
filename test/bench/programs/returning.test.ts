import assert from 'node:assert/strict';
import { Returning } from '../../../bench/programs/returning.js';
import { PushedPayload } from '../../../bench/support/pushed-payload.js';

const payloads = new PushedPayload(64);

describe('Returning', () => {
  it('ends when the last receiver has the last of what it missed', async () => {
    const returning = new Returning({ receivers: 2, payloadBytes: 64, upTo: 3 });
    const give = (who: number, ...numbers: number[]): void => {
      for (const number of numbers) returning.received(who, payloads.write(number));
    };
    give(0, 1);
    const first = returning.first();
    give(1, 1);
    await first;
    const { problems, p50Ms, p99Ms, elapsedMs } = await returning.run(() => {
      setImmediate(() => {
        give(0, 2, 3);
        setImmediate(() => give(1, 2, 3));
      });
    });
    assert.deepEqual(problems, {});
    assert.ok(p50Ms > 0 && p50Ms <= p99Ms);
    // A percentile is up to 1.6 % above the true one.
    assert.ok(p99Ms <= elapsedMs * 1.02 + 0.001);
  });

  it('ends at once, and says why, when a receiver is told that something is lost', async () => {
    const returning = new Returning({ receivers: 1, payloadBytes: 64, upTo: 3 });
    const { problems } = await returning.run(() => {
      setImmediate(() => returning.problem('something is lost'));
    });
    assert.deepEqual(problems, { 'something is lost': 1 });
  });
});
