import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import fc from 'fast-check';
import { systemClock } from '../../lib/clock.js';
import { GatesvrError } from '../../lib/errors.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import { makeCertificate } from '../support/certificate.js';
import { Accepted, Echo, QuicPair, quicEngine } from '../support/quic.js';
import { UdpRelay } from '../support/udp-relay.js';
import { until } from '../support/until.js';

const isBadCertificate = (error: unknown): boolean =>
  error instanceof GatesvrError && error.error === 'BAD_CERTIFICATE';

describe('QuicEndpoint', () => {
  let pair: QuicPair | undefined;
  let socket: Socket | undefined;
  let relay: UdpRelay | undefined;
  afterEach(async () => {
    relay?.stop();
    relay = undefined;
    socket?.close();
    socket = undefined;
    await pair?.stop();
    assert.deepEqual(pair?.faults ?? [], []);
    pair = undefined;
  });

  async function rawSocket(): Promise<Socket> {
    const raw = createSocket('udp4');
    await new Promise<void>((resolve) => raw.bind(0, '127.0.0.1', resolve));
    socket = raw;
    return raw;
  }

  /** @returns a port to reach the server at, from where nothing comes back */
  async function deafRelay(running: QuicPair): Promise<number> {
    relay = new UdpRelay(running.server.address.port);
    relay.lose = (towardsServer) => !towardsServer;
    return relay.start();
  }

  async function echoes(running: QuicPair): Promise<void> {
    const { quic, side } = running.connect();
    const id = quic.openBidi();
    quic.write(id, Buffer.from('ping'), true);
    await until(() => side.ended.has(id) || side.close !== undefined);
    assert.equal(side.bytes(id).toString(), 'ping');
    quic.close(0, '');
  }

  it('serves IPv4 and IPv6 on one socket', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    const { port } = pair.server.address;
    const trust = { hashes: [pair.certificate.hash] };
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      pair.client.connect(address, port, 'localhost', trust);
    }
    await until(() => pair!.accepted.length === 3);
    const peers = pair.accepted.map(({ quic }) => quic.peer.address);
    assert.deepEqual(peers.sort(), ['127.0.0.1', '127.0.0.1', '::1']);
  });

  it('proves addresses with a Retry when told to always', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic), { admission: { retryAbove: 0 } });
    await echoes(pair);
    await echoes(pair);
    assert.equal(pair.server.counters.retries, 2);
    assert.equal(pair.server.counters.accepted, 2);
  });

  it('sends no Retry when told never to, nor when little is going on', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic), { admission: { retryAbove: Infinity } });
    await echoes(pair);
    assert.equal(pair.server.counters.retries, 0);
  });

  it('asks for proof only while many handshakes are under way, and then keeps nothing for who gives none', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic), { admission: { retryAbove: 5 } });
    const port = await deafRelay(pair);
    for (let i = 0; i < 20; i++) pair.connect(port);
    await until(() => pair!.server.counters.retries >= 15);
    assert.equal(pair.server.counters.accepted, 5);
    assert.equal(pair.server.counters.handshaking, 5);
    await echoes(pair);
    assert.equal(pair.server.counters.accepted, 6);
    assert.equal(pair.server.counters.handshaking, 5);
    assert.equal(pair.server.connections, 6);
  });

  it('refuses a token that it did not write', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic), { admission: { retryAbove: 0 } });
    const raw = await rawSocket();
    const forged = Buffer.concat([Buffer.alloc(4), Buffer.from([8]), randomBytes(8)]);
    const token = Buffer.concat([forged, createHmac('sha256', 'guess').update(forged).digest()]);
    raw.send(initial({ token }), pair.server.address.port, '127.0.0.1');
    await until(() => pair!.server.counters.packetsIn === 1);
    assert.equal(pair.server.counters.dropped.badToken, 1);
    assert.equal(pair.server.connections, 0);
  });

  it('answers an unknown version with the one it speaks', async () => {
    pair = await QuicPair.start();
    const raw = await rawSocket();
    const answers: Buffer[] = [];
    raw.on('message', (answer) => answers.push(answer));
    const [destination, source] = [randomBytes(8), randomBytes(5)];
    raw.send(initial({ version: 0x1a2a3a4a, destination, source }), pair.server.address.port, '127.0.0.1');
    await until(() => answers.length === 1);
    const answer = answers[0]!;
    assert.equal(answer.readUInt32BE(1), 0);
    assert.ok(answer.subarray(6, 11).equals(source));
    assert.ok(answer.subarray(12, 20).equals(destination));
    assert.equal(answer.readUInt32BE(20), 1);
    assert.equal(answer.length, 24);
    assert.equal(pair.server.counters.versionNegotiations, 1);
  });

  it('answers no small datagram of an unknown version, which could be aimed at somebody else', async () => {
    pair = await QuicPair.start();
    const raw = await rawSocket();
    raw.send(initial({ version: 7 }).subarray(0, 600), pair.server.address.port, '127.0.0.1');
    await until(() => pair!.server.counters.packetsIn === 1);
    assert.equal(pair.server.counters.packetsOut, 0);
    assert.equal(pair.server.counters.versionNegotiations, 0);
  });

  it('takes any datagram without harm to itself or to others', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    const { quic, side } = pair.connect();
    const id = quic.openBidi();
    quic.write(id, Buffer.from('before'), false);
    await until(() => side.bytes(id).length === 6);
    const raw = await rawSocket();
    const { port } = pair.server.address;
    const valid = initial();
    const datagrams = [
      ...Array.from({ length: 80 }, (_, length) => valid.subarray(0, length)),
      ...fc.sample(fc.uint8Array({ maxLength: 1500 }), 200).map((bytes) => Buffer.from(bytes)),
      ...fc.sample(fc.tuple(fc.nat(1199), fc.nat(255)), 200).map(([at, byte]) => {
        const damaged = Buffer.from(initial());
        damaged[at % 60] = byte;
        return damaged;
      }),
      Buffer.from([0xc0]),
      Buffer.from([0xc0, 0, 0, 0, 1, 255]),
      Buffer.concat([Buffer.from([0x40]), randomBytes(15)]),
      Buffer.concat([Buffer.from([0x40]), randomBytes(60)]),
    ];
    let sent = 0;
    for (const datagram of datagrams) {
      raw.send(datagram, port, '127.0.0.1');
      // Small steps: the kernel may drop what comes too fast.
      if (++sent % 20 === 0) await until(() => pair!.server.counters.packetsIn >= sent);
    }
    quic.write(id, Buffer.from(' and after'), true);
    await until(() => side.ended.has(id));
    assert.equal(side.bytes(id).toString(), 'before and after');
    await echoes(pair);
  });

  it('isn’t harmed by garbage that names a live connection’s id', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    const raw = await rawSocket();
    const seen: string[] = [];
    const addRoute = pair.server.addRoute.bind(pair.server);
    pair.server.addRoute = (id, connection) => {
      seen.push(Buffer.from(id).toString('latin1'));
      addRoute(id, connection);
    };
    const { quic, side } = pair.connect();
    const id = quic.openBidi();
    quic.write(id, Buffer.from('x'), false);
    await until(() => side.bytes(id).length === 1);
    const ids = seen.map((text) => Buffer.from(text, 'latin1')).filter((known) => known.length === 16);
    const before = pair.server.counters.packetsIn;
    let sent = 0;
    for (const known of ids) {
      for (const length of [0, 1, 3, 20, 21, 100, 1200]) {
        raw.send(
          Buffer.concat([Buffer.from([0x41]), known, randomBytes(length)]),
          pair.server.address.port,
          '127.0.0.1',
        );
        raw.send(
          Buffer.concat([
            Buffer.from([0xe0, 0, 0, 0, 1, 16]),
            known,
            Buffer.from([4, 1, 2, 3, 4]),
            randomBytes(length),
          ]),
          pair.server.address.port,
          '127.0.0.1',
        );
        sent += 2;
        await until(() => pair!.server.counters.packetsIn >= before + sent);
      }
    }
    quic.write(id, Buffer.from('y'), true);
    await until(() => side.ended.has(id));
    assert.equal(side.bytes(id).toString(), 'xy');
  });

  it('counts connections of one address, and lets it in again when one has gone', async () => {
    pair = await QuicPair.start(undefined, { admission: { maxConnectionsPerAddress: 3 } });
    const connections = [pair.connect(), pair.connect(), pair.connect()];
    await until(() => pair!.accepted.length === 3);
    pair.connect();
    await until(() => pair!.server.counters.dropped.addressLimit > 0);
    connections[0]!.quic.close(0, '');
    await until(() => pair!.accepted.length === 4);
  });

  it('counts connections in all', async () => {
    pair = await QuicPair.start(undefined, { admission: { maxConnections: 2 } });
    for (let i = 0; i < 3; i++) pair.connect();
    await until(() => pair!.server.counters.dropped.full > 0 && pair!.accepted.length === 2);
  });

  it('forgets a handshake that the client leaves lying', async () => {
    pair = await QuicPair.start(undefined, { connection: { handshakeTimeoutMs: 150 } });
    const { quic } = pair.connect(await deafRelay(pair));
    await until(() => pair!.server.counters.handshaking === 1);
    quic.close(0, '');
    await until(() => pair!.server.counters.ended.handshakeTimeout === 1 && pair!.server.connections === 0);
    assert.equal(pair.server.counters.handshaking, 0);
    assert.equal(pair.server.timers.armed, 0);
  });

  it('shows new connections the certificate of the moment, and leaves old ones alone', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    const old = pair.connect();
    await until(() => old.side.connected);
    const next = await makeCertificate();
    pair.server.setCertificate(next);

    const stale = pair.connect();
    await until(() => stale.side.close !== undefined);
    assert.equal(stale.side.close?.reason, 'the certificate of the server is not the expected one');

    const fresh = pair.client.connect('127.0.0.1', pair.server.address.port, 'localhost', { hashes: [next.hash] });
    await until(() => fresh.established);
    const id = old.quic.openBidi();
    old.quic.write(id, Buffer.from('still good'), true);
    await until(() => old.side.ended.has(id));
  });

  it('keeps the certificate it has when the next one is no good', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    const { server, certificate } = pair;
    const other = await makeCertificate();
    const garbage = Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    assert.throws(() => server.setCertificate({ chain: certificate.chain, key: other.key }), isBadCertificate);
    assert.throws(() => server.setCertificate({ chain: garbage, key: other.key }), isBadCertificate);
    assert.throws(() => server.setCertificate({ chain: other.chain, key: Buffer.from('no key') }), isBadCertificate);
    assert.throws(() => server.setCertificate({ chain: Buffer.alloc(0), key: other.key }), isBadCertificate);
    await echoes(pair);
  });

  it('does not start with a bad certificate or an address in use', async () => {
    const [one, two] = [await makeCertificate(), await makeCertificate()];
    const common = { engine: quicEngine(), clock: systemClock };
    const mixed = new QuicEndpoint({ ...common, certificate: { chain: one.chain, key: two.key } });
    await assert.rejects(mixed.start(), isBadCertificate);
    pair = await QuicPair.start();
    const second = new QuicEndpoint({ ...common, certificate: one, port: pair.server.address.port });
    await assert.rejects(second.start(), { name: 'GatesvrError', error: 'LISTEN_FAILED' });
    const nowhere = new QuicEndpoint({ ...common, certificate: one, host: '192.0.2.1' });
    await assert.rejects(nowhere.start(), { name: 'GatesvrError', error: 'LISTEN_FAILED' });
  });

  it('binds the address it is given', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic), { host: '127.0.0.1' }, { host: '127.0.0.1' });
    assert.equal(pair.server.address.address, '127.0.0.1');
    await echoes(pair);
  });

  it('as a client, takes an authority’s certificate for the right name or address only', async () => {
    pair = await QuicPair.start((quic) => new Accepted(quic));
    const { port } = pair.server.address;
    const trust = { authorities: pair.certificate.chain };
    const attempt = async (serverName: string, trusted: object): Promise<string | undefined> => {
      const { side } = pair!.open(pair!.client.connect('127.0.0.1', port, serverName, trusted));
      await until(() => side.connected || side.close !== undefined);
      return side.connected ? 'connected' : 'refused';
    };
    assert.equal(await attempt('localhost', trust), 'connected');
    assert.equal(await attempt('127.0.0.1', trust), 'connected');
    assert.equal(await attempt('other.example', trust), 'refused');
    assert.equal(await attempt('192.0.2.1', trust), 'refused');
    assert.equal(await attempt('localhost', {}), 'refused');
  });

  it('takes nobody new once told to stop accepting, and serves who is there', async () => {
    pair = await QuicPair.start((quic) => new Echo(quic));
    const { quic, side } = pair.connect();
    await until(() => side.connected && pair!.accepted.length === 1);
    pair.server.stopAccepting();
    pair.connect();
    await until(() => pair!.server.counters.dropped.notAccepting > 0);
    const id = quic.openBidi();
    quic.write(id, Buffer.from('x'), true);
    await until(() => side.ended.has(id));
  });

  it('tells everybody when it stops, and leaves nothing behind', async () => {
    pair = await QuicPair.start();
    const sides = Array.from({ length: 20 }, () => pair!.connect().side);
    await until(() => sides.every(({ connected }) => connected) && pair!.accepted.length === 20);
    await pair.server.stop(0x100, 'good night');
    await pair.server.stop(0x101, 'twice');
    await until(() => sides.every(({ close }) => close?.reason === 'good night'));
    assert.equal(pair.server.connections, 0);
    assert.equal(pair.server.timers.armed, 0);
    assert.ok(pair.accepted.every(({ close }) => close?.remote === false));
  });
});

/** What a client might begin with; nothing in it can be decrypted. */
function initial({
  version = 1,
  destination = randomBytes(8),
  source = randomBytes(8),
  token = Buffer.alloc(0),
}: {
  version?: number;
  destination?: Buffer;
  source?: Buffer;
  token?: Buffer;
} = {}): Buffer {
  const head = Buffer.alloc(6);
  head[0] = 0xc3;
  head.writeUInt32BE(version, 1);
  head[5] = destination.length;
  const rest = 1200 - head.length - destination.length - 1 - source.length - 1 - token.length - 2;
  return Buffer.concat([
    head,
    destination,
    Buffer.from([source.length]),
    source,
    Buffer.from([token.length]),
    token,
    Buffer.from([0x40 | (rest >> 8), rest & 0xff]),
    randomBytes(rest),
  ]);
}
