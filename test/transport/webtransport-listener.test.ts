import assert from 'node:assert/strict';
import { systemClock } from '../../lib/clock.js';
import { GatesvrError } from '../../lib/errors.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import type { Connection } from '../../lib/transport/transport.js';
import { WebTransportDialer } from '../../lib/transport/webtransport-dialer.js';
import { WebTransportListener, type WebTransportListenerOptions } from '../../lib/transport/webtransport-listener.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { quicEngine, Recorder as QuicRecorder } from '../support/quic.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/until.js';

describe('WebTransportListener', () => {
  let certificate: TestCertificate;
  let endpoint: QuicEndpoint;
  let client: QuicEndpoint;
  let listener: WebTransportListener;
  let timers: TimerWheel;
  let accepted: Recorder[];

  before(async () => {
    certificate = await makeCertificate();
  });

  afterEach(async () => {
    await client.stop(0, '');
    await listener.stop();
    assert.equal(timers.armed, 0);
    assert.equal(endpoint.timers.armed, 0);
  });

  async function serve(options: Partial<WebTransportListenerOptions> = {}): Promise<void> {
    const common = { engine: quicEngine(), clock: systemClock };
    timers = new TimerWheel(systemClock);
    accepted = [];
    endpoint = new QuicEndpoint({ ...common, certificate });
    client = new QuicEndpoint(common);
    listener = new WebTransportListener(endpoint, timers, options);
    await listener.start((connection) => {
      const recorder = new Recorder(connection).open();
      recorder.onData = () => {
        if (recorder.text.endsWith('?')) connection.close(4500, 'server');
      };
      accepted.push(recorder);
    });
  }

  /** @param origin undefined: none is shown */
  function dial(path: string, origin?: string): Promise<Connection> {
    const trust = { hashes: [certificate.hash] };
    const dialer = new WebTransportDialer(client, timers, origin === undefined ? { trust } : { trust, origin });
    return dialer.dial(`https://localhost:${listener.address.port}${path}`, new AbortController().signal);
  }

  async function answer(path: string, origin?: string): Promise<string> {
    try {
      (await dial(path, origin)).abort();
      return 'connected';
    } catch (error) {
      assert.ok(error instanceof GatesvrError && error.error === 'CONNECT_FAILED');
      return error.message;
    }
  }

  it('serves its path, with or without a query, and no other', async () => {
    await serve();
    assert.equal(await answer('/gatesvr'), 'connected');
    assert.equal(await answer('/gatesvr?token=1'), 'connected');
    for (const path of ['/', '/gatesvr/', '/gatesvrx', '/GATESVR']) assert.match(await answer(path), /404/);
  });

  it('takes, unless told otherwise, this machine’s pages and who is no page', async () => {
    await serve();
    for (const origin of [undefined, 'http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:80']) {
      assert.equal(await answer('/gatesvr', origin), 'connected', origin);
    }
    for (const origin of ['https://game.example', 'http://localhost.example', 'null', 'localhost', '']) {
      assert.match(await answer('/gatesvr', origin), /403/, origin);
    }
  });

  it('takes the pages it is told to, or all', async () => {
    await serve({ origins: ['https://game.example'] });
    assert.equal(await answer('/gatesvr', 'https://game.example'), 'connected');
    assert.match(await answer('/gatesvr', 'http://localhost'), /403/);
    await client.stop(0, '');
    await listener.stop();
    await serve({ origins: '*' });
    assert.equal(await answer('/gatesvr', 'https://anything.example'), 'connected');
  });

  it('closes a connection that asks for no session in time, and lets one with a session be', async () => {
    await serve({ sessionDeadlineMs: 100 });
    const served = new Recorder(await dial('/gatesvr')).open();
    const quic = client.connect('127.0.0.1', listener.address.port, 'localhost', { hashes: [certificate.hash] });
    const idle = new QuicRecorder();
    quic.open(idle);
    await until(() => idle.close !== undefined);
    assert.equal(idle.close?.reason, 'no session in time');
    assert.equal(served.closes.length, 0);
    assert.equal(accepted[0]?.closes.length, 0);
  });

  it('closes a connection whose session was refused', async () => {
    await serve({ sessionDeadlineMs: 100 });
    assert.match(await answer('/other'), /404/);
    await until(() => endpoint.connections === 0);
  });

  it('frees connection, streams and timers of 100 sessions, whoever closes', async () => {
    await serve();
    for (let round = 0; round < 10; round++) {
      const dialled = await Promise.all(Array.from({ length: 10 }, () => dial('/gatesvr')));
      const recorders = dialled.map((connection) => new Recorder(connection).open());
      await until(() => accepted.length === (round + 1) * 10);
      for (const [index, recorder] of recorders.entries()) {
        // Every other client leaves it to the server to close.
        recorder.connection.write(Buffer.from('x'));
        if (index % 2 === 0) recorder.connection.close(4500, 'client');
        else recorder.connection.write(Buffer.from('?'));
      }
      await Promise.all(recorders.map((recorder) => recorder.whenClosed()));
    }
    await Promise.all(accepted.map((recorder) => recorder.whenClosed()));
    await until(() => endpoint.connections === 0 && client.connections === 0);
    assert.equal(timers.armed, 0);
    assert.ok(accepted.every((recorder) => recorder.closes[0]?.code === 4500));
  });
});
