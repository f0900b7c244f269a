// Clients of the gateway, many in a process: connects them, lets them ask, sends their heartbeats.
import { TokenIssuer } from '../../lib/dev/token-issuer.js';
import { answerCommands } from '../support/commands.js';
import { Load, type LoadOrder } from '../support/load.js';
import type { Target } from '../support/stand.js';
import { GatesvrClient } from './gatesvr-client.js';
import { dial, wheel, type Way } from './dialing.js';
import { sideBySide } from './side-by-side.js';

const clients: GatesvrClient[] = [];
let connected = 0;

answerCommands({
  /** Connects further clients until there are `count`, or lets go those that are too many. */
  hold: async ({ target, count, way = 'quic' }: { target: Target; count: number; way?: Way }) => {
    const leaving = clients.splice(count);
    await sideBySide(leaving.length, () => leaving.pop()!.leave());
    const tokens = new TokenIssuer(target.secret);
    await sideBySide(count - clients.length, () => connect(target, way, tokens));
  },
  run: (order: LoadOrder) => new Load(order).run(clients),
});
console.log('ready');

async function connect(target: Target, way: Way, tokens: TokenIssuer): Promise<void> {
  const token = await tokens.sign({ player: `bench-${process.pid}-${++connected}` });
  const client = new GatesvrClient(await dial(target, way), wheel);
  await client.login(token);
  clients.push(client);
}
