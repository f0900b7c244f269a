import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { AdminServer } from '../../lib/admin/admin-server.js';
import type { AdminParts } from '../../lib/admin/admin-server.js';
import { GatesvrError } from '../../lib/errors.js';
import { noLog } from '../../lib/log.js';
import { BearerToken } from '../../lib/push/bearer-token.js';
import { PushWorld } from '../support/push-world.js';

const pushes: AdminParts['pushes'] = {
  service: new PushWorld().service,
  token: new BearerToken(''),
  hosts: [],
  maxFrameBytes: 1024,
  log: noLog,
};

describe('AdminServer', () => {
  let server: AdminServer | undefined;
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server?.stop();
    server = undefined;
  });

  async function start(parts: Partial<AdminParts> = {}): Promise<string> {
    server = new AdminServer({
      host: '127.0.0.1',
      port: 0,
      log: noLog,
      ready: [],
      metrics: { contentType: 'text/plain; version=0.0.4', collect: () => Promise.resolve('a_metric 1\n') },
      pushes,
      ...parts,
    });
    await server.start();
    return `http://127.0.0.1:${server.address.port}`;
  }

  /** Writes `text` on a fresh connection and collects what comes until the server closes it. */
  async function exchange(text: string): Promise<string> {
    const socket = connect(server!.address.port, '127.0.0.1');
    sockets.push(socket);
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    return received;
  }

  it('says that the event loop answers', async () => {
    const response = await fetch(`${await start()}/healthz`);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { status: 'live' });
  });

  it('is ready while every check is well, and says which are not', async () => {
    const hello: { problem?: string } = {};
    const url = await start({
      ready: [
        { name: 'listener', problem: () => undefined },
        { name: 'hello', problem: () => hello.problem },
      ],
    });
    const well = await fetch(`${url}/readyz`);
    assert.equal(well.status, 200);
    assert.deepEqual(await well.json(), { status: 'ready', problems: {} });
    hello.problem = 'no instance can be reached';
    const ill = await fetch(`${url}/readyz`);
    assert.equal(ill.status, 503);
    assert.deepEqual(await ill.json(), { status: 'not ready', problems: { hello: 'no instance can be reached' } });
  });

  it('gives the metrics with their content type', async () => {
    const response = await fetch(`${await start()}/metrics`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.equal(await response.text(), 'a_metric 1\n');
  });

  it('answers an unknown path with 404 and what there is', async () => {
    const response = await fetch(`${await start()}/nothing`);
    assert.equal(response.status, 404);
    assert.deepEqual(await response.json(), {
      error: 'there is no /nothing; there is /healthz, /readyz, /metrics, /v1/push, /v1/broadcast, /v1/kick',
    });
  });

  it('answers a method other than GET with 405', async () => {
    const response = await fetch(`${await start()}/metrics`, { method: 'POST', body: 'x' });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'GET, HEAD');
    assert.deepEqual(await response.json(), { error: '/metrics takes GET' });
  });

  it('answers 500 without internals when a collection fails', async () => {
    const failing = { contentType: 'text/plain', collect: () => Promise.reject(new Error('secret')) };
    const response = await fetch(`${await start({ metrics: failing })}/metrics`);
    assert.equal(response.status, 500);
    assert.deepEqual(await response.json(), { error: 'internal error' });
  });

  it('closes on rubbish', async () => {
    await start();
    assert.match(await exchange('\u0000\u0001rubbish\r\n\r\n'), /^HTTP\/1\.1 400 /);
  });

  it('refuses a header over the limit', async () => {
    await start();
    assert.match(
      await exchange(`GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(9000)}\r\n\r\n`),
      /^HTTP\/1\.1 431 /,
    );
  });

  it('does not wait for the body of a request that it refuses', async () => {
    await start();
    const answer = await exchange('POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\nx');
    assert.match(answer, /^HTTP\/1\.1 405 /);
  });

  it('closes a client that drips its request, by the deadline', async () => {
    await start({ requestTimeoutMs: 100 });
    assert.match(await exchange('GET /healthz HTTP/1.1\r\nHo'), /^HTTP\/1\.1 408 /);
  });

  it('names the address when the port is in use', async () => {
    await start();
    const second = new AdminServer({
      host: '127.0.0.1',
      port: server!.address.port,
      log: noLog,
      ready: [],
      pushes,
      metrics: { contentType: '', collect: () => Promise.resolve('') },
    });
    await assert.rejects(second.start(), (error: unknown) => {
      assert.ok(error instanceof GatesvrError);
      assert.equal(error.error, 'LISTEN_FAILED');
      assert.ok(error.message.includes(`127.0.0.1:${server!.address.port} (the port is in use)`));
      return true;
    });
    await second.stop();
  });

  it('stops although clients keep their connections open', async () => {
    const url = await start();
    await (await fetch(`${url}/healthz`)).text();
    const idle = connect(server!.address.port, '127.0.0.1');
    sockets.push(idle);
    await once(idle, 'connect');
    await server!.stop();
    await server!.stop();
    await assert.rejects(fetch(`${url}/healthz`));
  });
});
