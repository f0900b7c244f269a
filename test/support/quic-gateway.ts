import { systemClock } from '../../lib/clock.js';
import { Admission, defaultAdmissionLimits } from '../../lib/quic/admission.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { ListenerGroup } from '../../lib/transport/listener-group.js';
import { WebSocketListener } from '../../lib/transport/websocket-listener.js';
import { WebTransportListener } from '../../lib/transport/webtransport-listener.js';
import { makeCertificate } from './certificate.js';
import { quicEngine } from './quic.js';
import { ScriptedGateway } from './scripted-gateway.js';

/** A scripted gateway on a real QUIC port of this machine. */
export interface QuicGateway {
  readonly gateway: ScriptedGateway;
  readonly url: string;
  /** SHA-256 of its certificate, base64. */
  readonly certificateHash: string;
}

export async function startQuicGateway(): Promise<QuicGateway> {
  const certificate = await makeCertificate();
  const endpoint = new QuicEndpoint({ engine: quicEngine(), clock: systemClock, certificate });
  const gateway = new ScriptedGateway(new WebTransportListener(endpoint, new TimerWheel(systemClock)));
  await gateway.start();
  return {
    gateway,
    url: `https://127.0.0.1:${gateway.listener.address.port}/gatesvr`,
    certificateHash: Buffer.from(certificate.hash).toString('base64'),
  };
}

export interface GatewayOfBoth extends QuicGateway {
  /** Where it takes WebSockets, without TLS. */
  readonly webSocketUrl: string;
}

/** A scripted gateway that takes WebTransport and WebSockets, on ports of their own. */
export async function startGatewayOfBoth(): Promise<GatewayOfBoth> {
  const certificate = await makeCertificate();
  const timers = new TimerWheel(systemClock);
  const endpoint = new QuicEndpoint({ engine: quicEngine(), clock: systemClock, certificate });
  const quic = new WebTransportListener(endpoint, timers);
  const admission = new Admission(defaultAdmissionLimits);
  const webSockets = new WebSocketListener({
    clock: systemClock,
    timers,
    plain: 'local',
    admission,
    // A script admits nobody.
    strangerBytes: Infinity,
  });
  webSockets.setCertificate(certificate);
  const gateway = new ScriptedGateway(new ListenerGroup([webSockets, quic], false));
  await gateway.start();
  return {
    gateway,
    url: `https://127.0.0.1:${quic.address.port}/gatesvr`,
    webSocketUrl: `ws://127.0.0.1:${webSockets.address.port}/gatesvr`,
    certificateHash: Buffer.from(certificate.hash).toString('base64'),
  };
}

/** Makes the gateway welcome everybody, answer each request with its payload, and say Pong. */
export function echoes({ gateway }: QuicGateway): void {
  let nextSeq = 1;
  let lastClientSeq = 0;
  gateway.onSession = (session) => {
    session.onFrame = (frame) => {
      if (frame.body === 'hello') {
        const { resumeToken, lastServerSeq } = frame.hello;
        if (resumeToken === '') session.welcome();
        else session.welcomeBack({ lastClientSeq });
        session.replayed(lastServerSeq);
      } else if (frame.body === 'request') {
        lastClientSeq = frame.seq;
        session.unit(nextSeq++, [{ response: { clientSeq: frame.seq, code: 200, payload: frame.request.payload } }]);
      } else if (frame.body === 'heartbeat') {
        session.send({ pong: {} });
      }
    };
  };
}
