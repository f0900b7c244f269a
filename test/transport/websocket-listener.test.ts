import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { systemClock } from '../../lib/clock.js';
import { GatesvrError } from '../../lib/errors.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { Admission, defaultAdmissionLimits } from '../../lib/quic/admission.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import type { Connection } from '../../lib/transport/transport.js';
import { TrustedProxies } from '../../lib/transport/trusted-proxies.js';
import { WebSocketDialer } from '../../lib/transport/websocket-dialer.js';
import { WebSocketListener } from '../../lib/transport/websocket-listener.js';
import type { WebSocketListenerOptions } from '../../lib/transport/websocket-listener.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { clientFrame, RawPeer, upgradeRequest } from '../support/raw-peer.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/until.js';
import { pinTo } from '../support/websocket.js';

/** First bytes of frames (RFC 6455 section 5.2). */
const TEXT = 0x81;
const BINARY = 0x82;
const BINARY_BEGINS = 0x02;
const GOES_ON = 0x00;
const GOES_ON_AND_ENDS = 0x80;
const PING = 0x89;

/** Close codes of WebSocket itself (RFC 6455 section 7.4.1). */
const PROTOCOL_ERROR = 1002;
const POLICY = 1008;
const TOO_BIG = 1009;

const never = new AbortController().signal;

describe('WebSocketListener', () => {
  let certificate: TestCertificate;
  let listener: WebSocketListener;
  let timers: TimerWheel;
  let accepted: Recorder[];
  let peers: RawPeer[];

  before(async () => {
    certificate = await makeCertificate();
  });

  beforeEach(() => {
    peers = [];
  });

  afterEach(async () => {
    for (const peer of peers) peer.end();
    await listener.stop();
    assert.equal(timers.armed, 0);
    assert.equal(listener.counters.open, 0);
    assert.equal(listener.counters.handshaking, 0);
  });

  async function serve(options: Partial<WebSocketListenerOptions> = {}): Promise<void> {
    timers = new TimerWheel(systemClock);
    accepted = [];
    listener = new WebSocketListener({
      clock: systemClock,
      timers,
      host: '127.0.0.1',
      plain: 'local',
      admission: new Admission(defaultAdmissionLimits),
      ...options,
    });
    listener.setCertificate(certificate);
    await listener.start((connection) => {
      accepted.push(new Recorder(connection).open());
    });
  }

  interface Wishes {
    readonly path?: string;
    readonly origin?: string;
    readonly tls?: boolean;
    readonly shows?: TestCertificate;
  }

  function dial({ path = '/gatesvr', origin, tls = true, shows = certificate }: Wishes = {}): Promise<Connection> {
    const trust = { clock: systemClock, timers, refuseServer: pinTo(shows) };
    const dialer = new WebSocketDialer(origin === undefined ? trust : { ...trust, origin });
    return dialer.dial(`${tls ? 'wss' : 'ws'}://localhost:${listener.address.port}${path}`, never);
  }

  async function answer(wishes: Wishes = {}): Promise<string> {
    try {
      (await dial(wishes)).abort();
      return 'connected';
    } catch (error) {
      assert.ok(error instanceof GatesvrError && error.error === 'CONNECT_FAILED');
      return error.message;
    }
  }

  function raw(tls = false): RawPeer {
    const peer = new RawPeer(listener.address.port, tls);
    peers.push(peer);
    return peer;
  }

  /** What is answered to a handshake with these headers. */
  function handshake(headers: Readonly<Record<string, string>>, path?: string): Promise<string> {
    const peer = raw();
    peer.send(upgradeRequest(headers, path));
    return peer.answer();
  }

  /** A connection that another's misdeeds must not harm. */
  async function bystander(): Promise<() => Promise<void>> {
    const client = new Recorder(await dial()).open();
    await until(() => accepted.length > 0);
    const server = accepted.at(-1)!;
    return async () => {
      client.connection.write(Buffer.from('all is well'));
      await server.until(() => server.text === 'all is well');
      assert.equal(client.closes.length, 0);
      client.connection.abort();
    };
  }

  describe('whom it serves', () => {
    it('its path, with or without a query, and no other', async () => {
      await serve();
      for (const tls of [true, false]) {
        assert.equal(await answer({ tls }), 'connected');
        assert.equal(await answer({ tls, path: '/gatesvr?token=1' }), 'connected');
        for (const path of ['/', '/gatesvr/', '/gatesvrx', '/GATESVR'])
          assert.match(await answer({ tls, path }), /404/);
      }
      assert.match(await handshake({}, '/other'), /^HTTP\/1\.1 404 [^]*No sessions are served at this path\.\n$/);
      assert.equal(listener.counters.refused.path, 9);
    });

    it('this machine’s pages and who is no page, unless told otherwise', async () => {
      await serve();
      for (const origin of [undefined, 'http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:80']) {
        assert.equal(await answer(origin === undefined ? {} : { origin }), 'connected', origin);
      }
      for (const origin of ['https://game.example', 'http://localhost.example', 'null', 'localhost']) {
        assert.match(await answer({ origin }), /403/, origin);
      }
      assert.match(
        await handshake({ origin: 'https://game.example' }),
        /403 [^]*Pages of this origin may not connect\.\n$/,
      );
    });

    it('the pages it is told to, or all', async () => {
      await serve({ origins: ['https://game.example'] });
      assert.equal(await answer({ origin: 'https://game.example' }), 'connected');
      assert.match(await answer({ origin: 'http://localhost' }), /403/);
      await listener.stop();
      await serve({ origins: '*' });
      assert.equal(await answer({ origin: 'https://anything.example' }), 'connected');
    });

    it('nobody who asks for a subprotocol: there is none to agree on', async () => {
      await serve();
      const text = await handshake({ 'sec-websocket-protocol': 'mqtt, chat' });
      assert.match(text, /^HTTP\/1\.1 400 [^]*Sessions have no subprotocol: ask for none\.\n$/);
      assert.equal(listener.counters.refused.subprotocol, 1);
    });

    it('no more than it may: in all, and from one address', async () => {
      await serve({ maxConnections: 2 });
      const checks = [await bystander(), await bystander()];
      assert.notEqual(await answer(), 'connected');
      assert.equal(listener.counters.refused.full, 1);
      for (const check of checks) await check();
      await listener.stop();
      await serve({ admission: new Admission({ ...defaultAdmissionLimits, maxConnectionsPerAddress: 1 }) });
      const check = await bystander();
      assert.notEqual(await answer(), 'connected');
      assert.equal(listener.counters.refused.addressLimit, 1);
      await check();
    });
  });

  describe('without TLS', () => {
    for (const plain of ['never', 'proxies'] as const) {
      it(`says that TLS is required (${plain})`, async () => {
        await serve({ plain });
        const check = await bystander();
        const text = await handshake({ 'x-forwarded-for': '127.0.0.1' });
        assert.match(text, /^HTTP\/1\.1 400 [^]*This port speaks TLS: use wss:\/\/ or https:\/\/\n$/);
        assert.match(await answer({ tls: false }), /400/);
        assert.equal(listener.counters.refused.plain, 2);
        await check();
      });
    }

    it('serves the proxies it trusts', async () => {
      await serve({ plain: 'proxies', proxies: new TrustedProxies(['127.0.0.0/8']) });
      assert.equal(await answer({ tls: false }), 'connected');
      assert.equal(await answer({ tls: true }), 'connected');
    });
  });

  describe('behind proxies', () => {
    it('believes a trusted one where its client is', async () => {
      await serve({ proxies: new TrustedProxies(['127.0.0.1']) });
      await raw().upgrade({ 'x-forwarded-for': '192.0.2.66, 203.0.113.9' });
      await until(() => accepted.length === 1);
      assert.deepEqual(accepted[0]!.connection.peer, { address: '203.0.113.9', port: 0 });
    });

    it('believes nobody else', async () => {
      await serve();
      await raw().upgrade({ 'x-forwarded-for': '203.0.113.9' });
      await until(() => accepted.length === 1);
      const { address, port } = accepted[0]!.connection.peer;
      assert.equal(address, '127.0.0.1');
      assert.ok(port > 0);
    });

    it('takes no proxy’s word for what is no address', async () => {
      await serve({ proxies: new TrustedProxies(['127.0.0.1']) });
      for (const claim of ['unknown', '203.0.113.9, _hidden', '999.1.1.1', '<script>', '203.0.113.9;']) {
        accepted.length = 0;
        await raw().upgrade({ 'x-forwarded-for': claim });
        await until(() => accepted.length === 1);
        assert.equal(accepted[0]!.connection.peer.address, '127.0.0.1', claim);
      }
    });

    it('holds each client of a proxy to the limits, not the proxy', async () => {
      await serve({
        proxies: new TrustedProxies(['127.0.0.1']),
        admission: new Admission({ ...defaultAdmissionLimits, maxConnectionsPerAddress: 2 }),
      });
      const from = (client: string) => ({ 'x-forwarded-for': client });
      for (let i = 0; i < 2; i++) await raw().upgrade(from('203.0.113.1'));
      assert.match(await handshake(from('203.0.113.1')), /^HTTP\/1\.1 429 [^]*too many connections from this address/);
      for (let i = 0; i < 2; i++) await raw().upgrade(from('203.0.113.2'));
      await until(() => accepted.length === 4);
      assert.equal(listener.counters.refused.addressLimit, 1);
    });
  });

  describe('what is no handshake', () => {
    it('gets 426 when it asks for a page', async () => {
      await serve();
      const response = await fetch(`http://127.0.0.1:${listener.address.port}/gatesvr`);
      assert.equal(response.status, 426);
      assert.equal(response.headers.get('upgrade'), 'websocket');
      assert.match(await response.text(), /WebSocket sessions and nothing else/);
      assert.equal(listener.counters.refused.noUpgrade, 1);
    });

    for (const [what, headers, says] of [
      ['without a key', { 'sec-websocket-key': '' }, /Sec-WebSocket-Key/],
      ['with a key that is none', { 'sec-websocket-key': 'short' }, /Sec-WebSocket-Key/],
      ['of another version', { 'sec-websocket-version': '7' }, /Sec-WebSocket-Version/],
      ['to another protocol', { upgrade: 'h2c' }, /Upgrade header/],
    ] as const) {
      it(`gets 400 ${what}`, async () => {
        await serve();
        const text = await handshake(headers);
        assert.match(text, /^HTTP\/1\.1 400 [^]*This is no WebSocket handshake: /);
        assert.match(text, says);
        assert.equal(listener.counters.refused.badRequest, 1);
      });
    }

    it('gets 400 when it is no HTTP, 431 when its header does not end', async () => {
      await serve();
      const nonsense = raw();
      nonsense.send('HELO gatesvr\r\n\r\n');
      assert.match(await nonsense.answer(), /^HTTP\/1\.1 400 /);
      const endless = raw();
      endless.send(`GET /gatesvr HTTP/1.1\r\nx: ${'x'.repeat(20_000)}`);
      assert.match(await endless.answer(), /^HTTP\/1\.1 431 [^]*The header is too long\.\n$/);
      assert.equal(listener.counters.refused.badRequest, 2);
    });

    it('is cut when it takes too long, however far it came [B21]', async () => {
      await serve({ handshakeTimeoutMs: 100 });
      const check = await bystander();
      const [silent, halfway, tls] = [raw(), raw(), raw()];
      halfway.send('GET /gatesvr HTTP/1.1\r\nhost: ');
      tls.send(Uint8Array.of(0x16, 3, 1));
      await Promise.all([silent.answer(), halfway.answer(), tls.answer()]);
      assert.equal(listener.counters.refused.tooSlow, 3);
      await check();
    });

    it('is dropped when it begins TLS and says nonsense, or speaks an old version', async () => {
      await serve();
      const check = await bystander();
      const nonsense = raw();
      nonsense.send(Uint8Array.of(0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5));
      await nonsense.answer();
      const old = connectTls({
        ...{ port: listener.address.port, host: '127.0.0.1', rejectUnauthorized: false },
        ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      });
      const [error] = (await once(old, 'error')) as [Error];
      assert.match(error.message, /alert|version/);
      await until(() => listener.counters.refused.tls === 2);
      await check();
    });

    it('is told when nobody is taken any more', async () => {
      await serve();
      const early = raw();
      const check = await bystander();
      await until(() => listener.counters.open === 2);
      listener.stopAccepting();
      early.send(upgradeRequest());
      assert.match(await early.answer(), /^HTTP\/1\.1 503 [^]*The gateway takes no more connections\.\n$/);
      await check();
    });
  });

  describe('messages', () => {
    /** Sends frames over a new connection. @returns how the gateway closed it, and what it was told */
    async function closeAfter(...frames: Buffer[]): Promise<{ code: number; reason: string }> {
      const peer = await raw().upgrade();
      peer.send(Buffer.concat(frames));
      const close = await peer.close();
      peer.end();
      return close;
    }

    it('of text are refused by name', async () => {
      await serve();
      const check = await bystander();
      const close = await closeAfter(clientFrame(TEXT, '{"hello":true}'));
      assert.deepEqual(close, {
        code: CloseCode.CLOSE_PROTOCOL,
        reason: 'a text message came: frames travel in binary ones',
      });
      assert.deepEqual(await accepted[1]!.whenClosed(), { ...close, remote: false });
      assert.equal(accepted[1]!.bytes, 0);
      await check();
    });

    it('over the limit are refused before they have come [B21]', async () => {
      await serve({ maxMessageBytes: 1000 });
      const check = await bystander();
      assert.equal((await closeAfter(clientFrame(BINARY, 'x', 1001))).code, TOO_BIG);
      assert.equal((await closeAfter(clientFrame(BINARY, 'x', 2 ** 50))).code, TOO_BIG);
      assert.equal(
        (await closeAfter(clientFrame(BINARY_BEGINS, 'x'.repeat(600)), clientFrame(GOES_ON, 'x'.repeat(600)))).code,
        TOO_BIG,
      );
      for (const recorder of accepted.slice(1)) {
        assert.equal((await recorder.whenClosed()).code, 0);
        assert.match(recorder.closes[0]!.reason, /Max payload size exceeded/);
        assert.equal(recorder.bytes, 0);
      }
      const peer = await raw().upgrade();
      peer.send(clientFrame(BINARY, 'x'.repeat(1000)));
      await until(() => accepted.at(-1)!.bytes === 1000);
      await check();
    });

    it('in pieces are put together, whatever comes between', async () => {
      await serve();
      const peer = await raw().upgrade();
      await until(() => accepted.length === 1);
      const [recorder] = accepted as [Recorder];
      for (const frame of [clientFrame(BINARY_BEGINS, 'one '), clientFrame(PING, '?'), clientFrame(GOES_ON, 'two ')]) {
        for (const byte of frame) peer.send(Uint8Array.of(byte));
      }
      await until(() => peer.text.includes('?'));
      assert.equal(recorder.chunks.length, 0);
      peer.send(clientFrame(GOES_ON_AND_ENDS, 'three'));
      await recorder.until(() => recorder.chunks.length > 0);
      assert.deepEqual([recorder.chunks.length, recorder.text], [1, 'one two three']);
    });

    it('in far more pieces than anybody honest makes of them are refused', async () => {
      await serve({ maxMessageBytes: 10_000, strangerBytes: Infinity });
      const check = await bystander();
      const pieces = Array.from({ length: 100 }, () => clientFrame(GOES_ON));
      const close = await closeAfter(clientFrame(BINARY_BEGINS, 'x'), ...pieces);
      assert.equal(close.code, POLICY);
      assert.match((await accepted[1]!.whenClosed()).reason, /Too many message fragments/);
      await check();
    });

    for (const [what, frame] of [
      ['not masked', Buffer.of(BINARY, 1, 0x78)],
      ['with reserved bits', clientFrame(BINARY | 0x40, 'x')],
      ['of an unknown kind', clientFrame(0x83, 'x')],
      ['that go on with nothing', clientFrame(GOES_ON_AND_ENDS, 'x')],
      ['that are long pings', clientFrame(PING, 'x'.repeat(126))],
    ] as const) {
      it(`${what} end the connection as WebSocket has it`, async () => {
        await serve();
        const check = await bystander();
        assert.equal((await closeAfter(frame)).code, PROTOCOL_ERROR);
        assert.deepEqual([accepted[1]!.bytes, (await accepted[1]!.whenClosed()).remote], [0, true]);
        await check();
      });
    }

    it('of a stranger are limited, whole or not, until it is admitted [B21]', async () => {
      await serve({ strangerBytes: 1000 });
      const check = await bystander();
      const close = await closeAfter(clientFrame(BINARY, 'x'.repeat(1100), 100_000));
      assert.deepEqual(close, { code: CloseCode.CLOSE_FRAME_TOO_LARGE, reason: 'too much was sent before the login' });
      const peer = await raw().upgrade();
      await until(() => accepted.length === 3);
      const [, , admitted] = accepted as [Recorder, Recorder, Recorder];
      peer.send(clientFrame(BINARY, 'x'.repeat(800)));
      await admitted.until(() => admitted.bytes === 800);
      admitted.connection.admit();
      peer.send(clientFrame(BINARY, 'x'.repeat(5000)));
      await admitted.until(() => admitted.bytes === 5800);
      await check();
    });

    it('without content, and pings, are taken in measure', async () => {
      await serve({ strangerBytes: Infinity });
      const check = await bystander();
      for (const frame of [clientFrame(PING), clientFrame(BINARY)]) {
        const close = await closeAfter(...Array.from({ length: 1500 }, () => frame));
        assert.deepEqual(close, { code: CloseCode.CLOSE_PROTOCOL, reason: 'too many pings or empty messages' });
      }
      await check();
    });
  });

  describe('the certificate', () => {
    /** Whether a new connection is shown this one. */
    async function shows(certificate: TestCertificate): Promise<boolean> {
      return (await answer({ shows: certificate })) === 'connected';
    }

    it('is replaced for connections that begin from then on, and harms none that stands', async () => {
      await serve();
      const check = await bystander();
      const next = await makeCertificate();
      listener.setCertificate(next);
      assert.deepEqual([await shows(next), await shows(certificate)], [true, false]);
      await check();
    });

    it('stays when the next one cannot be used', async () => {
      await serve();
      const other = await makeCertificate();
      for (const broken of [
        { chain: certificate.chain, key: other.key },
        { chain: Buffer.from('no certificate'), key: certificate.key },
      ]) {
        assert.throws(
          () => listener.setCertificate(broken),
          (error: unknown) => error instanceof GatesvrError && error.error === 'BAD_CERTIFICATE',
        );
      }
      assert.equal(await shows(certificate), true);
    });
  });

  it('frees the connections and timers of 100 sessions, whoever closes', async () => {
    await serve();
    for (let round = 0; round < 10; round++) {
      const dialled = await Promise.all(Array.from({ length: 10 }, (_, i) => dial({ tls: i % 2 === 0 })));
      await until(() => accepted.length === (round + 1) * 10);
      const ends = dialled.map((connection) => new Recorder(connection).open());
      for (const recorder of ends.slice(5)) recorder.connection.close(4500, 'client');
      await Promise.all(ends.slice(5).map((recorder) => recorder.whenClosed()));
      for (const recorder of accepted) recorder.connection.close(4500, 'server');
      await Promise.all(ends.map((recorder) => recorder.whenClosed()));
    }
    await Promise.all(accepted.map((recorder) => recorder.whenClosed()));
    await until(() => listener.counters.open === 0);
    assert.equal(timers.armed, 0);
    assert.ok(accepted.every((recorder) => recorder.closes[0]?.code === 4500));
  });
});
