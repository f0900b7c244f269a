import assert from 'node:assert/strict';
import { Metadata, status as Status } from '@grpc/grpc-js';
import { systemClock } from '../../lib/clock.js';
import { GatesvrError, type ErrorName } from '../../lib/errors.js';
import { methods, type LoginReply } from '../../lib/protocol/upstream-codec.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { UpstreamManager, type UpstreamOptions } from '../../lib/upstream/upstream-manager.js';
import { TestService, type RawDone, type RawHandler } from './test-service.js';

describe('Login and Logout', () => {
  const stops: (() => void)[] = [];
  let login: RawHandler;
  let logout: RawHandler;
  let hello: TestService;

  beforeEach(async () => {
    login = (_, done) =>
      done(null, methods.login.encodeReply({ playerId: 'alice', zone: 'plains', roles: ['player'] }));
    logout = (_, done) => done(null, methods.logout.encodeReply({}));
    hello = await new TestService({
      [methods.login.path]: (call, done) => login(call, done),
      [methods.logout.path]: (call, done) => logout(call, done),
    }).start();
    stops.push(() => hello.kill());
  });

  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  function manager(options: Partial<UpstreamOptions> = {}): UpstreamManager {
    const made = new UpstreamManager({
      services: { hello: { addresses: [hello.address], balance: 'round-robin' } },
      helloService: 'hello',
      maxFrameBytes: 1 << 20,
      clock: systemClock,
      wheel: new TimerWheel(systemClock, 10),
      ...options,
    });
    made.start();
    stops.push(() => made.stop());
    return made;
  }

  it('brings what Hello says of a player', async () => {
    let seen = new Uint8Array();
    const answer = login;
    login = (call, done) => {
      seen = new Uint8Array(call.request);
      answer(call, done);
    };
    const reply: LoginReply = await manager().login({ token: 'secret', peerAddress: '192.0.2.1' });
    assert.equal(reply.playerId, 'alice');
    assert.equal(reply.zone, 'plains');
    assert.deepEqual(reply.roles, ['player']);
    const request = methods.login.decodeRequest(seen);
    assert.deepEqual([request.token, request.peerAddress], ['secret', '192.0.2.1']);
  });

  const refusals: [string, RawHandler, ErrorName][] = [
    ['UNAUTHENTICATED', (_, done) => refuse(done, Status.UNAUTHENTICATED), 'UNAUTHENTICATED'],
    ['PERMISSION_DENIED', (_, done) => refuse(done, Status.PERMISSION_DENIED), 'UNAUTHENTICATED'],
    ['INTERNAL', (_, done) => refuse(done, Status.INTERNAL), 'LOGIN_UNAVAILABLE'],
    ['UNIMPLEMENTED', (_, done) => refuse(done, Status.UNIMPLEMENTED), 'LOGIN_UNAVAILABLE'],
    ['bytes that are no reply', (_, done) => done(null, new Uint8Array([0xff, 0xff])), 'LOGIN_UNAVAILABLE'],
    ['a reply that names no player', (_, done) => done(null, methods.login.encodeReply({})), 'LOGIN_UNAVAILABLE'],
    [
      'data over 48 KiB',
      (_, done) => done(null, methods.login.encodeReply({ playerId: 'a', data: new Uint8Array(48 * 1024 + 1) })),
      'LOGIN_UNAVAILABLE',
    ],
  ];
  for (const [what, handler, error] of refusals) {
    it(`takes ${what} for ${error}, and tells no internals`, async () => {
      login = handler;
      await assert.rejects(manager().login({ token: 't' }), (thrown) => {
        assert.ok(thrown instanceof GatesvrError);
        assert.equal(thrown.error, error);
        assert.doesNotMatch(thrown.message, /secret/);
        return true;
      });
    });
  }

  it('takes exactly 48 KiB of data', async () => {
    const data = new Uint8Array(48 * 1024);
    login = (_, done) => done(null, methods.login.encodeReply({ playerId: 'a', data }));
    assert.equal((await manager().login({})).data.length, data.length);
  });

  it('gives up at the deadline', async () => {
    login = () => undefined;
    await assert.rejects(manager({ loginTimeoutMs: 100 }).login({}), isUnavailable);
  });

  it('is not possible while Hello cannot be reached, or none is configured', async () => {
    hello.kill();
    const unreachable = manager({ connectTimeoutMs: 50 });
    await assert.rejects(unreachable.login({}), isUnavailable);
    assert.equal(unreachable.problem('hello'), 'no instance can be reached');
    await assert.rejects(manager({ helloService: 'other' }).login({}), isUnavailable);
  });

  it('waits for a Hello that comes up in time', async () => {
    hello.kill();
    const reply = manager({ connectTimeoutMs: 60_000, loginTimeoutMs: 60_000 }).login({});
    await hello.start();
    assert.equal((await reply).playerId, 'alice');
  });

  it('ends logins that wait when the gateway stops', async () => {
    hello.kill();
    const stopping = manager({ connectTimeoutMs: 60_000 });
    const reply = stopping.login({});
    stopping.stop();
    await assert.rejects(reply, isUnavailable);
  });

  it('asks no more than 1,024 times at once', async () => {
    const waiting: RawDone[] = [];
    login = (_, done) => waiting.push(done);
    const busy = manager();
    const replies = Array.from({ length: 1024 }, () => busy.login({}));
    await assert.rejects(busy.login({}), isUnavailable);
    while (waiting.length < replies.length) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const done of waiting) done(null, methods.login.encodeReply({ playerId: 'alice' }));
    await Promise.all(replies);
  });

  it('tells Hello who has left, and logs what goes wrong without throwing', async () => {
    const told = new Promise<Uint8Array>((resolve) => {
      logout = (call, done) => {
        resolve(call.request);
        refuse(done, Status.INTERNAL);
      };
    });
    await new Promise<void>((resolve) => {
      const log = { info: () => undefined, error: () => undefined, warn: () => resolve() };
      manager({ log }).logout({ playerId: 'alice', epoch: 'e', reason: 'kicked' });
    });
    assert.equal(methods.logout.decodeRequest(await told).playerId, 'alice');
  });
});

function refuse(done: RawDone, code: Status): void {
  done({ code, details: 'secret at 10.0.0.7', metadata: new Metadata() });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof GatesvrError && error.error === 'LOGIN_UNAVAILABLE';
}
