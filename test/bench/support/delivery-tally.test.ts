import assert from 'node:assert/strict';
import { DeliveryTally, type Arrival } from '../../../bench/support/delivery-tally.js';
import { PushedPayload } from '../../../bench/support/pushed-payload.js';

const payloads = new PushedPayload(64);

function tally(arrival: Arrival): {
  tally: DeliveryTally;
  progress: number[];
  receive: (who: number, n: number) => void;
} {
  const progress: number[] = [];
  const made: DeliveryTally = new DeliveryTally({ receivers: 2, payloadBytes: 64, arrival }, () =>
    progress.push(made.upTo),
  );
  return { tally: made, progress, receive: (who, number) => made.received(who, payloads.write(number)) };
}

describe('DeliveryTally', () => {
  it('goes on when the last receiver has got a push', () => {
    const { tally: it, progress, receive } = tally('each');
    for (const [who, number] of [
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
      [1, 3],
    ] as const)
      receive(who, number);
    assert.deepEqual(progress, [1, 2]);
    const { deliveries, upTo, problems, p50Ms } = it.report();
    assert.deepEqual({ deliveries, upTo, problems }, { deliveries: 5, upTo: 2, problems: {} });
    assert.ok(p50Ms >= 0);
  });

  it('notices what is missing, comes twice or is not what was pushed', () => {
    const { tally: it, receive } = tally('each');
    receive(0, 2);
    receive(0, 2);
    it.received(0, payloads.write(3).fill(0, 20));
    it.received(0, payloads.write(3).subarray(1));
    assert.deepEqual(it.report().problems, {
      'a push that did not come': 1,
      'a push that came twice or late': 1,
      'a payload that is not what was pushed': 2,
    });
  });

  it('lets a newer push stand for older ones where only the latest counts, and never the other way round', () => {
    const { tally: it, progress, receive } = tally('latest');
    receive(0, 3);
    receive(1, 2);
    assert.deepEqual(progress, [2]);
    assert.deepEqual(it.report().problems, {});
    receive(0, 1);
    assert.deepEqual(it.report().problems, { 'a push that came twice or late': 1 });
    assert.equal(it.upTo, 2);
  });
});
