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

/** Clients that come or go at a time: few enough that the gateway asks nobody to prove an address. */
const AT_A_TIME = 20;

const engine = loadEngine();
if (!isEngine(engine)) throw new Error(engine.reason);
const endpoint = new QuicEndpoint({ engine, clock: systemClock, transport: { idleTimeoutMs: 180_000 } });
const wheel = new TimerWheel(systemClock, 5);
const clients: GatesvrClient[] = [];
let connected = 0;

answerCommands({
  /** Connects further clients until there are `count`, or lets go those that are too many. */
  hold: async ({ target, count }: { target: Target; count: number }) => {
    const leaving = clients.splice(count);
    await sideBySide(leaving.length, () => leaving.pop()!.leave());
    const dialer = new WebTransportDialer(endpoint, wheel, {
      trust: { hashes: [Buffer.from(target.certificateHash, 'base64')] },
    });
    const tokens = new TokenIssuer(target.secret);
    await sideBySide(count - clients.length, () => connect(dialer, target, tokens));
  },
  run: (order: LoadOrder) => new Load(order).run(clients),
});
console.log('ready');

/** Does something `count` times, several at a time. */
async function sideBySide(count: number, act: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await act();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

async function connect(dialer: WebTransportDialer, { url }: Target, tokens: TokenIssuer): Promise<void> {
  const token = await tokens.sign({ player: `bench-${process.pid}-${++connected}` });
  const client = new GatesvrClient(await dialer.dial(url, new AbortController().signal), wheel);
  await client.login(token);
  clients.push(client);
}
