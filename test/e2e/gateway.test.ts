import assert from 'node:assert/strict';
import { Resume } from '../../lib/protocol/message-codec.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { GatewayStand } from '../support/gateway-stand.js';
import { until } from '../support/until.js';

describe('Gateway over QUIC with services over gRPC', () => {
  let stand: GatewayStand;
  before(async () => {
    stand = await GatewayStand.start();
  });
  after(() => stand.stop());

  it('logs in, takes requests to their services and brings the answers', async () => {
    const client = await stand.connect();
    client.hello();
    await until(() => client.all('replayed').length === 1);
    const payload = new TextEncoder().encode('hi');
    client.send({ seq: 1, request: { action: 'echo', payload } }, { seq: 2, request: { action: 'zone.where' } });
    await until(() => client.responses.length === 2);
    assert.deepEqual(client.responses.toSorted(), [
      [1, 200],
      [2, 200],
    ]);
    client.connection.close(0, '');
  });

  it('resumes over another connection and replays what was not acknowledged', async () => {
    const first = await stand.connect();
    first.hello({ token: 'token-of-bob' });
    await until(() => first.all('replayed').length === 1);
    first.send({ seq: 1, request: { action: 'echo' } });
    await until(() => first.responses.length === 1);
    first.connection.abort();
    const second = await stand.connect();
    second.hello({ token: '', resumeToken: first.last('welcome')!.welcome.resumeToken });
    await until(() => second.all('replayed').length === 1);
    assert.equal(second.last('welcome')!.welcome.resume, Resume.FULL);
    assert.deepEqual(second.responses, [[1, 200]]);
    second.connection.close(0, '');
  });

  it('tells why it closes, in the last frame and in the close code', async () => {
    const client = await stand.connect();
    client.send({ seq: 1, request: { action: 'echo' } });
    await until(() => client.close !== undefined);
    assert.equal(client.last('error')!.error.code, 400);
    assert.equal(client.close!.code, CloseCode.CLOSE_PROTOCOL);
  });

  it('is ready, live, and counts', async () => {
    assert.equal((await stand.admin('/healthz')).status, 200);
    assert.equal((await stand.admin('/readyz')).status, 200);
    const metrics = await (await stand.admin('/metrics')).text();
    assert.match(metrics, /gateway_requests_total\{.*result="success"\} [1-9]/);
    assert.match(metrics, /gateway_sessions_opened_total [1-9]/);
  });
});
