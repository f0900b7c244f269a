import fc from 'fast-check';
import type { QueueLimits } from '../../lib/delivery/ordered-message-queue.js';
import { DeliveryWorld, type Step } from './delivery-world.js';

/** A longer search: GATESVR_PROPERTY_RUNS=100000 npx mocha test/delivery. A failure prints seed and path to repeat it. */
const NUM_RUNS = Number(process.env.GATESVR_PROPERTY_RUNS ?? 3000);

const size = fc.integer({ min: 0, max: 40 });
const ttl = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('notify' as const), bytes: size, ttl }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('latest' as const), key: fc.constantFrom('a', 'b'), bytes: size, ttl }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('response' as const), bytes: size }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'reserve' }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fill' as const), which: fc.nat(5) }) },
  { weight: 9, arbitrary: fc.constant<Step>({ do: 'turn' }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('room' as const), open: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('carry' as const), bytes: fc.integer({ min: 1, max: 200 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('ack' as const),
      which: fc.constantFrom(
        'position' as const,
        'position' as const,
        'saved' as const,
        'old' as const,
        'beyond' as const,
      ),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'save' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'restore' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'cut' }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('connect' as const), behind: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'connect-beyond' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'new-epoch' }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20 }) }) },
);

const limits: fc.Arbitrary<QueueLimits> = fc.record({
  maxUnits: fc.integer({ min: 1, max: 8 }),
  maxBytes: fc.integer({ min: 30, max: 300 }),
  overflow: fc.constantFrom('refuse' as const, 'drop-oldest' as const),
});

describe('ordered delivery over every interleaving', () => {
  it('is 1, 2, 3 … without an untold gap or a repetition, and memory ends empty [B1 B3 B4 B7]', () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 80, size: 'max' }), (queueLimits, steps) => {
        const world = new DeliveryWorld(queueLimits);
        world.run([{ do: 'connect', behind: 0 }, ...steps]);
        world.settle();
        world.checkNothingUntold();
      }),
      { numRuns: NUM_RUNS },
    );
  });
});
