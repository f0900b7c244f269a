import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { AdminServer } from '../../lib/admin/admin-server.js';
import { noLog } from '../../lib/log.js';
import { BearerToken } from '../../lib/push/bearer-token.js';
import { PushWorld } from '../support/push-world.js';
import { until } from '../support/until.js';

const MAX_FRAME_BYTES = 64 * 1024;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

describe('Pushes over HTTP', () => {
  let world: PushWorld;
  let server: AdminServer;

  beforeEach(() => start());
  afterEach(() => server.stop());

  async function start(token = '', hosts: string[] = []): Promise<void> {
    world = new PushWorld({ maxFrameBytes: MAX_FRAME_BYTES });
    server = new AdminServer({
      host: '127.0.0.1',
      port: 0,
      log: noLog,
      ready: [],
      metrics: { contentType: 'text/plain', collect: () => Promise.resolve('') },
      pushes: {
        service: world.service,
        token: new BearerToken(token),
        hosts,
        maxFrameBytes: MAX_FRAME_BYTES,
        log: noLog,
      },
    });
    await server.start();
  }

  async function restart(token: string, hosts?: string[]): Promise<void> {
    await server.stop();
    await start(token, hosts);
  }

  /** Not fetch: that sets Host and Origin itself. */
  async function post(
    path: string,
    body: string | Buffer | object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const call = request({
      host: '127.0.0.1',
      port: server.address.port,
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    call.end(sent);
    let answered = false;
    const response = once(call, 'response').finally(() => (answered = true));
    await until(() => {
      world.endTurn();
      return answered;
    });
    const [message] = (await response) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const parsed = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    return { status: message.statusCode!, headers: message.headers, body: parsed };
  }

  it('reach a player, and say what became of them', async () => {
    const ann = world.live('ann');
    const { status, body } = await post('/v1/push', { to: { player: 'ann' }, topic: 'mail', json: { n: 1 }, id: 'm1' });
    assert.equal(status, 200);
    assert.deepEqual(body, {
      ...{ id: 'm1', outcome: 'delivered', code: 0, message: '', receivers: 1, delivered: 1, refused: 0, unknown: 0 },
    });
    assert.deepEqual(world.topics(ann), ['mail']);
  });

  it('are kept for a player who is away', async () => {
    world.leave(world.live('ann'));
    const { body } = await post('/v1/push', { to: { player: 'ann' }, topic: 'mail' });
    assert.deepEqual([body.outcome, body.delivered], ['kept', 0]);
  });

  it('count once when they come again with their id', async () => {
    const ann = world.live('ann');
    const push = { to: { player: 'ann' }, topic: 'mail', id: 'once' };
    const first = await post('/v1/push', push);
    assert.deepEqual((await post('/v1/push', push)).body, first.body);
    assert.deepEqual(world.topics(ann), ['mail']);
  });

  it('carry JSON, text or bytes', async () => {
    const ann = world.live('ann');
    const contents = [{ json: null }, { json: 'ü' }, { text: 'ü' }, { base64: 'AP8=' }, { base64: 'AP8' }, {}];
    for (const content of contents) {
      assert.equal((await post('/v1/push', { to: { player: 'ann' }, topic: 'mail', ...content })).status, 200);
    }
    const payloads = world.links.get(ann)!.frames.map((frame) => {
      const item = frame.body === 'delivery' ? frame.delivery.items[0] : undefined;
      return item?.kind === 'notify' ? Buffer.from(item.notify.payload).toString('hex') : undefined;
    });
    assert.deepEqual(payloads, ['6e756c6c', '22c3bc22', 'c3bc', '00ff', '00ff', '']);
  });

  it('go to a zone, to everyone and to a list', async () => {
    const [ann, bob] = [world.live('ann', 'north'), world.live('bob', 'south')];
    await post('/v1/push', { to: { zone: 'south' }, topic: 'zone' });
    await post('/v1/push', { to: { everyone: true, onlineOnly: true }, topic: 'all' });
    const { body } = await post('/v1/broadcast', { players: ['ann', 'nobody'], topic: 'list' });
    assert.deepEqual([body.outcome, body.receivers, body.unknown], ['delivered', 1, 1]);
    assert.deepEqual(
      [world.topics(ann), world.topics(bob)],
      [
        ['all', 'list'],
        ['zone', 'all'],
      ],
    );
  });

  it('kick a player', async () => {
    world.live('ann');
    const { status, body } = await post('/v1/kick', { player: 'ann', message: 'bye', mayResume: true });
    assert.deepEqual([status, body], [200, { found: true, code: 0, message: '' }]);
    assert.deepEqual(world.kicked, [{ player: 'ann', message: 'bye', mayResume: true }]);
    assert.equal((await post('/v1/kick', { player: 'nobody' })).status, 404);
  });

  it('have the code of a refusal as status', async () => {
    const { status, body } = await post('/v1/push', { to: { player: 'nobody' }, topic: 'mail' });
    assert.deepEqual([status, body.outcome, body.code], [404, 'refused', 404]);
    assert.match(body.message as string, /no such player/);
  });

  const wrong: Record<string, [object | string, RegExp]> = {
    'no JSON': ['{"to":', /the body is no JSON/],
    'a list': [[], /the push is \[\]: it has to be a JSON object/],
    'no target': [{ topic: 'a' }, /to is missing/],
    'an empty target': [{ to: {}, topic: 'a' }, /there is no target/],
    'two targets': [{ to: { player: 'a', zone: 'b' }, topic: 'a' }, /both player and zone/],
    'a target of another kind': [{ to: { player: 7 }, topic: 'a' }, /to\.player is 7: it has to be a string/],
    'an unknown field': [{ to: { player: 'a' }, topic: 'a', ttl: 5 }, /no field "ttl"; there is .*ttlMs/],
    'an unknown target': [{ to: { user: 'a' }, topic: 'a' }, /to has no field "user"; there is player/],
    'no topic': [{ to: { player: 'ann' } }, /topic is empty/],
    'a reserved topic': [{ to: { player: 'ann' }, topic: 'gatesvr.zone' }, /reserved/],
    'two contents': [{ to: { player: 'ann' }, topic: 'a', text: '', json: 1 }, /only one of json and text/],
    'a text that is none': [{ to: { player: 'ann' }, topic: 'a', text: 5 }, /text is 5/],
    'base64 that is none': [
      { to: { player: 'ann' }, topic: 'a', base64: 'a*b' },
      /base64 is "a\*b": it has to be base64/,
    ],
    'half a character': [{ to: { player: 'ann' }, topic: '\ud800' }, /topic is "\\ud800": it has to be well-formed/],
    'a class that is none': [{ to: { player: 'ann' }, topic: 'a', class: 'fast' }, /one of reliable, latest, volatile/],
    'a key without latest': [{ to: { player: 'ann' }, topic: 'a', key: 'k' }, /key belongs to class latest/],
    'a fraction of time': [{ to: { player: 'ann' }, topic: 'a', ttlMs: 0.5 }, /ttlMs is 0.5: .* whole number/],
    'headers that are none': [{ to: { player: 'ann' }, topic: 'a', headers: ['a'] }, /headers is \["a"\]/],
    'a header that is no string': [{ to: { player: 'ann' }, topic: 'a', headers: { a: 1 } }, /headers\."a" is 1/],
    'a place without request': [{ to: { player: 'ann' }, topic: 'a', place: 'after' }, /place needs bound_to/],
    'a key that is none': [{ to: { player: 'ann' }, topic: 'a', boundTo: 'x', place: 'after' }, /no idempotency key/],
  };
  for (const [what, [body, message]] of Object.entries(wrong)) {
    it(`are refused with ${what}`, async () => {
      const ann = world.live('ann');
      const answer = await post('/v1/push', body);
      assert.deepEqual([answer.status, answer.body.outcome], [400, 'refused']);
      assert.match(answer.body.message as string, message);
      assert.deepEqual(world.topics(ann), []);
    });
  }

  it('to lists are refused with anything but a list of strings', async () => {
    for (const players of [undefined, 'ann', [], [5], Array.from({ length: 10_001 }, () => 'a')]) {
      assert.equal((await post('/v1/broadcast', { players, topic: 'a' })).status, 400);
    }
    const { body } = await post('/v1/broadcast', { players: ['ann'], to: { player: 'ann' }, topic: 'a' });
    assert.match(body.message as string, /the broadcast has no field "to"/);
  });

  it('are refused in bytes that are no UTF-8', async () => {
    assert.equal((await post('/v1/push', Buffer.from([0x22, 0xff, 0x22]))).status, 400);
  });

  describe('from web pages', () => {
    const push = { to: { player: 'ann' }, topic: 'mail' };
    const pages: Record<string, Record<string, string>> = {
      'with an Origin': { origin: 'https://evil.example' },
      'with the Origin of this very port': { origin: 'http://127.0.0.1:8454' },
      'with an Origin that is hidden': { origin: 'null' },
      'with Sec-Fetch-Site': { 'sec-fetch-site': 'same-origin' },
      'under a name of theirs that leads here': { host: 'evil.example' },
      'under a name that only begins like ours': { host: 'localhost.evil.example:8454' },
    };
    for (const [how, headers] of Object.entries(pages)) {
      it(`are refused ${how}, whatever else is right`, async () => {
        const ann = world.live('ann');
        for (const path of ['/v1/push', '/v1/broadcast', '/v1/kick']) {
          const { status, body } = await post(path, push, headers);
          assert.deepEqual([status, body.code], [403, 403]);
        }
        assert.deepEqual([world.topics(ann), world.kicked], [[], []]);
      });
    }

    for (const contentType of ['text/plain', 'application/x-www-form-urlencoded', 'text/plain; application/json']) {
      it(`are refused as ${contentType}, which pages may send unasked`, async () => {
        world.live('ann');
        const { status, body } = await post('/v1/push', push, { 'content-type': contentType });
        assert.equal(status, 415);
        assert.match(body.message as string, /it has to be application\/json/);
      });
    }

    it('get no leave to ask: a preflight is not answered with it', async () => {
      const answer = await fetch(`http://127.0.0.1:${server.address.port}/v1/push`, { method: 'OPTIONS' });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    });
  });

  it('are taken under localhost, addresses, and the names that are configured', async () => {
    await restart('', ['gateway.internal']);
    world.live('ann');
    for (const host of ['localhost', 'LOCALHOST:8454', '10.1.2.3:80', '[::1]:8454', 'gateway.internal:8454']) {
      const { status } = await post('/v1/push', { to: { player: 'ann' }, topic: 'mail' }, { host });
      assert.equal(status, 200, host);
    }
  });

  it('need the token that is configured', async () => {
    await restart('a-token-of-many-characters');
    const ann = world.live('ann');
    const push = { to: { player: 'ann' }, topic: 'mail' };
    for (const authorization of ['', 'Bearer wrong', 'Basic a']) {
      const answer = await post('/v1/push', push, authorization === '' ? {} : { authorization });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
    }
    assert.deepEqual(world.topics(ann), []);
  });

  it('over the limit are refused before they have come, said their length or not', async () => {
    const long = Buffer.alloc(2 * MAX_FRAME_BYTES + (1 << 20) + 1, ' ');
    for (const headers of [{ 'content-length': `${long.length}` }, { 'transfer-encoding': 'chunked' }]) {
      const { status, body } = await post('/v1/push', long, headers);
      assert.equal(status, 413);
      assert.match(body.message as string, /the body is over 1179648 bytes/);
    }
  });

  it('with a payload over the longest frame are refused', async () => {
    world.live('ann');
    const { status } = await post('/v1/push', { to: { player: 'ann' }, topic: 'a', text: 'x'.repeat(MAX_FRAME_BYTES) });
    assert.equal(status, 413);
  });

  it('are refused with 503 once the gateway drains', async () => {
    world.live('ann');
    void world.service.refuse();
    assert.equal((await post('/v1/push', { to: { player: 'ann' }, topic: 'mail' })).status, 503);
  });

  it('are posted: a GET is answered 405', async () => {
    const answer = await fetch(`http://127.0.0.1:${server.address.port}/v1/push`);
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'POST');
    assert.deepEqual(await answer.json(), { error: '/v1/push takes POST' });
  });
});
