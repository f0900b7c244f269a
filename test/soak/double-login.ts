import { Reason } from '../../lib/protocol/message-codec.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { GatewayStand } from '../support/gateway-stand.js';
import type { FrameClient } from '../support/frame-client.js';
import { until } from '../support/until.js';
import type { Soak } from './run.js';

/** Two clients of one player at the same moment, again and again: one live session each time, the other told. */
export const doubleLogin: Soak = {
  what: 'two clients of one player log in at the same moment: one stays, the other is told',
  count: 200,
  async run(count, print) {
    const stand = await GatewayStand.start();
    let wrong = 0;
    const wins = [0, 0];
    try {
      for (let round = 1; round <= count; round++) {
        const story = await oneRound(stand, wins);
        if (story !== undefined) {
          wrong++;
          print(`round ${round}: ${story}`);
        }
      }
    } finally {
      await stand.stop();
    }
    print(`${count} rounds, ${wrong} wrong; the first client stayed ${wins[0]} times, the second ${wins[1]}`);
    return wrong === 0;
  },
};

/** @returns what was wrong */
async function oneRound(stand: GatewayStand, wins: number[]): Promise<string | undefined> {
  const clients = await Promise.all([stand.connect(), stand.connect()]);
  for (const client of clients) client.hello({ token: 'token-of-twin' });
  await until(() => clients.some(({ close }) => close !== undefined) && clients.some(isServed));
  const loser = clients.findIndex(({ close }) => close !== undefined);
  const stayed = clients[1 - loser]!;
  wins[1 - loser]!++;
  stayed.send({ seq: (stayed.last('welcome')?.welcome.lastClientSeq ?? 0) + 1, request: { action: 'echo' } });
  await until(() => stayed.responses.length > 0 || stayed.close !== undefined);
  const story = judge(clients[loser]!, stayed, stand);
  stayed.send({ bye: { reason: Reason.LOGOUT } });
  await until(() => stand.gateway.counts.sessions === 0);
  return story;
}

function isServed(client: FrameClient): boolean {
  return client.close === undefined && client.all('replayed').length > 0;
}

function judge(lost: FrameClient, stayed: FrameClient, stand: GatewayStand): string | undefined {
  if (stayed.close !== undefined) return `both were closed: ${lost.close?.code} and ${stayed.close.code}`;
  if (lost.close?.code !== CloseCode.CLOSE_REPLACED) return `the other was closed with ${lost.close?.code}`;
  if (lost.last('kick')?.kick.reason !== Reason.REPLACED) return 'the other got no Kick(REPLACED)';
  const { sessions, players } = stand.gateway.counts;
  if (players !== 1) return `${players} players`;
  return sessions > 1 ? `${sessions} sessions` : undefined;
}
