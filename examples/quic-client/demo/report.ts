import type { ClientTransport } from '../../../lib/client/node.js';
import { violationKinds, type Violation } from '../../checker/unit-checker.js';
import { cutPhases, type DemoPlayer } from './demo-player.js';
import type { DemoTransport } from './network.js';
import type { PushTally } from './push-tally.js';

/** Stories told in full; the counts say how many there are. */
const MAX_STORIES = 10;

export interface Outcome {
  readonly players: readonly DemoPlayer[];
  readonly transport: DemoTransport;
  /** How often UDP was taken away. */
  readonly outages: number;
  readonly pushes: PushTally;
  readonly violations: readonly Violation[];
  readonly kills: number;
  readonly seconds: number;
}

/** "lost 0, duplicated 0, reordered 0, misplaced 0" */
export function verdictLine(violations: readonly Violation[]): string {
  return violationKinds.map((kind) => `${kind} ${violations.filter((v) => v.kind === kind).length}`).join(', ');
}

const roads: Record<DemoTransport, string> = {
  quic: 'over QUIC',
  websocket: 'over WebSocket',
  mixed: 'between QUIC and WebSocket',
};

/** The report, the verdict in its last line. */
export function report(outcome: Outcome): string {
  const { players, transport, pushes, violations, kills, seconds } = outcome;
  const requests = players.flatMap(({ history }) => history.requests);
  const ends = countBy(requests.map(({ end }) => describeEnd(end)));
  const resumes = ['FULL', 'PARTIAL', 'FRESH'] as const;
  const cuts = sum(players, ({ totalCuts }) => totalCuts);
  const latencies = requests.flatMap(({ end }) => (end === undefined ? [] : [end.tookMs])).sort((a, b) => a - b);
  return [
    `clients    ${players.length} ${roads[transport]}, ${seconds.toFixed(1)} s`,
    ...(transport === 'mixed' ? [changes(outcome)] : []),
    `requests   ${requests.length}: ${[...ends].map(([end, count]) => `${count} ${end}`).join(', ')}`,
    `units      ${sum(players, ({ history }) => history.units)}, of which replayed ${sum(players, ({ history }) => history.replayed)}; dropped as duplicate ${sum(players, ({ client }) => client.counters.duplicates)}`,
    `notifies   ${sum(players, ({ history }) => history.notifies)}, of which pushed ${sum(players, ({ history }) => history.pushes.size)}`,
    `pushes     ${pushes.total}: ${pushes.outcomes}`,
    ...pushes.lines.map((line) => `           ${line}`),
    ...(pushes.missing.length > 0
      ? [`unproved   no push was seen ${pushes.missing.join(', ')}: a longer run has them`]
      : []),
    `cuts       ${cuts}: ${cutPhases.map((phase) => `${sum(players, (player) => player.cuts[phase])} ${phase}`).join(', ')}`,
    `resumes    ${resumes.map((verdict) => `${sum(players, ({ client }) => client.counters.resumes[verdict])} ${verdict}`).join(', ')}`,
    ...(kills > 0 ? [`kills      ${kills}`] : []),
    `latency    p50 ${at(latencies, 0.5)} ms, p90 ${at(latencies, 0.9)} ms, p99 ${at(latencies, 0.99)} ms, cuts included`,
    ...violations.slice(0, MAX_STORIES).map(({ kind, story }) => `${kind.padEnd(10)} ${story}`),
    verdictLine(violations),
  ].join('\n');
}

function changes({ players, outages }: Outcome): string {
  const { webtransport: quic, websocket } = totals(players, ({ transports }) => transports.sessions);
  const changed = totals(players, ({ transports }) => transports.changesTo);
  return (
    `sessions   ${quic} over QUIC, ${websocket} over WebSocket; UDP was away ${outages} times: ` +
    `${changed.websocket} changes to WebSocket, ${changed.webtransport} back`
  );
}

function totals(
  players: readonly DemoPlayer[],
  value: (player: DemoPlayer) => Readonly<Record<ClientTransport, number>>,
): Record<ClientTransport, number> {
  return {
    webtransport: sum(players, (player) => value(player).webtransport),
    websocket: sum(players, (player) => value(player).websocket),
  };
}

function describeEnd(end: { outcome: string; code: number } | undefined): string {
  if (end === undefined) return 'never ended';
  return end.outcome === 'ANSWERED' ? 'answered' : `${end.code} ${end.outcome}`;
}

function countBy(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

/** Value at a share of a sorted list. */
function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}
