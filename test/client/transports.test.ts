import assert from 'node:assert/strict';
import { connect } from '../../lib/client/node.js';
import type { ConnectOptions, GatesvrClient } from '../../lib/client/node.js';
import { GatesvrError } from '../../lib/errors.js';
import { echoes, startGatewayOfBoth } from '../support/quic-gateway.js';
import type { GatewayOfBoth } from '../support/quic-gateway.js';
import { UdpRelay } from '../support/udp-relay.js';
import { until } from '../support/until.js';

describe('the client for Node.js, over both transports', () => {
  let server: GatewayOfBoth;
  let relay: UdpRelay;
  let url: string;
  let clients: GatesvrClient[];

  beforeEach(async () => {
    server = await startGatewayOfBoth();
    echoes(server);
    relay = new UdpRelay(Number(new URL(server.url).port));
    url = `https://127.0.0.1:${await relay.start()}/gatesvr`;
    clients = [];
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server.gateway.listener.stop();
    relay.stop();
  });

  function open(options: Partial<ConnectOptions> = {}): GatesvrClient {
    const client = connect({
      url,
      webSocketUrl: server.webSocketUrl,
      serverCertificateHashes: [server.certificateHash],
      backoff: { baseMs: 20 },
      upgradeMs: Infinity,
      ...options,
    });
    client.onError(() => undefined);
    clients.push(client);
    return client;
  }

  /** Sessions in which somebody spoke. */
  const spoken = (): string[] =>
    server.gateway.sessions.filter(({ frames }) => frames.length > 0).map(({ connection }) => connection.transport);

  /** The transport of an active session. */
  const serves = (client: GatesvrClient): string | undefined =>
    client.connectionState === 'active' ? client.transport : undefined;

  it('goes over WebTransport where that works, and says so', async () => {
    const client = open();
    assert.equal(client.transport, undefined);
    await client.ready();
    assert.equal(client.transport, 'webtransport');
    assert.deepEqual(spoken(), ['webtransport']);
  });

  it('goes over WebSocket where UDP is swallowed without a word, and says Hello once', async () => {
    relay.lose = () => true;
    const client = open();
    await client.ready();
    assert.equal(client.transport, 'websocket');
    assert.equal((await client.request('echo', 'over TCP')).text(), 'over TCP');
    assert.deepEqual(spoken(), ['websocket']);
  });

  it('begins with what it was told, and uses nothing else', async () => {
    const webSocket = open({ transports: ['websocket'] });
    const webTransport = open({ transports: ['webtransport'], webSocketUrl: 'ws://127.0.0.1:1/' });
    await Promise.all([webSocket.ready(), webTransport.ready()]);
    assert.deepEqual([webSocket.transport, webTransport.transport], ['websocket', 'webtransport']);
  });

  it('resumes over WebSocket what began over WebTransport, and goes back when UDP does', async () => {
    const client = open({ upgradeMs: 20 });
    await client.ready();
    await client.request('echo', 'one');
    relay.lose = () => true;
    client.dropLink();
    assert.equal((await client.request('echo', 'two')).text(), 'two');
    assert.equal(client.transport, 'websocket');
    relay.lose = () => false;
    await until(() => serves(client) === 'webtransport');
    assert.equal((await client.request('echo', 'three')).text(), 'three');
    assert.deepEqual(spoken(), ['webtransport', 'websocket', 'webtransport']);
    assert.deepEqual(client.counters.resumes, { FULL: 2, PARTIAL: 0, FRESH: 1 });
    assert.equal(client.counters.losses, 1);
  });

  it('tries the better transport at once when told that the network has changed', async () => {
    relay.lose = () => true;
    const client = open();
    await client.ready();
    relay.lose = () => false;
    client.connect();
    await until(() => serves(client) === 'webtransport');
    assert.deepEqual(spoken(), ['websocket', 'webtransport']);
  });

  it('leaves the session alone when the better transport is tried in vain', async () => {
    relay.lose = () => true;
    const client = open({ upgradeMs: 10, connectTimeoutMs: 50 });
    await client.ready();
    for (let i = 0; i < 50; i++) await client.request('echo', `${i}`);
    assert.equal(client.transport, 'websocket');
    assert.equal(client.counters.losses, 0);
  });

  it('names what each transport said when none opens', async () => {
    const client = connect({
      url: 'https://127.0.0.1:1/gatesvr',
      serverCertificateHashes: [server.certificateHash],
      connectTimeoutMs: 400,
    });
    clients.push(client);
    const error = await new Promise<unknown>((resolve) => client.onError(resolve));
    assert.ok(error instanceof GatesvrError && error.error === 'CONNECT_FAILED');
    assert.match(error.message, /webtransport: .*websocket: |websocket: .*webtransport: /);
  });

  it('refuses a server that shows another certificate, over TLS as over QUIC', async () => {
    const wss = `wss://127.0.0.1:${new URL(server.webSocketUrl).port}/gatesvr`;
    const right = open({ transports: ['websocket'], webSocketUrl: wss });
    await right.ready();
    const wrong = open({
      transports: ['websocket'],
      webSocketUrl: wss,
      serverCertificateHashes: [Buffer.alloc(32).toString('base64')],
    });
    const error = await new Promise<unknown>((resolve) => wrong.onError(resolve));
    assert.match(String(error), /not the expected one/);
  });

  for (const [name, options] of Object.entries({
    transports: { transports: [] },
    'transports twice': { transports: ['websocket', 'websocket'] as const },
    webSocketUrl: { webSocketUrl: 'https://127.0.0.1/' },
    upgradeMs: { upgradeMs: 0 },
  })) {
    it(`refuses bad ${name}`, () => {
      assert.throws(
        () => connect({ url, ...options }),
        (error: unknown) => error instanceof GatesvrError && error.error === 'BAD_CONFIG',
      );
    });
  }
});
