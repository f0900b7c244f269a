// Receivers of pushes, many in a process, each a client of the package as users have it.
import { TokenIssuer } from '../../lib/dev/token-issuer.js';
import { connect, type GatesvrClient } from '../../lib/client/node.js';
import { answerCommands } from '../support/commands.js';
import type { Target } from '../support/stand.js';
import type { Way } from './dialing.js';
import { Receivers } from './receivers.js';
import { sideBySide } from './side-by-side.js';

/** A client that left comes back when it is told to. */
const AWAY_MS = 600_000;

const clients: GatesvrClient[] = [];
const receivers = new Receivers();
let connected = 0;

answerCommands({
  ...receivers.commands(() => {
    for (const client of clients) client.connect();
  }),
  /** Connects further clients until there are `count`, or lets go those that are too many. */
  hold: async ({ target, count, way }: { target: Target; count: number; way: Way }) => {
    const leaving = clients.splice(count);
    await sideBySide(leaving.length, () => leaving.pop()!.close({ logout: true }));
    const tokens = new TokenIssuer(target.secret);
    await sideBySide(count - clients.length, () => open(target, way, tokens));
  },
  /** Resolves when the gateway was told of all that came: clients do so within 20 ms. */
  acknowledged: async () => {
    for (const client of clients) while (owes(client)) await new Promise((resolve) => setTimeout(resolve, 1));
  },
  /** Breaks all links. */
  leave: () => {
    for (const client of clients) client.dropLink(AWAY_MS);
  },
});
console.log('ready');

function owes({ progress: { acknowledged, position } }: GatesvrClient): boolean {
  return acknowledged < position;
}

async function open({ url, certificateHash }: Target, way: Way, tokens: TokenIssuer): Promise<void> {
  const token = await tokens.sign({ player: `receiver-${process.pid}-${++connected}` });
  const client = connect({
    url,
    token,
    serverCertificateHashes: [certificateHash],
    transports: [way === 'quic' ? 'webtransport' : 'websocket'],
  });
  client.onError((error) => receivers.problem(String(error)));
  await client.ready();
  client.onResume((verdict) => receivers.cameBack(verdict === 'FULL'));
  const index = clients.push(client) - 1;
  client.onNotify('push', ({ payload }) => receivers.received(index, payload));
}
