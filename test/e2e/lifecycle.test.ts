import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { makeConfig } from '../../lib/config.js';
import { Gateway } from '../../lib/gateway.js';
import { noLog } from '../../lib/log.js';
import { Reason } from '../../lib/protocol/message-codec.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { GatewayStand } from '../support/gateway-stand.js';
import { until } from '../support/until.js';

const encoder = new TextEncoder();

describe('Gateway: stop', () => {
  it('answers what is under way, sends it, tells every client, and leaves nothing [B24]', async () => {
    const stand = await GatewayStand.start();
    const client = await stand.connect();
    client.hello();
    await until(() => client.all('replayed').length === 1);
    client.send({ seq: 1, request: { action: 'slow', payload: encoder.encode('{"ms":300}') } });
    await until(() => stand.gateway.counts.inFlight === 1);
    const forced = await stand.gateway.stop();
    await until(() => client.close !== undefined);
    assert.deepEqual(forced, []);
    assert.equal(client.all('reconnect').length, 1);
    assert.deepEqual(client.responses, [[1, 200]]);
    assert.equal(client.last('kick')!.kick.reason, Reason.DRAINING);
    assert.equal(client.close!.code, CloseCode.CLOSE_DRAINING);
    const { sessions, players, timers, inFlight } = stand.gateway.counts;
    assert.deepEqual([sessions, players, timers, inFlight], [0, 0, 0, 0]);
    await stand.stop();
  });

  it('ends what takes too long with an answer, in time [B24]', async () => {
    const stand = await GatewayStand.start({ config: { shutdown: { partTimeoutMs: 200, totalTimeoutMs: 2_000 } } });
    const client = await stand.connect();
    client.hello();
    await until(() => client.all('replayed').length === 1);
    client.send({ seq: 1, request: { action: 'slow', payload: encoder.encode('{"ms":600000}') } });
    await until(() => stand.gateway.counts.inFlight === 1);
    assert.deepEqual(await stand.gateway.stop(), ['requests']);
    await until(() => client.close !== undefined);
    assert.deepEqual(client.responses, [[1, 503]]);
    await stand.stop();
  });

  it('is not ready while it drains', async () => {
    const stand = await GatewayStand.start({ config: { shutdown: { drainMs: 60_000 } } });
    const client = await stand.connect();
    client.hello();
    await until(() => client.all('replayed').length === 1);
    const stopping = stand.gateway.stop();
    const ready = await stand.admin('/readyz');
    assert.equal(ready.status, 503);
    assert.match(await ready.text(), /the gateway stops/);
    client.connection.close(0, '');
    await stopping;
    await stand.stop();
  });
});

describe('Gateway: start', () => {
  it('says which port is in use, and leaves nothing running', async () => {
    const stand = await GatewayStand.start();
    const { port } = stand.gateway.addresses.listen;
    const second = new Gateway(
      makeConfig({ listen: { host: '127.0.0.1', port }, admin: { port: 0 }, push: { port: 0 } }),
      { log: noLog },
    );
    await assert.rejects(second.start(), { error: 'LISTEN_FAILED', message: new RegExp(`${port}`) });
    assert.equal(second.counts.timers, 0);
    await stand.stop();
  });
});

describe('Gateway: no room', () => {
  it('is told to the client, with a delay and a code that lets it come back', async () => {
    const stand = await GatewayStand.start({ config: { session: { maxSessions: 1 } } });
    const first = await stand.connect();
    first.hello();
    await until(() => first.all('replayed').length === 1);
    const second = await stand.connect();
    await until(() => second.close !== undefined);
    assert.equal(second.close!.code, CloseCode.CLOSE_LOGIN_UNAVAILABLE);
    assert.equal(second.last('reconnect')!.reconnect.delayMs, 5_000);
    assert.equal(first.close, undefined);
    await stand.stop();
  });
});

describe('Gateway: rubbish on the QUIC port', () => {
  it('harms nobody who is connected', async () => {
    const stand = await GatewayStand.start();
    const client = await stand.connect();
    client.hello();
    await until(() => client.all('replayed').length === 1);
    const socket = createSocket('udp4');
    const { port } = stand.gateway.addresses.listen;
    for (let i = 0; i < 2_000; i++) {
      const bytes = randomBytes(1 + (i % 1_400));
      if (i % 2 === 0) bytes[0] = bytes[0]! | 0xc0;
      socket.send(bytes, port, '127.0.0.1');
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    client.send({ seq: 1, request: { action: 'echo' } });
    await until(() => client.responses.length === 1);
    const metrics = await (await stand.admin('/metrics')).text();
    assert.match(metrics, /gateway_quic_datagrams_dropped_total\{reason="(malformed|unknown)"\} [1-9]/);
    socket.close();
    await stand.stop();
  });
});
