import { randomBytes } from 'node:crypto';
import { connect } from '../../../lib/client/node.js';
import { readLedger } from '../../ledger/ledger-reader.js';
import type { DevSetUp } from '../surroundings.js';
import { checkLedger } from './checker.js';
import { cutPhases, DemoPlayer } from './demo-player.js';
import { Killer } from './killer.js';
import { Network, type DemoTransport, type Route } from './network.js';
import { PushTally } from './push-tally.js';
import { report, verdictLine } from './report.js';
import { Workload } from './workload.js';

export interface DemoOptions {
  readonly setUp: DevSetUp;
  readonly clients: number;
  readonly transport: DemoTransport;
  /** At least so many cuts of each phase, over all clients. */
  readonly cutsPerPhase: number;
  /** At least so long, in seconds: for kills to happen. */
  readonly seconds: number;
  /** A service to kill again and again. */
  readonly kill?: string | undefined;
  readonly random?: () => number;
  readonly print: (line: string) => void;
  /** For progress, overwritten each time; not at all where there is no terminal. */
  readonly progress?: (line: string) => void;
}

/** How often progress is told, in ms. */
const PROGRESS_MS = 500;

/** Zones that the players are spread over: a push to one must not reach the others. */
const ZONES = 3;

/** Logins at once: the set-up's page gives tokens to far more. */
const LOGINS_AT_ONCE = 16;

/** Callers of the demo outlast the gateway's own limit of 30 s, whatever the machine has to do besides. */
const REQUEST_TIMEOUT_MS = 120_000;

/** Reconnects of the demo wait little: it is about cuts, not about sparing a gateway. */
const BACKOFF = { baseMs: 20, maxMs: 500 };

/**
 * Clients that make requests while their links are cut in every phase; then what services wrote down is held against
 * what the clients saw.
 * @returns whether nothing was lost, duplicated, reordered or misplaced
 * @throws Error when the set-up keeps no ledger, or runs nothing by the name of what is to be killed
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { setUp, transport, kill, print } = options;
  const { ledgerDirectory } = setUp;
  if (ledgerDirectory === undefined) throw new Error('the services keep no ledger: nothing could be proved');
  if (kill !== undefined && setUp.pidOf(kill) === undefined) throw new Error(`no process "${kill}" runs here`);
  const startedAt = Date.now();
  const network = await Network.to(setUp.gatewayUrl, transport);
  const killer = kill === undefined ? undefined : new Killer(setUp, kill);
  try {
    const players = await startPlayers(options, network.route);
    const seconds = await play(players, network, killer, options);
    const histories = players.map(({ history }) => history);
    const killed = killer?.killed ?? new Set();
    const ledger = readLedger(ledgerDirectory);
    const finding = await checkLedger({ histories, ledger, killed, since: startedAt });
    const violations = [...players.flatMap(({ checker }) => checker.violations), ...finding.violations];
    const pushes = new PushTally(finding.pushes, histories);
    print(report({ players, transport, outages: network.outages, pushes, violations, kills: killed.size, seconds }));
    return violations.length === 0;
  } finally {
    network.stop();
  }
}

async function startPlayers(options: DemoOptions, route: Route): Promise<DemoPlayer[]> {
  const { setUp, clients, random = Math.random } = options;
  const run = randomBytes(3).toString('hex');
  const names = Array.from({ length: clients }, (_, index) => `demo-${run}-${index + 1}`);
  const start = (name: string, index: number): Promise<DemoPlayer> => {
    const others = names.filter((other) => other !== name);
    const zone = `demo-${run}-zone-${(index % ZONES) + 1}`;
    return startPlayer(setUp, route, name, zone, new Workload(name, index, others, random), random);
  };
  const players: DemoPlayer[] = [];
  while (players.length < clients) {
    const next = names.slice(players.length, players.length + LOGINS_AT_ONCE);
    players.push(...(await Promise.all(next.map((name, index) => start(name, players.length + index)))));
  }
  return players;
}

/** @returns how long it took, in seconds */
async function play(
  players: readonly DemoPlayer[],
  network: Network,
  killer: Killer | undefined,
  options: DemoOptions,
): Promise<number> {
  const since = performance.now();
  const stopProgress = tellProgress(options, players, killer);
  killer?.start();
  network.start(() => {
    for (const { client } of players) client.connect();
  });
  try {
    await Promise.all(players.map((player, index) => cutAndAsk(player, index, players, options, since)));
    killer?.stop();
    network.calm();
    await settle(players);
    await Promise.all(players.map((player) => player.logout()));
  } finally {
    killer?.stop();
    stopProgress();
  }
  return (performance.now() - since) / 1000;
}

/**
 * Waits until all there is to compare is written down: first every request has ended and with it every push that was asked
 * for; then everything that was pushed has arrived.
 */
async function settle(players: readonly DemoPlayer[]): Promise<void> {
  await Promise.all(players.map((player) => player.finish()));
  await Promise.all(players.map((player) => player.settle()));
}

async function startPlayer(
  setUp: DevSetUp,
  route: Route,
  name: string,
  zone: string,
  workload: Workload,
  random: () => number,
): Promise<DemoPlayer> {
  const client = connect({
    ...route,
    token: await setUp.token(name, zone),
    playerId: name,
    backoff: BACKOFF,
    timeoutMs: REQUEST_TIMEOUT_MS,
    ...(setUp.certificateHash === undefined ? {} : { serverCertificateHashes: [setUp.certificateHash] }),
  });
  const player = new DemoPlayer(name, client, workload, random);
  await player.start();
  return player;
}

/** Rounds of every phase in turn, each player beginning with another, until all together have done enough. */
async function cutAndAsk(
  player: DemoPlayer,
  index: number,
  players: readonly DemoPlayer[],
  { cutsPerPhase, seconds }: DemoOptions,
  since: number,
): Promise<void> {
  const isEnough = () =>
    performance.now() - since >= seconds * 1000 &&
    cutPhases.every((phase) => players.reduce((sum, { cuts }) => sum + cuts[phase], 0) >= cutsPerPhase);
  for (let round = index; !isEnough(); round++) await player.round(cutPhases[round % cutPhases.length]!);
}

function tellProgress({ progress, seconds }: DemoOptions, players: readonly DemoPlayer[], killer?: Killer): () => void {
  if (progress === undefined) return () => undefined;
  const since = performance.now();
  const timer = setInterval(() => {
    const total = (value: (player: DemoPlayer) => number) => players.reduce((sum, player) => sum + value(player), 0);
    const elapsed = ((performance.now() - since) / 1000).toFixed(0);
    const requests = total(({ history }) => history.requests.length);
    const verdict = verdictLine(players.flatMap(({ checker }) => checker.violations));
    const kills = killer === undefined ? '' : `, kills ${killer.killed.size}`;
    progress(`${elapsed}/${seconds} s  requests ${requests}, cuts ${total((p) => p.totalCuts)}${kills}  ${verdict}`);
  }, PROGRESS_MS);
  return () => clearInterval(timer);
}
