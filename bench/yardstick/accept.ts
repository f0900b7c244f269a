import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { WebSocketServer, type WebSocket } from 'ws';
import { systemClock } from '../../lib/clock.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import { isEngine, loadEngine } from '../../lib/quic/engine.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import type { Connection } from '../../lib/transport/transport.js';
import { WebTransportListener } from '../../lib/transport/webtransport-listener.js';

/** As long as nobody sends anything; longer than any benchmark lets a connection idle. */
const IDLE_TIMEOUT_MS = 600_000;
/** No limit is meant to be reached. */
const MANY = 1_000_000;
const HOST = '127.0.0.1';

export interface Accepting {
  readonly port: number;
  /** Sends at once what was written in this turn. */
  readonly flush: () => void;
}

/** Takes WebTransport sessions with the gateway's own driver. @param certificateFile certificate and key, PEM */
export async function acceptQuic(
  certificateFile: string,
  accept: (connection: Connection) => void,
): Promise<Accepting> {
  const engine = loadEngine();
  if (!isEngine(engine)) throw new Error(engine.reason);
  const pem = readFileSync(certificateFile);
  const certificate = { chain: pem, key: pem };
  const endpoint = new QuicEndpoint({
    engine,
    clock: systemClock,
    host: HOST,
    certificate,
    transport: { idleTimeoutMs: IDLE_TIMEOUT_MS },
    admission: { maxConnections: MANY, maxConnectionsPerAddress: MANY },
  });
  endpoint.setCertificate(certificate);
  const listener = new WebTransportListener(endpoint, new TimerWheel(systemClock));
  await listener.start(accept);
  return { port: listener.address.port, flush: () => endpoint.flush() };
}

/** Takes WebSockets with TLS, as the package `ws` has them. @param certificateFile certificate and key, PEM */
export async function acceptWss(certificateFile: string, accept: (socket: WebSocket) => void): Promise<Accepting> {
  const pem = readFileSync(certificateFile);
  const server = createServer({ cert: pem, key: pem });
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', accept);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, flush: () => undefined };
}
