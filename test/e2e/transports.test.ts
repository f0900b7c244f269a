import assert from 'node:assert/strict';
import { connect } from '../../lib/client/node.js';
import type { GatesvrClient } from '../../lib/client/node.js';
import { noLog, type Log } from '../../lib/log.js';
import { GatewayStand } from '../support/gateway-stand.js';
import { UdpRelay } from '../support/udp-relay.js';
import { until } from '../support/until.js';

describe('A client that changes between transports', () => {
  let stand: GatewayStand;
  let relay: UdpRelay;
  let client: GatesvrClient;

  beforeEach(async () => {
    stand = await GatewayStand.start();
    const { port } = stand.gateway.addresses.listen;
    relay = new UdpRelay(port);
    client = connect({
      url: `https://127.0.0.1:${await relay.start()}/gatesvr`,
      webSocketUrl: `wss://127.0.0.1:${port}/gatesvr`,
      token: 'token-of-ann',
      serverCertificateHashes: [Buffer.from(stand.certificate.hash).toString('base64')],
      backoff: { baseMs: 20 },
      upgradeMs: Infinity,
    });
    client.onError(() => undefined);
    await client.ready();
  });

  afterEach(async () => {
    await client.close();
    relay.stop();
    await stand.stop();
  });

  it('keeps its player, its order and every request under way, there and back again [B8]', async () => {
    const seqs: number[] = [];
    const notifies: string[] = [];
    client.onUnit((seq) => seqs.push(seq));
    client.onNotify('*', ({ id }) => notifies.push(id));
    const answers: Promise<unknown>[] = [];
    const ask = (): void => {
      answers.push(client.request('slow', { ms: 100 + answers.length }), client.request('around', {}));
    };
    const serves = (transport: string): Promise<void> =>
      until(() => {
        if (client.pendingRequests.waiting + client.pendingRequests.underWay < 50) ask();
        return client.connectionState === 'active' && client.transport === transport;
      });
    const { epoch } = client.session!;

    assert.equal(client.transport, 'webtransport');
    ask();
    relay.lose = () => true;
    client.dropLink();
    await serves('websocket');
    relay.lose = () => false;
    client.connect();
    await serves('webtransport');

    await Promise.all(answers);
    assert.equal(client.session!.epoch, epoch);
    assert.deepEqual(client.counters.resumes, { FULL: 2, PARTIAL: 0, FRESH: 1 });
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => index + 1),
    );
    assert.equal(new Set(notifies).size, notifies.length);
    assert.equal(notifies.length, answers.length);
  });
});

describe('A gateway without a QUIC engine', () => {
  it('says so in one line, and serves WebSocket alone', async () => {
    const warnings: [string, unknown][] = [];
    const log: Log = { ...noLog, warn: (message, fields) => warnings.push([message, fields]), child: () => log };
    const reason = 'no engine for this platform';
    const stand = await GatewayStand.start({ quicEngine: { reason }, log });
    const client = connect({
      url: stand.url,
      token: 'token-of-ann',
      serverCertificateHashes: [Buffer.from(stand.certificate.hash).toString('base64')],
    });
    assert.equal((await client.request('echo', 'hello')).text(), 'hello');
    assert.equal(client.transport, 'websocket');
    assert.deepEqual(warnings, [['WebSocket alone is served', { reason }]]);
    await client.close();
    await stand.stop();
  });
});
