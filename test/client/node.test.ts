import assert from 'node:assert/strict';
import { once } from 'node:events';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connect, isSupported } from '../../lib/client/node.js';
import type { GatesvrClient } from '../../lib/client/node.js';
import { GatesvrError } from '../../lib/errors.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { echoes, startQuicGateway } from '../support/quic-gateway.js';
import type { QuicGateway } from '../support/quic-gateway.js';
import { until } from '../support/until.js';

describe('the client for Node.js, over QUIC', () => {
  let server: QuicGateway;
  let clients: GatesvrClient[];

  beforeEach(async () => {
    server = await startQuicGateway();
    echoes(server);
    clients = [];
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server.gateway.listener.stop();
  });

  function open(): GatesvrClient {
    const client = connect({
      url: server.url,
      token: 'token',
      serverCertificateHashes: [server.certificateHash],
      backoff: { baseMs: 20 },
    });
    client.onError(() => undefined);
    clients.push(client);
    return client;
  }

  it('is supported where the tests run', () => {
    assert.equal(isSupported(), true);
  });

  it('logs in, asks, is answered, and resumes after a cut', async () => {
    const client = open();
    await client.ready();
    assert.equal(client.session?.playerId, 'player');
    assert.deepEqual((await client.request('echo', { a: 1 })).json(), { a: 1 });
    client.dropLink();
    assert.equal((await client.request('echo', 'while away')).text(), 'while away');
    assert.equal(server.gateway.sessions.length, 2);
    assert.equal(server.gateway.last.hello.lastServerSeq, 1);
    assert.equal(client.counters.resumes.FULL, 1);
  });

  it('carries large payloads and many at once', async () => {
    const client = open();
    const large = new Uint8Array(900_000).map((_, i) => i * 31);
    const [one, ...many] = await Promise.all([
      client.request('echo', large.slice()),
      ...Array.from({ length: 200 }, (_, i) => client.request('echo', `${i}`)),
    ]);
    assert.ok(Buffer.from(one.payload).equals(large));
    assert.deepEqual(
      many.map((reply) => reply.text()),
      Array.from({ length: 200 }, (_, i) => `${i}`),
    );
  });

  it('hears why it was closed and stays away', async () => {
    const client = open();
    await client.ready();
    server.gateway.last.connection.close(CloseCode.CLOSE_REPLACED, 'REPLACED');
    assert.deepEqual(await client.closed, { code: CloseCode.CLOSE_REPLACED, reason: 'REPLACED' });
  });

  it('says Bye on close', async () => {
    const client = open();
    await client.ready();
    await client.close();
    const session = server.gateway.last;
    await until(() => session.closes.length === 1);
    assert.equal(session.of('bye').length, 1);
    assert.equal(session.closes[0]!.code, CloseCode.CLOSE_LEAVING);
  });

  it('shares nothing but the socket with other clients of the process', async () => {
    const [one, two] = [open(), open()];
    await Promise.all([one.ready(), two.ready()]);
    await one.close();
    await assert.rejects(one.request('echo', ''));
    server.gateway.sessions.length = 0;
    two.dropLink();
    await until(() => server.gateway.sessions.length === 1);
    await until(() => two.connectionState === 'active');
  });

  it('refuses a certificate hash that is none', () => {
    assert.throws(
      () => connect({ url: server.url, serverCertificateHashes: ['abc'] }),
      (error: unknown) => error instanceof GatesvrError && error.error === 'BAD_CONFIG',
    );
  });

  it('lets the process end after close, and not before', async () => {
    const program = fileURLToPath(new URL('../support/client-process.ts', import.meta.url));
    const child = fork(program, [server.url, server.certificateHash], { execArgv: ['--import=tsx'] });
    const exited = once(child, 'exit');
    await until(() => server.gateway.sessions.length === 1 && server.gateway.last.requests.length === 1);
    // The client now waits for its next attempt: nothing but the client itself keeps the process alive.
    const first = server.gateway.last;
    first.connection.abort();
    await until(() => server.gateway.last !== first && server.gateway.last.requests.length === 1);
    assert.deepEqual(await exited, [0, null]);
  });
});
