import assert from 'node:assert/strict';
import { encodeClientFrame } from '../../lib/protocol/message-codec.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import type { FrameClient } from '../support/frame-client.js';
import { GatewayStand } from '../support/gateway-stand.js';
import { clientFrame, RawPeer } from '../support/raw-peer.js';
import { until } from '../support/until.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const BINARY_BEGINS = 0x02;
const GOES_ON_AND_ENDS = 0x80;

const hello = encodeClientFrame({ hello: { protocol: 1, token: 'token-of-eve' } });
const echo = (seq: number, bytes = 1): Uint8Array =>
  encodeClientFrame({ seq, request: { action: 'echo', payload: new Uint8Array(bytes) } });

describe('Gateway: what is wrong over WebSocket', () => {
  let stand: GatewayStand;
  let bystander: FrameClient;
  let asked = 0;

  before(async () => {
    stand = await GatewayStand.start({ config: { listen: { plain: 'local' } } });
    bystander = await stand.connectWebSocket();
    bystander.hello();
    await until(() => bystander.all('replayed').length === 1);
  });

  after(() => stand.stop());

  /** Nobody else is harmed, whatever a test has done. */
  afterEach(async () => {
    bystander.send({ seq: ++asked, request: { action: 'echo' } });
    await until(() => bystander.responses.length === asked);
    assert.equal(bystander.close, undefined);
  });

  async function loggedIn(): Promise<FrameClient> {
    const client = await stand.connectWebSocket();
    client.hello({ token: 'token-of-eve' });
    await until(() => client.all('replayed').length === 1);
    return client;
  }

  async function assertEnds(client: FrameClient, code: number, closeCode: number, says: RegExp): Promise<void> {
    await until(() => client.close !== undefined);
    assert.equal(client.all('error').length, 1);
    const { error } = client.last('error')!;
    assert.equal(error.code, code);
    assert.match(error.message, says);
    assert.equal(client.close!.code, closeCode);
  }

  it('takes several frames in one message', async () => {
    const client = await loggedIn();
    client.connection.write(Buffer.concat([echo(1), echo(2), echo(3)]));
    await until(() => client.responses.length === 3);
    client.connection.abort();
  });

  it('refuses a message that ends inside a frame, though the next one would go on [B21]', async () => {
    const client = await loggedIn();
    const frame = echo(1, 100);
    client.connection.write(frame.subarray(0, 50));
    await assertEnds(client, 400, CloseCode.CLOSE_PROTOCOL, /a message ends inside a frame/);
    assert.equal(client.responses.length, 0);
  });

  it('refuses one that is no frame', async () => {
    const client = await loggedIn();
    client.connection.write(Buffer.from('{"action":"echo"}'));
    await until(() => client.close !== undefined);
    assert.ok(client.close!.code >= 4500);
    assert.equal(client.all('error').length, 1);
  });

  it('refuses a frame over the limit by name, and a message far over it as WebSocket has it', async () => {
    const large = await loggedIn();
    large.connection.write(echo(1, MIB));
    await assertEnds(large, 413, CloseCode.CLOSE_FRAME_TOO_LARGE, /1048576/);
    const huge = await loggedIn();
    huge.connection.write(echo(1, 4 * MIB));
    await until(() => huge.close !== undefined);
    assert.deepEqual(huge.close, { code: 0, reason: 'WebSocket close code 1009', remote: true });
  });

  it('refuses a Hello that is too long', async () => {
    const client = await stand.connectWebSocket();
    client.hello({ token: 'x'.repeat(66 * KIB) });
    await until(() => client.close !== undefined);
    assert.equal(client.close!.code, CloseCode.CLOSE_FRAME_TOO_LARGE);
  });

  it('takes a Hello in pieces, and text never', async () => {
    const peer = await new RawPeer(stand.gateway.addresses.listen.port, false).upgrade();
    peer.send(clientFrame(BINARY_BEGINS, hello.subarray(0, 5)));
    peer.send(clientFrame(GOES_ON_AND_ENDS, hello.subarray(5)));
    await until(() => peer.text.includes('eve'));
    peer.send(clientFrame(0x81, 'text'));
    const { code, reason } = await peer.close();
    assert.deepEqual([code, reason], [CloseCode.CLOSE_PROTOCOL, 'a text message came: frames travel in binary ones']);
    peer.end();
  });

  it('keeps the player of a client that broke the rules: it may resume elsewhere', async () => {
    const client = await loggedIn();
    client.send({ seq: 1, request: { action: 'echo' } });
    await until(() => client.responses.length === 1);
    const { resumeToken } = client.last('welcome')!.welcome;
    client.connection.write(Uint8Array.of(200));
    await until(() => client.close !== undefined);
    const again = await stand.connect();
    again.hello({ token: '', resumeToken, lastServerSeq: 0 });
    await until(() => again.all('replayed').length === 1);
    assert.deepEqual(again.responses, [[1, 200]]);
    again.connection.abort();
  });

  it('cuts who says nothing after the handshake, at the login deadline', async () => {
    const short = await GatewayStand.start({ config: { session: { loginTimeoutMs: 500 } } });
    const client = await short.connectWebSocket();
    await until(() => client.close !== undefined);
    assert.equal(client.close!.code, CloseCode.CLOSE_LOGIN_TIMEOUT);
    await short.stop();
  });

  it('counts what it refused, by why', async () => {
    const peer = new RawPeer(stand.gateway.addresses.listen.port, false);
    peer.send('GET /gatesvr HTTP/1.1\r\nhost: localhost\r\n\r\n');
    assert.match(await peer.answer(), /^HTTP\/1\.1 426 /);
    const metrics = await (await stand.admin('/metrics')).text();
    assert.match(metrics, /gateway_websocket_refused_total\{reason="noUpgrade"\} 1/);
    assert.match(metrics, /gateway_transport_sessions_current\{transport="websocket"\} [1-9]/);
  });
});
