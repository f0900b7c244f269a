import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Outcome } from '../../lib/protocol/message-codec.js';
import type { Player } from '../../lib/player/player.js';
import { MessageClass, PushOutcome, PushPlace, ReceiptKind, ReceiptWish } from '../../lib/protocol/push-codec.js';
import type { PushRequest, Target } from '../../lib/protocol/push-codec.js';
import { Job } from '../../lib/dispatch/job.js';
import { pushRequest, PushWorld, RecordingSender } from '../support/push-world.js';

const { DELIVERED, KEPT, HELD, REFUSED, DROPPED } = PushOutcome;

function toZone(zone: string, onlineOnly = false): { target: Target } {
  return { target: { kind: 'zone', zone, onlineOnly } };
}

function toPlayer(playerId: string): { target: Target } {
  return { target: { kind: 'playerId', playerId, onlineOnly: false } };
}

/** What tells replies apart: outcome and the numbers that aren't 0. */
function said({ replies }: RecordingSender): object[] {
  return replies.map((reply) => {
    const { outcome, code, receivers, delivered, refused, unknown } = reply;
    const told = Object.entries({ code, receivers, delivered, refused, unknown }).filter(([, value]) => value);
    return { outcome, ...Object.fromEntries(told) };
  });
}

describe('PushService', () => {
  let world: PushWorld;

  beforeEach(() => (world = new PushWorld()));

  /** Opens a request at the player, as a dispatcher does. */
  function request(player: Player, clientSeq: number): Job {
    assert.equal(player.accept(clientSeq), 'accepted');
    const route = {
      ...{ match: '*', service: 'business', auth: [], ordering: 'completion' as const },
      ...{ serial: false, timeoutMs: 30_000, idempotent: false },
    };
    const { sessionId, epoch } = player;
    const job = new Job(player, sessionId, epoch, clientSeq, 'a', new Uint8Array(0), {}, route, world.now, Infinity);
    player.open(job);
    return job;
  }

  function answer(player: Player, job: Job): void {
    player.answered(job, {
      ...{ code: 200, message: '', payload: new Uint8Array(0), headers: {}, outcome: Outcome.ANSWERED },
      ...{ before: [], after: [] },
    });
  }

  describe('to one player', () => {
    it('says delivered only after the turn in which the unit was written', () => {
      world.live('ann');
      const sender = world.push();
      assert.deepEqual(sender.replies, []);
      world.endTurn();
      assert.deepEqual(said(sender), [{ outcome: DELIVERED, receivers: 1, delivered: 1 }]);
    });

    it('says kept for a player who is away, and for one whose connection has no room [B22]', () => {
      world.leave(world.live('ann'));
      world.blocked.add(world.live('bob'));
      const senders = [world.push(), world.push(toPlayer('bob'))];
      world.settle();
      for (const sender of senders) assert.deepEqual(said(sender), [{ outcome: KEPT, receivers: 1 }]);
    });

    it('is refused where the queue is full, and may come again with its id', () => {
      world = new PushWorld({ maxUnits: 1 });
      const ann = world.live('ann');
      world.blocked.add(ann);
      world.push();
      const sender = world.push({ id: 'again' });
      assert.deepEqual(said(sender), [{ outcome: REFUSED, code: 507 }]);
      world.blocked.delete(ann);
      world.settle();
      ann.acknowledge(1);
      world.push({ id: 'again' }, sender);
      world.settle();
      assert.deepEqual(said(sender)[1], { outcome: DELIVERED, receivers: 1, delivered: 1 });
    });

    it('is not written after its time to live, which its sender is told', () => {
      const ann = world.live('ann');
      world.leave(ann);
      const sender = world.push({ id: 'short', ttlMs: 1_000 });
      world.settle();
      world.players.clock.advance(1_001);
      world.arrive(ann);
      world.settle();
      assert.deepEqual(world.topics(ann), []);
      assert.deepEqual(sender.receipts, [{ id: 'short', kind: ReceiptKind.EXPIRED, playerId: 'ann' }]);
    });

    it('keeps the order in which one sender pushed', () => {
      const ann = world.live('ann');
      const lane = world.lane(new RecordingSender());
      for (const topic of ['a', 'b', 'c']) world.service.push(pushRequest({ topic }), lane);
      world.settle();
      assert.deepEqual(world.topics(ann), ['a', 'b', 'c']);
    });
  });

  describe('with an id', () => {
    it('counts once, and is answered the same again', () => {
      const ann = world.live('ann');
      const sender = world.push({ id: 'one' });
      world.settle();
      world.push({ id: 'one' }, sender);
      world.settle();
      assert.deepEqual(sender.replies[1], sender.replies[0]);
      assert.deepEqual(world.topics(ann), ['mail']);
      assert.equal(world.counters.repeated, 1);
    });

    it('that comes again before its answer gets the one answer on both ways', () => {
      const ann = world.live('ann');
      const [first, second] = [world.push({ id: 'one' }), world.push({ id: 'one' })];
      world.settle();
      assert.deepEqual(said(first), [{ outcome: DELIVERED, receivers: 1, delivered: 1 }]);
      assert.deepEqual(second.replies, first.replies);
      assert.deepEqual(world.topics(ann), ['mail']);
    });

    it('sends its receipts to whoever pushed it last', () => {
      const ann = world.live('ann');
      const first = world.push({ id: 'one' });
      world.settle();
      const second = world.push({ id: 'one' });
      ann.acknowledge(1);
      assert.deepEqual(first.receipts, []);
      assert.deepEqual(second.receipts, [{ id: 'one', kind: ReceiptKind.ACKNOWLEDGED, playerId: 'ann' }]);
    });

    it('is forgotten after the window, and beyond the number that is remembered', () => {
      world = new PushWorld({ maxIds: 2, idWindowMs: 1_000 });
      const ann = world.live('ann');
      for (const id of ['a', 'b', 'c', 'a', 'c']) world.push({ id, topic: id });
      world.settle();
      assert.deepEqual(world.topics(ann), ['a', 'b', 'c', 'a']);
      world.players.clock.advance(1_000);
      world.push({ id: 'c', topic: 'c' });
      world.settle();
      assert.deepEqual(world.topics(ann), ['a', 'b', 'c', 'a', 'c']);
    });
  });

  describe('bound to a request', () => {
    const bound = (player: Player, clientSeq: number, fields: Partial<PushRequest> = {}) => ({
      ...{ boundTo: `${player.epoch}/${clientSeq}`, place: PushPlace.BEFORE, ...fields },
    });

    it('is held, and stands around the Response whatever is pushed between [B6]', () => {
      const ann = world.live('ann');
      const job = request(ann, 1);
      const sender = world.push(bound(ann, 1, { id: 'b', topic: 'before' }));
      world.push(bound(ann, 1, { id: 'a', topic: 'after', place: PushPlace.AFTER }));
      world.push({ topic: 'between' });
      assert.deepEqual(said(sender), [{ outcome: HELD, receivers: 1 }]);
      world.settle();
      answer(ann, job);
      world.settle();
      assert.deepEqual(world.topics(ann), ['between', 'before', 'response', 'after']);
      assert.deepEqual(sender.receipts, [{ id: 'b', kind: ReceiptKind.PLACED, playerId: 'ann' }]);
    });

    it('that was answered before is delivered at once, and told late [B14]', () => {
      const ann = world.live('ann');
      answer(ann, request(ann, 1));
      const sender = world.push(bound(ann, 1, { id: 'x', topic: 'late' }));
      world.settle();
      assert.deepEqual(world.topics(ann), ['response', 'late']);
      assert.deepEqual(said(sender), [{ outcome: DELIVERED, receivers: 1, delivered: 1 }]);
      assert.deepEqual(sender.receipts, [{ id: 'x', kind: ReceiptKind.LATE, playerId: 'ann' }]);
    });

    it('of another epoch is refused', () => {
      world.live('ann');
      assert.deepEqual(said(world.push({ boundTo: 'other/1', place: PushPlace.BEFORE })), [
        { outcome: REFUSED, code: 409 },
      ]);
    });

    it('that never comes is given up in time, and told [B14]', () => {
      const ann = world.live('ann');
      const sender = world.push(bound(ann, 5, { id: 'never' }));
      assert.deepEqual(said(sender), [{ outcome: HELD, receivers: 1 }]);
      world.players.clock.advance(world.players.limits.boundWaitMs + 1_000);
      assert.deepEqual(sender.receipts, [{ id: 'never', kind: ReceiptKind.EXPIRED, playerId: 'ann' }]);
    });
  });

  describe('of class latest', () => {
    const latest = { class: MessageClass.LATEST };

    it('takes the place of the one that waits with the same key, whose sender is told', () => {
      const ann = world.live('ann');
      world.blocked.add(ann);
      const sender = world.push({ ...latest, id: 'old', key: 'k', topic: 'old' });
      world.push({ ...latest, id: 'other', key: 'l', topic: 'other' });
      world.push({ ...latest, id: 'new', key: 'k', topic: 'new' });
      world.settle();
      assert.deepEqual(sender.receipts, [{ id: 'old', kind: ReceiptKind.SUPERSEDED, playerId: 'ann' }]);
      world.blocked.delete(ann);
      world.settle();
      assert.deepEqual(world.topics(ann).toSorted(), ['new', 'other']);
    });
  });

  describe('of class volatile', () => {
    const volatile = { class: MessageClass.VOLATILE };

    it('is delivered by the link or dropped: nothing is kept', () => {
      const ann = world.live('ann');
      assert.deepEqual(said(world.push(volatile)), [{ outcome: DELIVERED, receivers: 1, delivered: 1 }]);
      world.links.get(ann)!.hasRoom = false;
      assert.deepEqual(said(world.push(volatile)), [{ outcome: DROPPED }]);
      world.leave(ann);
      assert.deepEqual(said(world.push(volatile)), [{ outcome: DROPPED }]);
      assert.equal(ann.keptUnits, 0);
    });

    it('to many counts who got it and who did not', () => {
      world.live('ann');
      world.links.get(world.live('bob'))!.hasRoom = false;
      const sender = world.push({ ...volatile, ...toZone('north') });
      world.settle();
      assert.deepEqual(said(sender), [{ outcome: DELIVERED, receivers: 1, delivered: 1, refused: 1 }]);
    });
  });

  describe('to many', () => {
    it('encodes the unit once: all receivers share its body', () => {
      const players = ['ann', 'bob', 'cid'].map((id) => world.live(id));
      world.push(toZone('north'));
      const bodies = players.map((player) => player.take(world.links.get(player)!, world.now)!.body);
      assert.equal(new Set(bodies).size, 1);
    });

    it('leaves out who is away where it is online only, and who is in another zone', () => {
      const [, away] = [world.live('ann'), world.live('bob')];
      world.leave(away);
      const elsewhere = world.live('cid', 'south');
      const sender = world.push(toZone('north', true));
      const all = world.push(toZone('north'));
      world.settle();
      assert.deepEqual(said(sender), [{ outcome: DELIVERED, receivers: 1, delivered: 1 }]);
      assert.deepEqual(said(all), [{ outcome: DELIVERED, receivers: 2, delivered: 1 }]);
      assert.equal(elsewhere.keptUnits, 0);
    });

    it('says kept where nobody could be written to, and dropped where nobody is [B22]', () => {
      world.leave(world.live('ann'));
      const senders = [world.push(toZone('north')), world.push(toZone('nowhere'))];
      world.settle();
      assert.deepEqual(senders.map(said), [[{ outcome: KEPT, receivers: 1 }], [{ outcome: DROPPED }]]);
    });

    it('goes to everybody else when one has no room in its queue [B5]', () => {
      world = new PushWorld({ maxUnits: 2 });
      const players = ['ann', 'bob', 'cid'].map((id) => world.live(id));
      world.blocked.add(players[0]!);
      const sender = new RecordingSender();
      const lane = world.lane(sender);
      for (const topic of ['1', '2', '3']) {
        world.service.push(pushRequest({ ...toZone('north'), topic }), lane);
        world.settle();
        for (const player of players.slice(1)) player.acknowledge(Number(topic));
      }
      assert.deepEqual(said(sender)[2], { outcome: DELIVERED, receivers: 2, delivered: 2, refused: 1 });
      for (const player of players.slice(1)) assert.deepEqual(world.topics(player), ['1', '2', '3']);
    });

    it('never follows a player who has left the zone before its turn', () => {
      const many = Array.from({ length: 9_000 }, (_, i) => `p${i}`);
      for (const id of many) world.live(id);
      const sender = world.push(toZone('north'));
      const last = world.find(many.at(-1)!)!;
      last.renew(world.players.login({ zone: 'south' }));
      world.settle();
      assert.deepEqual(world.topics(last), []);
      assert.deepEqual(said(sender), [{ outcome: DELIVERED, receivers: 8_999, delivered: 8_999 }]);
    }).timeout(0);

    it('is refused while 64 others are on their way, and may come again', () => {
      for (let i = 0; i < 9_000; i++) world.live(`p${i}`);
      // Each more than a turn takes, and of a sender of its own.
      const senders = Array.from({ length: 65 }, (_, i) => world.push({ ...toZone('north'), id: `${i}` }));
      assert.deepEqual(said(senders[64]!), [{ outcome: REFUSED, code: 429 }]);
      assert.equal(world.service.running, 64);
      assert.deepEqual(senders.slice(0, 64).flatMap(said), []);
    }).timeout(0);

    it('tells the fate of each receiver only where that is asked for, and of up to 256', () => {
      const ann = world.live('ann');
      const [quiet, each] = [
        world.push({ ...toZone('north'), id: 'quiet' }),
        world.push({ ...toZone('north'), id: 'each', receipts: ReceiptWish.RECEIPTS_EACH }),
      ];
      world.settle();
      ann.acknowledge(2);
      assert.deepEqual([quiet.receipts.length, each.receipts.length], [0, 1]);
      for (let i = 0; i < 256; i++) world.live(`p${i}`);
      const tooMany = world.push({ ...toZone('north'), id: 'm', receipts: ReceiptWish.RECEIPTS_EACH });
      assert.deepEqual(said(tooMany), [{ outcome: REFUSED, code: 413 }]);
    });

    it('keeps the order of one sender at every player, however pushes to one and to many mix', () => {
      const players = ['a', 'b', 'c'];
      const target = fc.oneof(
        fc.constantFrom(...players).map(toPlayer),
        fc.constantFrom('north', 'south').map((zone) => toZone(zone)),
        fc.constant<{ target: Target }>({ target: { kind: 'everyone', everyone: true, onlineOnly: false } }),
      );
      const senders = fc.array(fc.tuple(fc.nat(1), target), { maxLength: 30 });
      fc.assert(
        fc.property(senders, fc.array(fc.boolean(), { maxLength: 10 }), (pushes, turns) => {
          world = new PushWorld();
          // Enough to spread a push to everyone over turns: what comes next has to wait for it.
          for (let i = 0; i < 1_100; i++) world.live(`extra-${i}`, 'south');
          for (const id of players) world.live(id);
          const lanes = [world.lane(new RecordingSender()), world.lane(new RecordingSender())];
          pushes.forEach(([lane, to], i) => {
            world.service.push(pushRequest({ ...to, topic: `${lane} ${i}` }), lanes[lane]!);
            if (turns[i] === true) world.endTurn();
          });
          world.settle();
          for (const id of players) {
            for (const lane of ['0', '1']) {
              const own = world.topics(world.find(id)!).filter((topic) => topic.startsWith(lane));
              const order = own.map((topic) => Number(topic.slice(2)));
              assert.deepEqual(
                order,
                order.toSorted((a, b) => a - b),
              );
              const expected = pushes.filter(([its, { target }]) => String(its) === lane && isFor(target, id)).length;
              assert.equal(own.length, expected);
            }
          }
        }),
        { numRuns: 20 },
      );
    }).timeout(0);
  });

  it('refuses all once the gateway drains, and says when those under way are done', async () => {
    for (let i = 0; i < 2_000; i++) world.live(`p${i}`);
    const sender = world.push(toZone('north'));
    let done = false;
    const refused = world.service.refuse().then(() => (done = true));
    assert.deepEqual(said(world.push()), [{ outcome: REFUSED, code: 503 }]);
    assert.equal(world.service.kick({ playerId: 'p0', sessionId: '', message: '', mayResume: false }).code, 503);
    await Promise.resolve();
    assert.equal(done, false);
    world.settle();
    await refused;
    assert.deepEqual(said(sender), [{ outcome: DELIVERED, receivers: 2_000, delivered: 2_000 }]);
  });

  function isFor(target: Target | null | undefined, id: string): boolean {
    if (target?.kind === 'playerId') return target.playerId === id;
    return target?.kind !== 'zone' || target.zone === 'north';
  }
});
