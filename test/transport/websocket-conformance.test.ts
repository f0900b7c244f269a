import { createServer, type AddressInfo } from 'node:net';
import { systemClock } from '../../lib/clock.js';
import { Admission, defaultAdmissionLimits } from '../../lib/quic/admission.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { WebSocketDialer } from '../../lib/transport/websocket-dialer.js';
import { WebSocketListener } from '../../lib/transport/websocket-listener.js';
import { connectionSuite } from '../conformance/connection-suite.js';
import { makeCertificate } from '../support/certificate.js';
import { pinTo } from '../support/websocket.js';

for (const tls of [true, false]) {
  connectionSuite(tls ? 'WebSocket' : 'WebSocket without TLS', async () => {
    const clock = systemClock;
    const certificate = await makeCertificate();
    const timers = new TimerWheel(clock);
    const listenAt = (port: number): WebSocketListener => {
      const listener = new WebSocketListener({
        clock,
        timers,
        port,
        plain: tls ? 'never' : 'local',
        admission: new Admission(defaultAdmissionLimits),
        // The suite's peers are never admitted, and write as much as they like.
        strangerBytes: Infinity,
      });
      listener.setCertificate(certificate);
      return listener;
    };
    const listener = listenAt(0);
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const scheme = tls ? 'https' : 'http';
    return {
      transport: 'websocket',
      listener,
      dialer: new WebSocketDialer({ clock, timers, refuseServer: pinTo(certificate) }),
      url: () => `${scheme}://localhost:${listener.address.port}/gatesvr`,
      sameAddress: () => listenAt(listener.address.port),
      // Port 1 (tcpmux): nobody listens there on a machine that runs tests.
      deadUrl: `${scheme}://127.0.0.1:1/gatesvr`,
      silentUrl: `${scheme}://127.0.0.1:${(silent.address() as AddressInfo).port}/gatesvr`,
      tearDown: async () => {
        await new Promise((resolve) => silent.close(resolve));
      },
    };
  });
}
