// Receivers of pushes, many in a process, each a client of the package as users have it.
import { TokenIssuer } from '../../lib/dev/token-issuer.js';
import { connect, type GatesvrClient } from '../../lib/client/node.js';
import { answerCommands } from '../support/commands.js';
import type { Target } from '../support/stand.js';
import type { Way } from './dialing.js';
import { Receiving, type ReceiveOrder } from './receiving.js';
import { sideBySide } from './side-by-side.js';

const clients: GatesvrClient[] = [];
const receiving = new Receiving();
let connected = 0;

answerCommands({
  /** Connects further clients until there are `count`, or lets go those that are too many. */
  hold: async ({ target, count, way }: { target: Target; count: number; way: Way }) => {
    const leaving = clients.splice(count);
    await sideBySide(leaving.length, () => leaving.pop()!.close({ logout: true }));
    const tokens = new TokenIssuer(target.secret);
    await sideBySide(count - clients.length, () => open(target, way, tokens));
  },
  begin: (order: ReceiveOrder) => receiving.begin(order),
  end: async () => {
    for (const client of clients) await acknowledged(client);
    return receiving.end();
  },
});
console.log('ready');

async function open({ url, certificateHash }: Target, way: Way, tokens: TokenIssuer): Promise<void> {
  const token = await tokens.sign({ player: `receiver-${process.pid}-${++connected}` });
  const client = connect({
    url,
    token,
    serverCertificateHashes: [certificateHash],
    transports: [way === 'quic' ? 'webtransport' : 'websocket'],
  });
  client.onError((error) => receiving.problem(String(error)));
  client.onResume((verdict) => receiving.problem(`a reconnect: ${verdict}`));
  await client.ready();
  const index = clients.push(client) - 1;
  client.onNotify('push', ({ payload }) => receiving.received(index, payload));
}

/** Resolves when the gateway was told of all that came: the client does so within 20 ms. */
async function acknowledged(client: GatesvrClient): Promise<void> {
  while (client.progress.acknowledged < client.progress.position) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
