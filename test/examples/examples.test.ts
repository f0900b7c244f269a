import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { SignJWT, UnsecuredJWT } from 'jose';
import { createBusiness } from '../../examples/business/business.js';
import { createHello } from '../../examples/hello/hello.js';
import { Ledger } from '../../examples/ledger/ledger.js';
import { readLedger } from '../../examples/ledger/ledger-reader.js';
import { createZone } from '../../examples/zone/zone.js';
import { methods } from '../../lib/protocol/upstream-codec.js';
import { GrpcCaller } from '../service/grpc-caller.js';
import { isPushEntry, type RequestEntry } from '../../examples/ledger/entry.js';
import type { UpstreamRequestInit, UpstreamResponse } from '../../lib/protocol/upstream-codec.js';
import type { Service } from '../../lib/service/service.js';

const secret = 'a secret of the tests, long enough for HS256';

describe('the example services', () => {
  let directory: string;
  let caller: GrpcCaller;
  let service: Service;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-examples-'));
  });

  afterEach(async () => {
    caller.close();
    await service.stop();
    rmSync(directory, { recursive: true });
  });

  async function serve(create: (ledger: Ledger) => Service): Promise<void> {
    service = create(new Ledger('example', directory));
    caller = new GrpcCaller(await service.start('127.0.0.1:0'));
  }

  async function ledger(): Promise<RequestEntry[]> {
    const entries: RequestEntry[] = [];
    for await (const entry of readLedger(directory)) if (!isPushEntry(entry)) entries.push(entry);
    return entries;
  }

  describe('hello', () => {
    beforeEach(() => serve((ledger) => createHello(secret, ledger)));

    it('logs in the subject of a token with its zone and roles, until the token expires', async () => {
      const reply = await caller.login({ token: await sign({ zone: 'north', roles: ['admin'] }, { expires: '1h' }) });
      assert.deepEqual([reply.playerId, reply.zone, reply.roles], ['ann', 'north', ['admin']]);
      assert.ok(reply.expiresInMs > 3_500_000 && reply.expiresInMs <= 3_600_000);
      assert.deepEqual(jsonOf(reply.data), { greeting: 'hello, ann' });
      const [entry] = await ledger();
      assert.deepEqual([entry?.event, entry?.player], ['login', 'ann']);
    });

    it('puts a player whose token names no zone into the lobby, for as long as the gateway allows', async () => {
      const reply = await caller.login({ token: await sign({}) });
      assert.deepEqual([reply.zone, reply.roles, reply.expiresInMs], ['lobby', [], 0]);
    });

    const refused: Record<string, () => Promise<string> | string> = {
      'no token': () => '',
      'a token that is no JWT': () => 'ann',
      'another key': () => sign({}, { key: 'another secret, long enough for HS256 too' }),
      'no signature': () => new UnsecuredJWT({}).setSubject('ann').encode(),
      'an expired token': () => sign({}, { expires: '-1s' }),
      'a token without subject': () => sign({}, { subject: '' }),
      'a subject that is no name': () => sign({}, { subject: 'ann\n' }),
      'a zone that is no name': () => sign({ zone: 7 }),
      'roles that are no list of names': () => sign({ roles: [1] }),
    };
    for (const [what, token] of Object.entries(refused)) {
      it(`refuses ${what}`, async () => {
        await assert.rejects(caller.login({ token: await token() }), { code: status.UNAUTHENTICATED });
        assert.deepEqual(await ledger(), []);
      });
    }

    it('keeps logouts in its ledger', async () => {
      await caller.logout({ playerId: 'ann', epoch: 'e', reason: 'expired' });
      const [entry] = await ledger();
      assert.deepEqual([entry?.event, entry?.player, entry?.key, entry?.action], ['logout', 'ann', 'e', 'expired']);
    });

    it('does not start with a secret that is too short', () => {
      assert.throws(() => createHello('short', new Ledger('hello', undefined)), /HELLO_TOKEN_SECRET/);
    });
  });

  describe('business', () => {
    beforeEach(() => serve(createBusiness));

    it('echoes any bytes, tells the time and adds numbers', async () => {
      const bytes = Uint8Array.of(0, 255, 7);
      assert.deepEqual([...(await caller.process({ ...request('echo'), payload: bytes })).payload], [...bytes]);
      const { time } = jsonOf((await caller.process(request('time'))).payload) as { time: string };
      assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
      assert.deepEqual(jsonOf((await caller.process(request('sum', [1, 2, 3.5]))).payload), { sum: 6.5 });
    });

    it('answers between as many notifies as asked for, each with its id and place', async () => {
      const answer = await caller.process(request('around', { before: 2, after: 1 }));
      const key = 'e/1';
      assert.deepEqual(jsonOf(answer.payload), { key, before: 2, after: 1 });
      assert.deepEqual(notifies(answer.before), [
        ['business.before', 'e/1/before/1', { key, place: 'before', number: 1, of: 2 }],
        ['business.before', 'e/1/before/2', { key, place: 'before', number: 2, of: 2 }],
      ]);
      assert.deepEqual(notifies(answer.after), [
        ['business.after', 'e/1/after/1', { key, place: 'after', number: 1, of: 1 }],
      ]);
    });

    it('counts the requests of each player', async () => {
      const count = async (playerId: string): Promise<unknown> =>
        jsonOf((await caller.process({ ...request('count'), playerId })).payload);
      assert.deepEqual(await count('ann'), { count: 1 });
      assert.deepEqual(await count('ann'), { count: 2 });
      assert.deepEqual(await count('bob'), { count: 1 });
    });

    it('fails as asked', async () => {
      const asked = await caller.process(request('fail', { code: 409, message: 'taken' }));
      assert.deepEqual([asked.code, asked.message], [409, 'taken']);
      assert.equal((await caller.process(request('fail'))).code, 500);
    });

    it('answers slowly, and stops when nobody waits any more', async () => {
      assert.deepEqual(jsonOf((await caller.process(request('slow', { ms: 5 }))).payload), { ms: 5 });
      const call = caller.call(methods.process, request('slow', { ms: 600_000 }));
      const settled = assert.rejects(call.reply, { code: status.CANCELLED });
      while (service.inFlight === 0) await caller.getStatus();
      call.cancel();
      await settled;
      while (service.inFlight > 0) await caller.getStatus();
      const last = (await ledger()).at(-1);
      assert.deepEqual([last?.event, last?.code, last?.abandoned], ['answered', 499, true]);
    });

    it('answers 400 to payloads that are not what the action takes', async () => {
      const wrong: [string, unknown][] = [
        ['sum', { a: 1 }],
        ['sum', [1, 'x']],
        ['around', { before: 33 }],
        ['around', { after: 1.5 }],
        ['around', [1]],
        ['slow', { ms: -1 }],
        ['slow', 'x'],
        ['fail', { code: 'x' }],
      ];
      for (const [action, payload] of wrong) {
        assert.equal((await caller.process(request(action, payload))).code, 400, JSON.stringify([action, payload]));
      }
    });

    it('writes what it received and answered into its ledger, in this order', async () => {
      await caller.process({ ...request('around', { before: 1, after: 1 }), playerId: 'ann' });
      await caller.process(request('nothing'));
      const entries = await ledger();
      assert.deepEqual(
        entries.map(({ event, player, key, action, code, before, after }) => [
          event,
          player,
          key,
          action,
          code,
          before,
          after,
        ]),
        [
          ['received', 'ann', 'e/1', 'around', 0, [], []],
          ['answered', 'ann', 'e/1', 'around', 200, ['e/1/before/1'], ['e/1/after/1']],
          ['received', '', 'e/1', 'nothing', 0, [], []],
          ['answered', '', 'e/1', 'nothing', 404, [], []],
        ],
      );
      assert.ok(entries.every(({ service, pid, at }) => service === 'example' && pid === process.pid && at > 0));
    });
  });

  describe('zone', () => {
    beforeEach(() => serve(createZone));

    it('tells a player where it is', async () => {
      const answer = await caller.process({ ...request('zone.where'), playerId: 'ann', zone: 'north' });
      assert.deepEqual(jsonOf(answer.payload), { zone: 'north', player: 'ann' });
    });

    it('rolls a die between two notifies', async () => {
      const answer = await caller.process({ ...request('zone.roll', { sides: 2 }), playerId: 'ann', zone: 'north' });
      const { rolled } = jsonOf(answer.payload) as { rolled: number };
      assert.ok(rolled === 1 || rolled === 2);
      const common = { key: 'e/1', zone: 'north', player: 'ann' };
      assert.deepEqual(notifies(answer.before), [['zone.rolling', 'e/1/before/1', { ...common, place: 'before' }]]);
      assert.deepEqual(notifies(answer.after), [['zone.rolled', 'e/1/after/1', { ...common, place: 'after', rolled }]]);
    });

    it('answers 400 to a die that it does not have', async () => {
      for (const sides of [1, 1001, 2.5, '6', null]) {
        assert.equal((await caller.process(request('zone.roll', { sides }))).code, 400, String(sides));
      }
    });
  });
});

function request(action: string, payload?: unknown): UpstreamRequestInit {
  const bytes = new TextEncoder().encode(payload === undefined ? '' : JSON.stringify(payload));
  return { action, payload: bytes, epoch: 'e', clientSeq: 1 };
}

function jsonOf(payload: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(payload));
}

function notifies(list: UpstreamResponse['before']): unknown[] {
  return list.map(({ topic, id, payload }) => [topic, id, jsonOf(payload)]);
}

interface SignOptions {
  readonly key?: string;
  readonly subject?: string;
  readonly expires?: string;
}

function sign(claims: Record<string, unknown>, options: SignOptions = {}): Promise<string> {
  const { key = secret, subject = 'ann', expires } = options;
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setSubject(subject);
  if (expires !== undefined) token.setExpirationTime(expires);
  return token.sign(new TextEncoder().encode(key));
}
