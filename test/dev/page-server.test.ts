import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import { PageServer } from '../../lib/dev/page-server.js';
import { TokenIssuer } from '../../lib/dev/token-issuer.js';
import { GatesvrError } from '../../lib/errors.js';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { DevInfo } from '../../lib/dev/dev-state.js';
import type { ProcessStatus } from '../../lib/dev/supervised-process.js';

const secret = 'a secret of the tests, long enough for HS256';
const info: DevInfo = {
  version: '1.2.3',
  pageUrl: 'http://localhost:8080/',
  gateway: {
    url: 'https://localhost:8453/gatesvr',
    webSocketUrl: 'ws://localhost:8453/gatesvr',
    adminUrl: 'http://127.0.0.1:8454',
    pushAddress: '127.0.0.1:8455',
    certificateHash: 'aGFzaA==',
  },
  services: { hello: 8081, business: 8082, zone: 8083 },
};
const business: ProcessStatus = { name: 'business', state: 'running', pid: 7, restarts: 1 };
const zone: ProcessStatus = { name: 'zone', state: 'waiting', pid: undefined, restarts: 2 };

interface Reply {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('the page server', () => {
  let directory: string;
  let server: PageServer;
  let port: number;
  let killed: string[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-page-'));
    mkdirSync(join(directory, 'web', 'assets'), { recursive: true });
    writeFileSync(join(directory, 'web', 'index.html'), '<!doctype html><title>gatesvr</title>');
    writeFileSync(join(directory, 'web', 'assets', 'app.js'), 'export {};');
    writeFileSync(join(directory, 'secret'), 'not for the page');
    killed = [];
    await serve(join(directory, 'web'));
  });

  afterEach(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  async function serve(root: string): Promise<void> {
    server = new PageServer({
      root,
      tokens: new TokenIssuer(secret),
      info: () => info,
      processes: () => [business, zone],
      isGatewayReady: () => Promise.resolve(true),
      kill: (name) => {
        killed.push(name);
        return name === 'business';
      },
    });
    port = await server.start(0);
  }

  async function ask(path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Reply> {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { host: `localhost:${port}`, ...headers },
    });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const chunks = await response.setEncoding('utf8').toArray();
    return { code: response.statusCode!, headers: response.headers, body: chunks.join('') };
  }

  it('serves the page and its files with their types', async () => {
    const page = await ask('/');
    assert.deepEqual([page.code, page.body], [200, '<!doctype html><title>gatesvr</title>']);
    assert.match(page.headers['content-type']!, /^text\/html/);
    const script = await ask('/assets/app.js');
    assert.deepEqual([script.code, script.body], [200, 'export {};']);
    assert.match(script.headers['content-type']!, /^text\/javascript/);
    assert.equal((await ask('/', 'HEAD')).code, 200);
  });

  it('sends a content security policy that allows its own files and the gateway, nothing else', async () => {
    const { headers } = await ask('/');
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /connect-src 'self' (\w+:\/\/(localhost|127\.0\.0\.1):8453 ?){6}(;|$)/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['strict-transport-security'], undefined);
  });

  it('answers 404 to what is not there, and never leaves its directory', async () => {
    for (const path of [
      '/other',
      '/assets',
      '/../secret',
      '/..%2fsecret',
      '/%2e%2e/secret',
      '/..%5csecret',
      '//secret',
      '/%00',
    ]) {
      const reply = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
      assert.match(reply, /^HTTP\/1\.1 404 /, path);
      assert.doesNotMatch(reply, /not for the page/);
    }
  });

  it('answers bytes that are not HTTP, and goes on', async () => {
    assert.match(await raw('rubbish\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(
      await raw(`GET / HTTP/1.1\r\nHost: localhost:${port}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
      /^HTTP\/1\.1 431 /,
    );
    assert.equal((await ask('/')).code, 200);
  });

  it('says how to build the page where there is none', async () => {
    await server.stop();
    await serve(join(directory, 'nowhere'));
    const reply = await ask('/');
    assert.equal(reply.code, 503);
    assert.match(reply.body, /npm run build/);
    assert.equal((await ask('/dev/info')).code, 200);
  });

  it('tells the page where the gateway is, uncached', async () => {
    const reply = await ask('/dev/info');
    assert.deepEqual(JSON.parse(reply.body), info);
    assert.equal(reply.headers['cache-control'], 'no-store');
  });

  it('tells how the processes are', async () => {
    const { body } = await ask('/dev/status');
    assert.deepEqual(JSON.parse(body), {
      isGatewayReady: true,
      processes: [business, { name: 'zone', state: 'waiting', restarts: 2 }],
    });
  });

  it('gives tokens that Hello takes', async () => {
    const reply = await ask('/dev/token?player=ann&zone=north&roles=admin,guest');
    const { player, token } = JSON.parse(reply.body) as { player: string; token: string };
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret));
    assert.deepEqual([player, payload.sub, payload.zone, payload.roles], ['ann', 'ann', 'north', ['admin', 'guest']]);
    assert.ok(payload.exp! > Date.now() / 1000);
  });

  it('answers 400 to names that Hello would refuse', async () => {
    const wrong = [
      '',
      '?player=',
      '?player=a%20b',
      '?player=a&zone=',
      '?player=a&roles=,',
      `?player=${'x'.repeat(65)}`,
    ];
    for (const query of [...wrong, '?player=a%00', `?player=a&roles=${'r,'.repeat(16)}r`]) {
      const reply = await ask(`/dev/token${query}`);
      assert.equal(reply.code, 400, query);
      assert.match((JSON.parse(reply.body) as { error: string }).error, /must be/);
    }
  });

  it('kills a process when the page asks for it', async () => {
    const reply = await ask('/dev/kill?service=business', 'POST', { origin: `http://localhost:${port}` });
    assert.deepEqual([reply.code, JSON.parse(reply.body)], [200, { killed: 'business' }]);
    assert.deepEqual(killed, ['business']);
  });

  it('says so when there is nothing to kill', async () => {
    const origin = { origin: `http://localhost:${port}` };
    assert.equal((await ask('/dev/kill?service=zone', 'POST', origin)).code, 409);
    assert.equal((await ask('/dev/kill?service=other', 'POST', origin)).code, 404);
    assert.equal((await ask('/dev/kill', 'POST', origin)).code, 404);
  });

  it('kills nothing for another site', async () => {
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${port}`, `http://localhost:${port + 1}`]) {
      assert.equal((await ask('/dev/kill?service=business', 'POST', { origin })).code, 403, origin);
    }
    assert.equal((await ask('/dev/kill?service=business', 'POST')).code, 403);
    assert.equal((await ask('/dev/kill?service=business')).code, 405);
    assert.deepEqual(killed, []);
  });

  it('answers to the names of this machine only', async () => {
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost', `localhost:${port + 1}`]) {
      assert.equal((await ask('/dev/token?player=ann', 'GET', { host })).code, 403, host);
      assert.equal((await ask('/', 'GET', { host })).code, 403, host);
    }
    for (const host of [`127.0.0.1:${port}`, `[::1]:${port}`]) {
      assert.equal((await ask('/', 'GET', { host })).code, 200, host);
    }
  });

  it('says what is there instead', async () => {
    assert.equal((await ask('/dev/other')).code, 404);
    const posted = await ask('/dev/info', 'POST', { origin: `http://localhost:${port}` });
    assert.deepEqual([posted.code, posted.headers.allow], [405, 'GET']);
  });

  it('says which port is in use', async () => {
    const second = new PageServer({
      root: directory,
      tokens: new TokenIssuer(secret),
      info: () => info,
      processes: () => [],
      isGatewayReady: () => Promise.resolve(false),
      kill: () => false,
    });
    await assert.rejects(second.start(port), (error: unknown) => {
      assert.ok(error instanceof GatesvrError);
      assert.equal(error.error, 'LISTEN_FAILED');
      assert.match(error.message, new RegExp(String(port)));
      return true;
    });
    await second.stop();
  });

  /** Everything that is answered to these bytes. */
  async function raw(bytes: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes);
    const chunks = await socket.setEncoding('utf8').toArray();
    return chunks.join('');
  }
});
