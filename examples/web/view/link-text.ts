import type { Flag, LinkHistory } from '../model/link-history.js';
import { seconds } from '../model/player.js';

/** What became of the link so far, in one sentence: what the link lane shows. */
export function summaryOf({ cuts, flags, spans }: LinkHistory): string {
  const flag = flags.at(-1);
  if (flag === undefined) return 'There has been no link yet.';
  const times = cuts === 1 ? 'once' : `${cuts} times`;
  const losses = cuts === 0 ? 'The link has held' : `The link was lost ${times}`;
  const now = spans.at(-1)?.phase === 'away' ? 'there is none now' : `the last Welcome said ${verdictText(flag)}`;
  return `${losses}; ${now}.`;
}

function verdictText({ verdict, reason, awayMs, lost, replayed }: Flag): string {
  const parts = [reason === '' ? verdict : `${verdict} (${reason})`];
  if (awayMs !== undefined) parts.push(`after ${seconds(awayMs)}`);
  if (lost !== undefined) parts.push(`with units ${lost.from} to ${lost.to} lost`);
  if (replayed > 0) parts.push(`and ${replayed === 1 ? '1 unit was' : `${replayed} units were`} replayed`);
  return parts.join(' ');
}
