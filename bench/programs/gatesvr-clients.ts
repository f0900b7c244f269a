// Clients of the gateway, many in a process: connects them, lets them ask, sends their heartbeats.
import { systemClock } from '../../lib/clock.js';
import { TokenIssuer } from '../../lib/dev/token-issuer.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import { isEngine, loadEngine } from '../../lib/quic/engine.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { WebTransportDialer } from '../../lib/transport/webtransport-dialer.js';
import { answerCommands } from '../support/commands.js';
import { Load, type LoadOrder } from '../support/load.js';
import type { Target } from '../support/stand.js';
import { GatesvrClient } from './gatesvr-client.js';

/** Few enough that the gateway asks nobody to prove an address. */
const HANDSHAKES_AT_A_TIME = 20;

const engine = loadEngine();
if (!isEngine(engine)) throw new Error(engine.reason);
const endpoint = new QuicEndpoint({ engine, clock: systemClock, transport: { idleTimeoutMs: 180_000 } });
const wheel = new TimerWheel(systemClock, 5);
const clients: GatesvrClient[] = [];
let connected = 0;
let connecting = 0;

answerCommands({
  /** Connects further clients until there are `count`; lets the newest go if there are more. */
  hold: async ({ target, count }: { target: Target; count: number }) => {
    for (const client of clients.splice(count)) client.leave();
    const dialer = new WebTransportDialer(endpoint, wheel, {
      trust: { hashes: [Buffer.from(target.certificateHash, 'base64')] },
    });
    const tokens = new TokenIssuer(target.secret);
    const workers = Array.from({ length: HANDSHAKES_AT_A_TIME }, async () => {
      while (clients.length + connecting < count) await connect(dialer, target, tokens);
    });
    await Promise.all(workers);
  },
  run: (order: LoadOrder) => new Load(order).run(clients),
});
console.log('ready');

async function connect(dialer: WebTransportDialer, { url }: Target, tokens: TokenIssuer): Promise<void> {
  connecting++;
  const token = await tokens.sign({ player: `bench-${process.pid}-${++connected}` });
  const client = new GatesvrClient(await dialer.dial(url, new AbortController().signal), wheel);
  await client.login(token);
  clients.push(client);
  connecting--;
}
