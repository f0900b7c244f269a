import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBusiness } from '../../examples/business/business.js';
import { Scoreboard } from '../../examples/business/scoreboard.js';
import { Herald } from '../../examples/herald/herald.js';
import { digest, Ledger } from '../../examples/ledger/ledger.js';
import { readLedger } from '../../examples/ledger/ledger-reader.js';
import { isPushEntry, type LedgerEntry, type PushEntry } from '../../examples/ledger/entry.js';
import { createZone } from '../../examples/zone/zone.js';
import { GrpcCaller } from '../service/grpc-caller.js';
import { RecordedGateway } from './recorded-gateway.js';
import type { UpstreamResponse } from '../../lib/protocol/upstream-codec.js';
import type { Push, Service } from '../../lib/service/service.js';

describe('what the example services push', () => {
  let directory: string;
  let gateway: RecordedGateway;
  let ledger: Ledger;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-pushing-'));
    gateway = new RecordedGateway();
    ledger = new Ledger('example', directory);
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  async function written(): Promise<LedgerEntry[]> {
    const entries: LedgerEntry[] = [];
    for await (const entry of readLedger(directory)) entries.push(entry);
    return entries;
  }

  async function pushEntries(): Promise<PushEntry[]> {
    return (await written()).filter(isPushEntry);
  }

  describe('the herald', () => {
    it('names each push, numbers it, and writes it down before it is made', async () => {
      const herald = new Herald('zone', ledger, gateway);
      let early: LedgerEntry[] = [];
      gateway.onPush = async () => {
        early = await written();
      };
      await herald.push({ to: { zone: 'north' }, topic: 't', json: { a: 1 }, class: 'latest', ttlMs: 50 });
      const id = `push/${herald.sender}/1`;
      assert.deepEqual(early, [
        {
          ...{ service: 'example', pid: process.pid, at: early[0]?.at },
          event: 'pushing',
          id,
          sender: herald.sender,
          number: 1,
          target: 'zone',
          to: 'north',
          onlineOnly: false,
          topic: 't',
          class: 'latest',
          key: 't',
          ttlMs: 50,
          boundTo: '',
          place: '',
          digest: digest(new TextEncoder().encode('{"a":1}')),
        },
      ]);
      assert.equal(gateway.pushes[0]?.id, id);
      assert.match(herald.sender, /^zone-[0-9a-f]{8}$/);
    });

    it('writes down the answer and what is heard later', async () => {
      gateway.answer = { outcome: 'kept', receivers: 3 };
      const herald = new Herald('zone', ledger, gateway);
      const { id } = await herald.push({ to: { everyone: true, onlineOnly: true }, topic: 't' });
      gateway.receipt({ id, kind: 'acknowledged', playerId: 'ann' });
      const [pushing, pushed, receipt] = await pushEntries();
      assert.ok(pushing?.event === 'pushing' && pushed?.event === 'pushed' && receipt?.event === 'receipt');
      assert.deepEqual([pushing.target, pushing.onlineOnly], ['everyone', true]);
      assert.deepEqual([pushed.id, pushed.outcome, pushed.receivers], [id, 'kept', 3]);
      assert.deepEqual([receipt.id, receipt.kind, receipt.player], [id, 'acknowledged', 'ann']);
    });

    it('says a push twice with one id, and writes down both answers', async () => {
      const herald = new Herald('zone', ledger, gateway);
      await herald.push({ to: { session: 's' }, topic: 't', text: 'x' }, { owner: 'ann', twice: true });
      assert.equal(gateway.pushes.length, 2);
      assert.equal(gateway.pushes[0]?.id, gateway.pushes[1]?.id);
      const entries = await pushEntries();
      assert.deepEqual(
        entries.map(({ event }) => event),
        ['pushing', 'pushed', 'pushed'],
      );
      assert.ok(entries[0]?.event === 'pushing' && entries[0].to === 'ann');
    });

    it('answers 503 when the gateway does not answer, and writes that down', async () => {
      gateway.answer = new Error('connection lost');
      const herald = new Herald('zone', ledger, gateway);
      await assert.rejects(herald.push({ to: { player: 'ann' }, topic: 't' }), { code: 503 });
      const pushed = (await pushEntries()).at(-1);
      assert.ok(pushed?.event === 'pushed' && pushed.outcome === 'unanswered');
    });

    it('answers 503 without a gateway, and makes no push', async () => {
      const herald = new Herald('zone', ledger);
      await assert.rejects(herald.push({ to: { player: 'ann' }, topic: 't' }), { code: 503 });
      assert.throws(() => herald.mustReach(), { code: 503 });
      assert.deepEqual(await written(), []);
    });

    it('closes its gateway', async () => {
      await new Herald('zone', ledger, gateway).close();
      assert.ok(gateway.isClosed);
    });
  });

  describe('the scoreboard', () => {
    it('is pushed to everyone each round, of class latest, the best first', async () => {
      const board = new Scoreboard(new Herald('business', ledger, gateway));
      board.add('ann', 2);
      board.add('bob', 5);
      assert.equal(board.add('ann', 1), 3);
      await board.tick();
      await board.tick();
      assert.deepEqual(
        gateway.pushes.map(({ to, class: itsClass, key, topic }) => [to, itsClass, key, topic]),
        Array.from({ length: 2 }, () => [{ everyone: true }, 'latest', 'score.board', 'score.board']),
      );
      assert.deepEqual(gateway.pushes.map(jsonOf), [
        {
          round: 1,
          scores: [
            { player: 'bob', score: 5 },
            { player: 'ann', score: 3 },
          ],
        },
        {
          round: 2,
          scores: [
            { player: 'bob', score: 5 },
            { player: 'ann', score: 3 },
          ],
        },
      ]);
    });

    it('ends the game when nobody has scored for 30 rounds, and begins another with the next point', async () => {
      const board = new Scoreboard(new Herald('business', ledger, gateway));
      board.add('ann', 2);
      while (board.isOn) await board.tick();
      assert.equal(gateway.pushes.length, 30);
      board.add('bob', 1);
      await board.tick();
      assert.deepEqual(jsonOf(gateway.pushes.at(-1)!), { round: 1, scores: [{ player: 'bob', score: 1 }] });
    });

    it('shows ten places and forgets the last of more than a thousand players', () => {
      const board = new Scoreboard(new Herald('business', ledger, gateway));
      for (let n = 1; n <= 1001; n++) board.add(`player-${n}`, n);
      void board.tick();
      assert.equal((jsonOf(gateway.pushes[0]!) as { scores: unknown[] }).scores.length, 10);
      assert.equal(board.add('player-1', 1), 1);
    });
  });

  describe('in a service', () => {
    let caller: GrpcCaller;
    let service: Service;

    afterEach(async () => {
      caller.close();
      await service.stop();
    });

    async function serve(create: (ledger: Ledger, herald?: Herald) => Service, herald?: Herald): Promise<void> {
      service = create(ledger, herald);
      caller = new GrpcCaller(await service.start('127.0.0.1:0'));
    }

    async function ask(action: string, json: unknown): Promise<UpstreamResponse> {
      const identity = { playerId: 'ann', sessionId: 's', zone: 'north', epoch: 'e', clientSeq: 1 };
      return caller.process({ action, payload: new TextEncoder().encode(JSON.stringify(json)), ...identity });
    }

    it('a chat line goes to the zone of the one who says it', async () => {
      await serve(createZone, new Herald('zone', ledger, gateway));
      gateway.answer = { receivers: 4 };
      assert.deepEqual(answerOf(await ask('chat.say', { text: 'hello' })), { receivers: 4 });
      const [push] = gateway.pushes;
      assert.deepEqual([push?.to, push?.topic, push?.class], [{ zone: 'north' }, 'chat.line', undefined]);
      const { at, ...line } = jsonOf(push!) as { at: number };
      assert.deepEqual(line, { from: 'ann', text: 'hello' });
      assert.ok(Math.abs(at - Date.now()) < 60_000);
    });

    it('a position is volatile and goes to the zone', async () => {
      await serve(createZone, new Herald('zone', ledger, gateway));
      assert.equal((await ask('zone.move', { x: 0.25, y: 1 })).code, 200);
      const [push] = gateway.pushes;
      assert.deepEqual([push?.to, push?.topic, push?.class], [{ zone: 'north' }, 'zone.position', 'volatile']);
      assert.deepEqual(jsonOf(push!), { player: 'ann', x: 0.25, y: 1 });
    });

    it('the steps of an order are held around its answer before it is given', async () => {
      await serve(createBusiness, new Herald('business', ledger, gateway));
      assert.deepEqual(answerOf(await ask('order.place', { item: 'tea' })), { key: 'e/1', item: 'tea', steps: 2 });
      assert.deepEqual(
        gateway.pushes.map((push) => [push.to, push.topic, push.boundTo, push.place, jsonOf(push)]),
        [
          [{ player: 'ann' }, 'order.step', 'e/1', 'before', { text: 'tea: in the making' }],
          [{ player: 'ann' }, 'order.step', 'e/1', 'after', { text: 'tea: on its way' }],
        ],
      );
      const events = (await written()).map(({ event }) => event);
      assert.deepEqual(events, ['received', 'pushing', 'pushing', 'pushed', 'pushed', 'answered']);
    });

    it('points are counted, and the board ticks by itself', async () => {
      await serve(createBusiness, new Herald('business', ledger, gateway));
      const ticked = new Promise<void>((resolve) => {
        gateway.onPush = () => resolve();
      });
      assert.deepEqual(answerOf(await ask('score.add', { points: 7 })), { score: 7 });
      await ticked;
      assert.equal(gateway.pushes[0]?.topic, 'score.board');
    });

    it('a refusal of the gateway is the answer', async () => {
      await serve(createZone, new Herald('zone', ledger, gateway));
      gateway.answer = { outcome: 'refused', code: 507, message: 'full' };
      const { code, message } = await ask('chat.say', { text: 'hello' });
      assert.deepEqual([code, message], [507, 'full']);
    });

    it('a burst is so many pushes of the kind that was asked for', async () => {
      await serve(createBusiness, new Herald('business', ledger, gateway));
      const kinds: [object, Partial<Push>][] = [
        [{}, { to: { player: 'ann' }, class: 'reliable' }],
        [
          { name: 'bob', ttlMs: 5 },
          { to: { player: 'bob' }, ttlMs: 5 },
        ],
        [
          { to: 'session', place: 'after' },
          { to: { session: 's' }, boundTo: 'e/1', place: 'after' },
        ],
        [
          { to: 'zone', class: 'volatile' },
          { to: { zone: 'north', onlineOnly: false }, class: 'volatile' },
        ],
        [{ to: 'everyone', onlineOnly: true }, { to: { everyone: true, onlineOnly: true } }],
      ];
      for (const [input, expected] of kinds) {
        gateway.pushes.length = 0;
        const { code, payload } = await ask('push.burst', { ...input, count: 2, spreadMs: 2 });
        assert.deepEqual([code, Object.values(jsonIn(payload) as object)], [200, [2]]);
        assert.deepEqual(gateway.pushes.map(jsonOf), [
          { n: 1, of: 2 },
          { n: 2, of: 2 },
        ]);
        for (const push of gateway.pushes) assert.deepEqual({ ...push, ...expected }, push);
      }
    });

    it('a burst tells how many pushes nobody answered', async () => {
      await serve(createBusiness, new Herald('business', ledger, gateway));
      gateway.answer = new Error('connection lost');
      assert.deepEqual(answerOf(await ask('push.burst', { count: 3 })), { unanswered: 3 });
    });

    it('answers 400 to payloads that are not what the action takes', async () => {
      await serve(createZone, new Herald('zone', ledger, gateway));
      const wrong: [string, unknown][] = [
        ['chat.say', {}],
        ['chat.say', { text: ' ' }],
        ['chat.say', { text: 'x'.repeat(501) }],
        ['zone.move', { x: 2, y: 0 }],
        ['zone.move', { x: 0 }],
        ['zone.burst', { to: 'nobody' }],
        ['zone.burst', { count: 21 }],
        ['zone.burst', { class: 7 }],
        ['zone.burst', { place: 'inside' }],
        ['zone.burst', { name: '' }],
      ];
      for (const [action, payload] of wrong) {
        assert.equal((await ask(action, payload)).code, 400, JSON.stringify([action, payload]));
      }
      assert.deepEqual(gateway.pushes, []);
    });

    it('without a gateway what pushes is answered 503, and the rest works', async () => {
      await serve(createBusiness);
      for (const action of ['order.place', 'score.add', 'push.burst'])
        assert.equal((await ask(action, {})).code, 503, action);
      assert.equal((await ask('time', {})).code, 200);
    });
  });
});

function jsonIn(payload: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(payload));
}

function jsonOf(push: Push): unknown {
  return push.json;
}

function answerOf({ code, payload }: UpstreamResponse): unknown {
  assert.equal(code, 200);
  return jsonIn(payload);
}
