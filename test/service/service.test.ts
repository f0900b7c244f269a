import assert from 'node:assert/strict';
import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { createService, ServiceError } from '../../lib/service/service.js';
import { GatesvrError } from '../../lib/errors.js';
import { methods } from '../../lib/protocol/upstream-codec.js';
import { GrpcCaller } from './grpc-caller.js';
import type { Service, ServiceOptions } from '../../lib/service/service.js';
import type { UpstreamRequestInit } from '../../lib/protocol/upstream-codec.js';

describe('a service', () => {
  const services: Service[] = [];
  const callers: GrpcCaller[] = [];
  const logged: string[] = [];

  async function serve(options: Omit<ServiceOptions, 'name'>): Promise<{ service: Service; caller: GrpcCaller }> {
    const log = {
      error(message: string, cause: unknown): void {
        logged.push(`${message}: ${String(cause)}`);
      },
    };
    const service = createService({ name: 'test', log, ...options });
    services.push(service);
    const caller = new GrpcCaller(await service.start('127.0.0.1:0'));
    callers.push(caller);
    return { service, caller };
  }

  afterEach(async () => {
    for (const caller of callers.splice(0)) caller.close();
    await Promise.all(services.splice(0).map((service) => service.stop({ limitMs: 0 })));
    logged.splice(0);
  });

  it('gives the handler everything the gateway said about the request', async () => {
    const { caller } = await serve({
      actions: {
        look: (request) => ({
          json: {
            action: request.action,
            playerId: request.playerId,
            sessionId: request.sessionId,
            zone: request.zone,
            roles: request.roles,
            epoch: request.epoch,
            clientSeq: request.clientSeq,
            idempotencyKey: request.idempotencyKey,
            headers: request.headers,
            remainingMs: request.remainingMs,
            payload: request.json(),
          },
        }),
      },
    });
    const answer = await caller.process({
      ...request('look', '{"x":1}'),
      playerId: 'ann',
      sessionId: 's1',
      zone: 'north',
      roles: ['admin'],
      headers: { lang: 'en' },
      remainingMs: 30_000,
    });
    assert.equal(answer.code, 200);
    assert.deepEqual(JSON.parse(textOf(answer.payload)), {
      action: 'look',
      playerId: 'ann',
      sessionId: 's1',
      zone: 'north',
      roles: ['admin'],
      epoch: 'e',
      clientSeq: 7,
      idempotencyKey: 'e/7',
      headers: { lang: 'en' },
      remainingMs: 30_000,
      payload: { x: 1 },
    });
  });

  it('answers with the code, message, headers and notifies the handler gives, and with the id it was asked under', async () => {
    const { caller } = await serve({
      actions: {
        all: () => ({
          code: 201,
          message: 'made',
          headers: { a: 'b' },
          text: 'body',
          before: [
            { topic: 'one', json: { n: 1 }, id: 'n1', headers: { h: '1' } },
            { topic: 'two', text: 'x' },
          ],
          after: [{ topic: 'three', payload: Uint8Array.of(1, 2) }],
        }),
      },
    });
    const answer = await caller.process({ ...request('all'), id: 12 });
    const notifies = (list: typeof answer.before): unknown[] =>
      list.map(({ topic, payload, id, headers }) => ({ topic, payload: textOf(payload), id, headers: { ...headers } }));
    assert.deepEqual(
      [answer.id, answer.code, answer.message, { ...answer.headers }, textOf(answer.payload)],
      [12, 201, 'made', { a: 'b' }, 'body'],
    );
    assert.deepEqual(notifies(answer.before), [
      { topic: 'one', payload: '{"n":1}', id: 'n1', headers: { h: '1' } },
      { topic: 'two', payload: 'x', id: '', headers: {} },
    ]);
    assert.deepEqual(notifies(answer.after), [{ topic: 'three', payload: '\u0001\u0002', id: '', headers: {} }]);
  });

  it('answers 200 without payload when the handler returns nothing', async () => {
    const { caller } = await serve({ actions: { nothing: () => undefined } });
    const answer = await caller.process(request('nothing'));
    assert.deepEqual([answer.code, answer.payload.length], [200, 0]);
  });

  it('answers 404 to an action it does not have, names of Object.prototype among them', async () => {
    const { caller } = await serve({ actions: { echo: () => undefined } });
    for (const action of ['other', '', 'constructor', '__proto__']) {
      assert.equal((await caller.process(request(action))).code, 404, action);
    }
  });

  it('hands every action to the one handler when it was made with one', async () => {
    const { caller } = await serve({ handler: (asked) => ({ text: asked.action }) });
    assert.equal(textOf((await caller.process(request('anything'))).payload), 'anything');
  });

  it('runs the wrapper around every request, unknown actions included', async () => {
    const seen: string[] = [];
    const { caller } = await serve({
      actions: { echo: (asked) => ({ payload: asked.payload }) },
      wrap: (handler) => async (asked, context) => {
        try {
          const reply = await handler(asked, context);
          seen.push(`${asked.action} answered`);
          return reply;
        } catch (error) {
          seen.push(`${asked.action} ${error instanceof ServiceError ? error.code : 'failed'}`);
          throw error;
        }
      },
    });
    await caller.process(request('echo', 'x'));
    await caller.process(request('other'));
    assert.deepEqual(seen, ['echo answered', 'other 404']);
  });

  it('answers with the code and message of a ServiceError, thrown or rejected', async () => {
    const { caller } = await serve({
      actions: {
        thrown: () => {
          throw new ServiceError(409, 'taken');
        },
        rejected: () => Promise.reject(new ServiceError(1234, 'own code')),
      },
    });
    const thrown = await caller.process(request('thrown'));
    const rejected = await caller.process(request('rejected'));
    assert.deepEqual([thrown.code, thrown.message], [409, 'taken']);
    assert.deepEqual([rejected.code, rejected.message], [1234, 'own code']);
    assert.deepEqual(logged, []);
  });

  it('answers 500 without internals to any other throw, logs it, and goes on', async () => {
    const { caller } = await serve({
      actions: {
        bug: () => {
          throw new Error('secret detail');
        },
        odd: () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- handlers in plain JavaScript do
          throw 'a string';
        },
        echo: (asked) => ({ payload: asked.payload }),
      },
    });
    const answer = await caller.process(request('bug'));
    assert.deepEqual([answer.code, answer.message], [500, 'the service failed']);
    assert.match(logged[0]!, /^test: bug failed for request e\/7: Error: secret detail/);
    assert.equal((await caller.process(request('odd'))).code, 500);
    assert.equal((await caller.process(request('echo'))).code, 200);
  });

  it('answers 500 and says why in the log when the reply cannot be sent', async () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const { caller } = await serve({
      maxMessageBytes: 1 << 20,
      actions: {
        code: () => ({ code: 0 }),
        errorCode: () => {
          throw new ServiceError(Number.NaN, 'no code');
        },
        two: () => ({ text: 'x', json: 1 }),
        cycle: () => ({ json: cycle }),
        function: () => ({ json: () => 1 }),
        topic: () => ({ before: [{ topic: 'gatesvr.zone' }] }),
        large: () => ({ payload: new Uint8Array(1 << 20) }),
      },
    });
    const reasons = {
      code: /not an integer/,
      errorCode: /not an integer/,
      two: /only one of/,
      cycle: /circular/,
      function: /JSON does not have/,
      topic: /topic of a notify/,
      large: /the limit is 1048576/,
    };
    for (const [action, reason] of Object.entries(reasons)) {
      assert.equal((await caller.process(request(action))).code, 500, action);
      assert.match(logged.pop()!, reason);
    }
  });

  it('answers 400 to a payload that is not the text or JSON the handler asks for', async () => {
    const { caller } = await serve({
      actions: {
        json: (asked) => ({ json: asked.json() ?? 'none' }),
        text: (asked) => ({ text: asked.text() }),
      },
    });
    assert.equal((await caller.process(request('json', '{"x"'))).code, 400);
    assert.equal((await caller.process({ ...request('json'), payload: Uint8Array.of(0xff) })).code, 400);
    assert.equal((await caller.process({ ...request('text'), payload: Uint8Array.of(0xff) })).code, 400);
    assert.equal(textOf((await caller.process(request('json'))).payload), '"none"');
    assert.deepEqual(logged, []);
  });

  it('answers 400, with what is wrong, to a payload that the handler’s own reader refuses', async () => {
    const { caller } = await serve({
      actions: {
        typed: (asked) => {
          const amount = asked.json((value) => {
            if (typeof value !== 'number') throw new Error('a number, please');
            return value;
          });
          return { json: amount.toFixed(2) };
        },
        bytes: (asked) => ({
          json: asked.decode((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint16(0)),
        }),
        refusing: (asked) => ({
          json: asked.decode(() => {
            throw new ServiceError(409, 'not now');
          }),
        }),
      },
    });
    assert.equal(textOf((await caller.process(request('typed', '1.5'))).payload), '"1.50"');
    const { code, message } = await caller.process(request('typed', '"1.5"'));
    assert.deepEqual([code, message], [400, 'the payload is not what typed takes: a number, please']);
    const bytes = { ...request('bytes'), payload: Uint8Array.of(1, 2) };
    assert.equal(textOf((await caller.process(bytes)).payload), '258');
    assert.equal((await caller.process({ ...bytes, payload: Uint8Array.of(1) })).code, 400);
    assert.equal((await caller.process(request('refusing'))).code, 409);
    assert.deepEqual(logged, []);
  });

  it('aborts the signal when the gateway cancels', async () => {
    const { started, aborted, actions } = waiting();
    const { caller, service } = await serve({ actions });
    const call = caller.call(methods.process, request('wait'));
    await started;
    assert.equal(service.inFlight, 1);
    call.cancel();
    await assert.rejects(call.reply, { code: status.CANCELLED });
    assert.equal(await aborted, 'the gateway cancelled');
  });

  it('aborts the signal when the remaining time is over', async () => {
    const { aborted, actions } = waiting();
    const { caller } = await serve({ actions });
    const answer = await caller.process({ ...request('wait'), remainingMs: 20 });
    assert.equal(await aborted, 'the deadline passed');
    assert.equal(answer.code, 499);
  });

  it('leaves the signal alone once the handler has answered', async () => {
    let signal: AbortSignal | undefined;
    const { caller, service } = await serve({
      actions: {
        quick: (_asked, context) => {
          signal = context.signal;
          return undefined;
        },
      },
    });
    await caller.process({ ...request('quick'), remainingMs: 60_000 });
    await service.stop();
    assert.equal(signal?.aborted, false);
  });

  it('answers 503 above the number of requests it takes at once, and takes the next when one is done', async () => {
    const { started, release, actions } = waiting();
    const { caller } = await serve({ maxInFlight: 1, actions });
    const first = caller.process(request('wait'));
    await started;
    assert.equal((await caller.process(request('wait'))).code, 503);
    release();
    assert.equal((await first).code, 200);
    assert.equal((await caller.process(request('wait'))).code, 200);
  });

  it('refuses a message over the limit, takes one under it', async () => {
    const { caller } = await serve({
      maxMessageBytes: 1 << 20,
      actions: { size: (asked) => ({ json: asked.payload.length }) },
    });
    await assert.rejects(caller.process({ ...request('size'), payload: new Uint8Array(1 << 20) }), {
      code: status.RESOURCE_EXHAUSTED,
    });
    const answer = await caller.process({ ...request('size'), payload: new Uint8Array((1 << 20) - 1024) });
    assert.equal(textOf(answer.payload), String((1 << 20) - 1024));
  });

  it('survives bytes that are not a request', async () => {
    const { caller } = await serve({ actions: { echo: (asked) => ({ payload: asked.payload }) } });
    const rubbish = caller.raw(methods.process.path, Uint8Array.of(0xff, 0xff, 0xff), (bytes) => bytes);
    await assert.rejects(rubbish.reply, { code: status.INTERNAL });
    assert.equal((await caller.process(request('echo'))).code, 200);
  });

  it('says UNIMPLEMENTED to what it does not serve', async () => {
    const { caller } = await serve({ actions: {} });
    await assert.rejects(caller.login({ token: 't' }), { code: status.UNIMPLEMENTED });
    const tunnel = caller.raw('/gatesvr.upstream.v1.Upstream/Tunnel', new Uint8Array(0), (bytes) => bytes);
    await assert.rejects(tunnel.reply, { code: status.UNIMPLEMENTED });
  });

  it('tells its status', async () => {
    const { started, release, actions } = waiting();
    const { caller } = await serve({ version: '1.2', actions });
    const call = caller.process(request('wait'));
    await started;
    assert.deepEqual({ ...(await caller.getStatus()) }, { serving: true, name: 'test', version: '1.2', inFlight: 1 });
    release();
    await call;
    assert.equal((await caller.getStatus()).inFlight, 0);
  });

  describe('that stops', () => {
    it('lets requests under way finish and takes no more', async () => {
      const { started, release, actions } = waiting();
      const { caller, service } = await serve({ actions });
      const call = caller.process(request('wait'));
      await started;
      const stopped = service.stop({ limitMs: 60_000 });
      assert.equal(service.stop(), stopped);
      await assert.rejects(caller.process(request('wait')), { code: status.UNAVAILABLE });
      release();
      assert.equal((await call).code, 200);
      await stopped;
    });

    it('aborts what still runs at the limit', async () => {
      const { started, aborted, actions } = waiting();
      const { caller, service } = await serve({ actions });
      const call = caller.process(request('wait'));
      const settled = Promise.allSettled([call]);
      await started;
      await service.stop({ limitMs: 1 });
      assert.equal(await aborted, 'the service stops');
      await settled;
    });

    it('frees its port', async () => {
      const first = createService({ name: 'first', actions: {} });
      const port = await first.start('127.0.0.1:0');
      await first.stop();
      const second = createService({ name: 'second', actions: {} });
      services.push(second);
      assert.equal(await second.start(`127.0.0.1:${port}`), port);
    });
  });

  it('says which address is in use', async () => {
    const taken = createService({ name: 'second', actions: {} });
    services.push(taken);
    const first = createService({ name: 'first', actions: {} });
    services.push(first);
    const port = await first.start('127.0.0.1:0');
    await assert.rejects(taken.start(`127.0.0.1:${port}`), (error: unknown) => {
      assert.ok(error instanceof GatesvrError);
      assert.equal(error.error, 'LISTEN_FAILED');
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
      return true;
    });
  });

  describe('that logs players in', () => {
    it('answers who is behind the token', async () => {
      const { caller } = await serve({
        hello: {
          login: (asked) => ({
            playerId: asked.token,
            zone: 'north',
            roles: ['a', 'b'],
            data: Uint8Array.of(1),
            expiresInMs: 5000,
          }),
        },
      });
      const reply = await caller.login({ token: 'ann' });
      assert.deepEqual(
        [reply.playerId, reply.zone, reply.roles, [...reply.data], reply.expiresInMs],
        ['ann', 'north', ['a', 'b'], [1], 5000],
      );
    });

    it('refuses with UNAUTHENTICATED or PERMISSION_DENIED, and says UNAVAILABLE or INTERNAL when it cannot tell', async () => {
      const { caller } = await serve({
        hello: {
          login: ({ token }) => {
            if (token === 'bug') throw new Error('secret detail');
            if (token === 'empty') return { playerId: '' };
            if (token === 'large') return { playerId: 'ann', data: new Uint8Array(48 * 1024 + 1) };
            throw new ServiceError(Number(token), `said ${token}`);
          },
        },
      });
      await assert.rejects(caller.login({ token: '401' }), { code: status.UNAUTHENTICATED, details: 'said 401' });
      await assert.rejects(caller.login({ token: '403' }), { code: status.PERMISSION_DENIED, details: 'said 403' });
      await assert.rejects(caller.login({ token: '503' }), { code: status.UNAVAILABLE, details: 'said 503' });
      assert.deepEqual(logged, []);
      for (const token of ['bug', 'empty', 'large']) {
        await assert.rejects(caller.login({ token }), { code: status.INTERNAL, details: 'login failed' });
      }
      assert.equal(logged.length, 3);
    });

    it('is told of logouts', async () => {
      const told: unknown[] = [];
      const { caller } = await serve({
        hello: {
          login: () => ({ playerId: 'x' }),
          logout: ({ playerId, epoch, reason }) => void told.push([playerId, epoch, reason]),
        },
      });
      await caller.logout({ playerId: 'ann', epoch: 'e', reason: 'kicked' });
      assert.deepEqual(told, [['ann', 'e', 'kicked']]);
    });
  });
});

function request(action: string, payload = ''): UpstreamRequestInit {
  return { action, payload: new TextEncoder().encode(payload), epoch: 'e', clientSeq: 7 };
}

function textOf(payload: Uint8Array): string {
  return new TextDecoder().decode(payload);
}

/** An action `wait` that answers 200 when released, 499 when its signal aborts. */
function waiting(): {
  started: Promise<undefined>;
  aborted: Promise<string>;
  release: () => void;
  actions: NonNullable<ServiceOptions['actions']>;
} {
  const started = deferred();
  const aborted = deferred<string>();
  const released = deferred();
  return {
    started: started.promise,
    aborted: aborted.promise,
    release: released.resolve,
    actions: {
      wait: async (_asked, { signal }) => {
        started.resolve();
        const abort = once(signal, 'abort').then(() => {
          aborted.resolve((signal.reason as Error).message);
          return 499;
        });
        return { code: await Promise.race([abort, released.promise.then(() => 200)]) };
      },
    },
  };
}

function deferred<T = undefined>(): { promise: Promise<T>; resolve: (value?: T) => void } {
  let settle: ((value: T) => void) | undefined;
  const promise = new Promise<T>((resolve) => (settle = resolve));
  return { promise, resolve: (value) => settle?.(value as T) };
}
