import { createSocket } from 'node:dgram';
import { systemClock } from '../../lib/clock.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { WebTransportDialer } from '../../lib/transport/webtransport-dialer.js';
import { WebTransportListener } from '../../lib/transport/webtransport-listener.js';
import { connectionSuite } from '../conformance/connection-suite.js';
import { makeCertificate } from '../support/certificate.js';
import { quicEngine } from '../support/quic.js';

connectionSuite('WebTransport', async () => {
  const common = { engine: quicEngine(), clock: systemClock };
  const certificate = await makeCertificate();
  const timers = new TimerWheel(systemClock);
  const listenAt = (port: number): WebTransportListener =>
    new WebTransportListener(new QuicEndpoint({ ...common, certificate, port }), timers);
  const client = new QuicEndpoint({ ...common, connection: { handshakeTimeoutMs: 2000 } });
  const listener = listenAt(0);
  const silent = createSocket('udp4');
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  // An address with a listener nobody is behind: to UDP, no answer is all there is to see.
  const silentUrl = `https://127.0.0.1:${silent.address().port}/gatesvr`;
  return {
    transport: 'webtransport',
    listener,
    dialer: new WebTransportDialer(client, timers, { trust: { hashes: [certificate.hash] } }),
    url: () => `https://localhost:${listener.address.port}/gatesvr`,
    sameAddress: () => listenAt(listener.address.port),
    deadUrl: silentUrl,
    silentUrl,
    tearDown: async () => {
      await client.stop(0, '');
      silent.close();
    },
  };
});
