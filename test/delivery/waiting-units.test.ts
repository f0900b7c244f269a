import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Unit } from '../../lib/delivery/unit.js';
import { WaitingUnits } from '../../lib/delivery/waiting-units.js';

const step = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    key: fc.constantFrom(undefined, 'a', 'b'),
    bytes: fc.nat(9),
    expiresAt: fc.constantFrom(10, 20, Infinity),
  }),
  fc.record({ do: fc.constant('remove' as const), which: fc.nat(20) }),
  fc.constant({ do: 'number' as const }),
  fc.record({ do: fc.constant('sweep' as const), now: fc.constantFrom(5, 10, 20) }),
);

describe('WaitingUnits', () => {
  it('behaves as a plain list that is kept in order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const waiting = new WaitingUnits();
        let list: Unit[] = [];
        let lastGiven = 0;
        for (const each of steps) {
          if (each.do === 'add') {
            const older = each.key === undefined ? undefined : waiting.latest(each.key);
            if (older !== undefined) waiting.remove(older);
            const unit = new Unit('notify', new Uint8Array(each.bytes), each.key, each.expiresAt, 0);
            waiting.add(unit);
            list = [...list.filter((other) => other !== older), unit];
          } else if (each.do === 'remove' && list.length > 0) {
            const [unit] = list.splice(each.which % list.length, 1);
            waiting.remove(unit!);
          } else if (each.do === 'number') {
            lastGiven = waiting.numberLine(lastGiven);
          } else if (each.do === 'sweep') {
            const expired = list.filter(({ expiresAt }) => expiresAt <= each.now);
            assert.deepEqual(new Set(waiting.sweepExpired(each.now)), new Set(expired));
            list = list.filter((unit) => !expired.includes(unit));
          }
          assert.equal(waiting.length, list.length);
          assert.equal(
            waiting.bytes,
            list.reduce((sum, { body }) => sum + body.length, 0),
          );
          assert.equal(
            waiting.firstNumbered,
            list.find(({ seq }) => seq > 0),
          );
          assert.equal(
            waiting.firstInLine,
            list.find(({ seq }) => seq === 0),
          );
          for (const key of ['a', 'b']) {
            assert.equal(
              waiting.latest(key),
              list.find((unit) => unit.key === key),
            );
          }
          assert.deepEqual(new Set(waiting), new Set(list));
        }
        assert.deepEqual(waiting.drain(), list);
        assert.deepEqual([waiting.length, waiting.bytes, waiting.latest('a')], [0, 0, undefined]);
      }),
      { numRuns: 1000 },
    );
  });
});
