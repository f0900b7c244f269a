import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  NotifyOrderingManager,
  type BindingLimits,
  type HoldVerdict,
  type Place,
} from '../../lib/delivery/notify-ordering-manager.js';
import { encodeDelivery, Outcome, type ItemInit } from '../../lib/protocol/message-codec.js';

const LIMITS: BindingLimits = {
  maxBoundNotifies: 64,
  boundWaitMs: 30_000,
  maxFrameBytes: 128 * 1024,
  maxBytes: 4 << 20,
  maxPendingRequests: 256,
};
const KiB = 1024;

function managerOf(limits: Partial<BindingLimits> = {}): NotifyOrderingManager {
  return new NotifyOrderingManager({ ...LIMITS, ...limits });
}

function hold(manager: NotifyOrderingManager, clientSeq: number, place: Place, topic: string, now = 0): HoldVerdict {
  return manager.hold(clientSeq, place, { topic }, now);
}

function response(clientSeq: number, payload = new Uint8Array(0)): ItemInit {
  return { response: { clientSeq, code: 200, payload } };
}

/** A unit at a glance: topics of notifies, codes of responses. */
function glance(items: readonly ItemInit[]): (string | number)[] {
  return items.map((item) => item.response?.code ?? item.notify?.topic ?? '?');
}

describe('NotifyOrderingManager', () => {
  it('puts held notifies and the answer’s own around the Response, all in one unit [B6]', () => {
    const manager = managerOf();
    manager.open(1);
    assert.equal(hold(manager, 1, 'after', 'a1'), 'held');
    assert.equal(hold(manager, 1, 'before', 'b1'), 'held');
    assert.equal(hold(manager, 1, 'before', 'b2'), 'held');
    const items = manager.compose(1, response(1), [{ topic: 'own-before' }], [{ topic: 'own-after' }]);
    assert.deepEqual(glance(items), ['b1', 'b2', 'own-before', 200, 'a1', 'own-after']);
    for (const { notify } of items) if (notify) assert.equal(notify.boundClientSeq, 1);
    assert.deepEqual([manager.heldNotifies, manager.heldBytes, manager.openRequests], [0, 0, 0]);
  });

  it('keeps the notifies of different requests apart', () => {
    const manager = managerOf();
    for (const clientSeq of [1, 2]) manager.open(clientSeq);
    hold(manager, 1, 'before', 'of-1');
    hold(manager, 2, 'before', 'of-2');
    assert.deepEqual(glance(manager.compose(2, response(2))), ['of-2', 200]);
    assert.deepEqual(glance(manager.compose(1, response(1))), ['of-1', 200]);
  });

  it('gives held notifies to an error Response just the same: failed, timed out or refused [B14]', () => {
    const manager = managerOf();
    manager.open(1);
    hold(manager, 1, 'before', 'b');
    hold(manager, 1, 'after', 'a');
    assert.deepEqual(glance(manager.compose(1, { response: { clientSeq: 1, code: 504 } })), ['b', 504, 'a']);
  });

  it('says late for a request that is answered already, so that the notify is delivered at once [B14]', () => {
    const manager = managerOf();
    for (const clientSeq of [1, 2]) manager.open(clientSeq);
    manager.compose(1, response(1));
    assert.equal(hold(manager, 1, 'before', 'x'), 'late');
    assert.equal(hold(manager, 2, 'before', 'x'), 'held');
    assert.equal(manager.heldNotifies, 1);
  });

  it('holds a notify that comes before its request, and places it when the request has come', () => {
    const manager = managerOf();
    assert.equal(hold(manager, 3, 'before', 'early'), 'held');
    for (const clientSeq of [1, 2, 3]) manager.open(clientSeq);
    assert.deepEqual(manager.expire(1_000_000), { expired: [], waiting: false }, 'an open request has its deadline');
    assert.deepEqual(glance(manager.compose(3, response(3))), ['early', 200]);
  });

  it('gives back each notify whose request never came, when its own time is over [B14]', () => {
    const manager = managerOf();
    hold(manager, 5, 'before', 'first', 0);
    hold(manager, 5, 'after', 'second', 10_000);
    hold(manager, 6, 'after', 'third', 10_000);
    assert.deepEqual(manager.expire(29_999), { expired: [], waiting: true });
    const { expired, waiting } = manager.expire(30_000);
    assert.deepEqual(
      expired.map(({ clientSeq, notify }) => [clientSeq, notify.topic]),
      [[5, 'first']],
    );
    assert.ok(waiting);
    assert.equal(manager.expire(40_000).expired.length, 2);
    assert.deepEqual([manager.heldNotifies, manager.heldBytes], [0, 0]);
  });

  it('gives back everything held when the epoch ends, and begins again', () => {
    const manager = managerOf();
    manager.open(1);
    hold(manager, 1, 'before', 'open');
    hold(manager, 2, 'before', 'early');
    assert.deepEqual(
      manager.end().map(({ clientSeq }) => clientSeq),
      [1, 2],
    );
    assert.deepEqual([manager.heldNotifies, manager.heldBytes, manager.openRequests], [0, 0, 0]);
    manager.open(1);
    assert.equal(hold(manager, 1, 'before', 'x'), 'held');
  });

  describe('limits', () => {
    it('holds so many notifies for one request', () => {
      const manager = managerOf({ maxBoundNotifies: 2 });
      manager.open(1);
      assert.equal(hold(manager, 1, 'before', 'a'), 'held');
      assert.equal(hold(manager, 1, 'after', 'b'), 'held');
      assert.equal(hold(manager, 1, 'after', 'c'), 'too-many');
      assert.equal(manager.heldNotifies, 2);
    });

    it('leaves 64 KiB of the frame to the Response', () => {
      const manager = managerOf();
      manager.open(1);
      const payload = new Uint8Array(40 * KiB);
      assert.equal(manager.hold(1, 'before', { payload }, 0), 'held');
      assert.equal(manager.hold(1, 'before', { payload }, 0), 'too-large');
      assert.equal(manager.hold(1, 'before', { payload: payload.subarray(20 * KiB) }, 0), 'held');
    });

    it('holds so many bytes for the player in all', () => {
      const manager = managerOf({ maxBytes: 50 * KiB });
      const payload = new Uint8Array(30 * KiB);
      assert.equal(manager.hold(1, 'before', { payload }, 0), 'held');
      assert.equal(manager.hold(2, 'before', { payload }, 0), 'full');
    });

    it('refuses a request number further ahead than requests can be pending', () => {
      const manager = managerOf({ maxPendingRequests: 10 });
      manager.open(5);
      assert.equal(hold(manager, 15, 'before', 'x'), 'held');
      assert.equal(hold(manager, 16, 'before', 'x'), 'beyond');
    });
  });

  describe('an answer that does not fit into a frame', () => {
    it('is replaced together with its own notifies by a 502 of unknown outcome; the held ones stay', () => {
      const manager = managerOf();
      manager.open(1);
      hold(manager, 1, 'before', 'b');
      hold(manager, 1, 'after', 'a');
      const items = manager.compose(1, response(1, new Uint8Array(128 * KiB)), [{ topic: 'own' }], [{ topic: 'own' }]);
      assert.deepEqual(glance(items), ['b', 502, 'a']);
      assert.equal(items[1]?.response?.outcome, Outcome.UNKNOWN);
      assert.equal(items[1].response.clientSeq, 1);
    });

    it('is judged by the whole unit, held notifies included', () => {
      const manager = managerOf();
      manager.open(1);
      manager.hold(1, 'before', { payload: new Uint8Array(60 * KiB) }, 0);
      assert.deepEqual(glance(manager.compose(1, response(1, new Uint8Array(60 * KiB)))).at(-1), 200);
      manager.open(2);
      manager.hold(2, 'before', { payload: new Uint8Array(60 * KiB) }, 0);
      assert.deepEqual(glance(manager.compose(2, response(2, new Uint8Array(70 * KiB)))).at(-1), 502);
    });

    it('always leaves a unit that fits', () => {
      const size = fc.integer({ min: 0, max: 140 * KiB });
      fc.assert(
        fc.property(fc.array(size, { maxLength: 3 }), size, size, (held, payloadBytes, ownBytes) => {
          const manager = managerOf();
          manager.open(1);
          for (const bytes of held) manager.hold(1, 'before', { payload: new Uint8Array(bytes) }, 0);
          const own = [{ payload: new Uint8Array(ownBytes) }];
          const items = manager.compose(1, response(1, new Uint8Array(payloadBytes)), own);
          assert.ok(encodeDelivery(items).length + 27 <= LIMITS.maxFrameBytes);
        }),
        { numRuns: 200 },
      );
    });
  });

  it('strands nothing: over every interleaving each held notify is placed once or given back once [B14]', () => {
    const clientSeq = fc.integer({ min: 1, max: 6 });
    const step = fc.oneof(
      fc.record({
        do: fc.constant('hold' as const),
        clientSeq,
        place: fc.constantFrom<Place>('before', 'after'),
      }),
      fc.constant({ do: 'open' as const }),
      fc.record({ do: fc.constant('answer' as const), which: fc.nat(5) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
      fc.constant({ do: 'end' as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const manager = managerOf({ maxBoundNotifies: 3 });
        const held = new Map<string, { clientSeq: number; place: Place }>();
        const open: number[] = [];
        let [last, now, ids] = [0, 0, 0];
        const giveBack = (topics: (string | null | undefined)[]) => {
          for (const topic of topics) assert.ok(held.delete(topic!), `${topic} was held, once`);
        };
        const answer = (seq: number) => {
          const topics = glance(manager.compose(seq, response(seq)));
          const at = topics.indexOf(200);
          for (const [i, topic] of topics.entries()) {
            if (i === at) continue;
            assert.deepEqual(held.get(String(topic)), { clientSeq: seq, place: i < at ? 'before' : 'after' });
            assert.ok(i === 0 || i - 1 === at || Number(topics[i - 1]) < Number(topic), 'in the order they came');
          }
          giveBack(topics.filter((_, i) => i !== at).map(String));
        };
        for (const each of steps) {
          if (each.do === 'hold') {
            const topic = String(1000 + ids++);
            const verdict = hold(manager, each.clientSeq, each.place, topic, now);
            assert.equal(verdict === 'late', each.clientSeq <= last && !open.includes(each.clientSeq));
            if (verdict === 'held') held.set(topic, { clientSeq: each.clientSeq, place: each.place });
          } else if (each.do === 'open') {
            manager.open(++last);
            open.push(last);
          } else if (each.do === 'answer') {
            const [seq] = open.splice(each.which % Math.max(1, open.length), 1);
            if (seq !== undefined) answer(seq);
          } else if (each.do === 'wait') {
            now += each.ms;
            const { expired, waiting } = manager.expire(now);
            for (const stranded of expired) assert.ok(stranded.clientSeq > last);
            giveBack(expired.map(({ notify }) => notify.topic));
            assert.equal(
              waiting,
              [...held.values()].some(({ clientSeq: seq }) => seq > last),
            );
          } else {
            giveBack(manager.end().map(({ notify }) => notify.topic));
            open.length = last = 0;
          }
          assert.equal(manager.heldNotifies, held.size);
        }
        while (open.length > 0) answer(open.pop()!);
        giveBack(manager.end().map(({ notify }) => notify.topic));
        assert.equal(held.size, 0);
        assert.deepEqual([manager.heldNotifies, manager.heldBytes, manager.openRequests], [0, 0, 0]);
      }),
      { numRuns: 2000 },
    );
  });
});
