import { systemClock } from '../../lib/clock.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import { isEngine, loadEngine } from '../../lib/quic/engine.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import type { Connection } from '../../lib/transport/transport.js';
import { WebTransportDialer } from '../../lib/transport/webtransport-dialer.js';
import type { Target } from '../support/stand.js';

const engine = loadEngine();
if (!isEngine(engine)) throw new Error(engine.reason);
/** All connections of the process share one UDP socket. Bare connections say nothing for minutes. */
const endpoint = new QuicEndpoint({ engine, clock: systemClock, transport: { idleTimeoutMs: 600_000 } });

/** For all timers of a load. */
export const wheel = new TimerWheel(systemClock, 5);

/** By certificate: what an engine needs to check it is made once. */
const dialers = new Map<string, WebTransportDialer>();

export function dialQuic({ url, certificateHash }: Target): Promise<Connection> {
  let dialer = dialers.get(certificateHash);
  if (dialer === undefined) {
    const trust = { hashes: [Buffer.from(certificateHash, 'base64')] };
    dialer = new WebTransportDialer(endpoint, wheel, { trust });
    dialers.set(certificateHash, dialer);
  }
  return dialer.dial(url, new AbortController().signal);
}
