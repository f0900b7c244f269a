import { systemClock } from '../../lib/clock.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import { isEngine, loadEngine } from '../../lib/quic/engine.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import type { Connection, Dialer } from '../../lib/transport/transport.js';
import { WebSocketDialer } from '../../lib/transport/websocket-dialer.js';
import { WebTransportDialer } from '../../lib/transport/webtransport-dialer.js';
import type { Target } from '../support/stand.js';

const engine = loadEngine();
if (!isEngine(engine)) throw new Error(engine.reason);
/** All connections of the process share one UDP socket. Bare connections say nothing for minutes. */
const endpoint = new QuicEndpoint({ engine, clock: systemClock, transport: { idleTimeoutMs: 600_000 } });

/** For all timers of a load. */
export const wheel = new TimerWheel(systemClock, 5);

/** How a gateway is reached. */
export type Way = 'quic' | 'wss';

/** By way and certificate: what an engine needs to check it is made once. */
const dialers = new Map<string, Dialer>();

export function dial({ url, certificateHash }: Target, way: Way): Promise<Connection> {
  const key = `${way} ${certificateHash}`;
  let dialer = dialers.get(key);
  if (dialer === undefined) {
    dialer = newDialer(way, Buffer.from(certificateHash, 'base64'));
    dialers.set(key, dialer);
  }
  return dialer.dial(url, new AbortController().signal);
}

function newDialer(way: Way, hash: Uint8Array): Dialer {
  if (way === 'quic') return new WebTransportDialer(endpoint, wheel, { trust: { hashes: [hash] } });
  // Who else could answer on this machine? The certificate costs both sides the same, checked or not.
  return new WebSocketDialer({ clock: systemClock, timers: wheel, refuseServer: () => undefined });
}
