import type { ProcessStatus } from '../model/dev-server.js';
import type { Ending } from '../model/ending.js';
import type { Player } from '../model/player.js';
import type { NoticeText } from './notice.js';

/** What to tell the person about the player's connection; undefined while all is well. */
export function noticeFor(
  player: Player,
  processes: readonly ProcessStatus[] | undefined,
  now: number,
): NoticeText | undefined {
  if (player.hasLeft) return afterLeaving(player);
  if (player.ending !== undefined) return afterTheEnd(player, player.ending);
  const { connectionState } = player.client;
  if (connectionState === 'active' || connectionState === 'replaying') return undefined;
  if (now < player.awayUntil) {
    return {
      tone: 'busy',
      title: `Away, back in ${Math.ceil((player.awayUntil - now) / 1000)} s.`,
      text: 'The gateway keeps the player and everything meant for it; requests made now wait here.',
      action: { label: 'Come back now', run: () => player.connect() },
    };
  }
  return player.lastFault === '' ? undefined : unreachable(player, processes);
}

function afterLeaving(player: Player): NoticeText {
  return {
    tone: 'busy',
    title: 'Disconnected.',
    text: 'The gateway keeps the player, and everything meant for it, for five minutes.',
    action: { label: 'Connect', run: () => player.connect() },
  };
}

function afterTheEnd(player: Player, { code, reason, kick }: Ending): NoticeText {
  if (kick === 'REPLACED') {
    return {
      tone: 'bad',
      title: 'Another login took this player over.',
      text: `A player has one session; this one got Kick REPLACED, was closed with ${code} and stays away.`,
      action: { label: 'Take it back', run: () => player.connect() },
    };
  }
  return {
    tone: 'bad',
    title: 'The session has ended.',
    text: `The gateway says: ${reason} (${code}).`,
    action: { label: 'Log in again', run: () => player.connect() },
  };
}

function unreachable(player: Player, processes: readonly ProcessStatus[] | undefined): NoticeText {
  const action = { label: 'Try now', run: () => player.connect() };
  if (processes === undefined) {
    return {
      tone: 'bad',
      title: 'Nothing answers any more.',
      text: 'Is npm start still running? Once it is, this page goes on by itself.',
      action,
    };
  }
  const down = processes.filter(({ state }) => state !== 'running').map(({ name }) => name);
  const why = down.length > 0 ? `Down at the moment: ${down.join(', ')}.` : player.lastFault;
  return { tone: 'bad', title: 'The gateway does not answer; trying again.', text: why, action };
}
