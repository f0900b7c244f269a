import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Reason } from '../../lib/protocol/message-codec.js';
import { GatewayStand } from '../support/gateway-stand.js';
import { until } from '../support/until.js';
import type { Soak } from './run.js';

/** Memory is compared from here on: before, caches and compiled code still grow. */
const SETTLED_SHARE = 0.2;
/** Growth of live memory that counts as none. */
const MAX_GROWTH = 1.05;
/** Clients that come and go side by side. */
const LANES = 10;

/** Connect, log in, ask, leave; in between links that just break. Nothing may be left of any of them. */
export const cycles: Soak = {
  what: 'connect, log in, request, disconnect: everything back to zero, memory flat',
  count: 10_000,
  async run(count, print) {
    const collect = collector();
    const stand = await GatewayStand.start({ config: { player: { resumeWindowMs: 1_000 } } });
    const marks: number[] = [];
    try {
      const settled = Math.round(count * SETTLED_SHARE);
      for (const [from, to] of [
        [0, settled],
        [settled, count],
      ] as const) {
        await manyCycles(stand, from, to);
        await until(() => isEmpty(stand));
        marks.push(await liveBytes(collect));
        const resident = process.memoryUsage().rss;
        print(`${to} cycles: ${describe(stand)}; live ${mib(marks.at(-1)!)}, resident ${mib(resident)}`);
      }
    } finally {
      await stand.stop();
    }
    const growth = marks[1]! / marks[0]!;
    print(`memory at the end is ${growth.toFixed(3)} × that at ${SETTLED_SHARE * 100} %, at most ${MAX_GROWTH}`);
    return growth <= MAX_GROWTH;
  },
};

/** @param from numbers the players, so that none comes twice */
export async function manyCycles(stand: GatewayStand, from: number, to: number): Promise<void> {
  let next = from;
  const lane = async () => {
    for (let number = next++; number < to; number = next++) await oneCycle(stand, number);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function oneCycle(stand: GatewayStand, number: number): Promise<void> {
  const client = await stand.connect();
  client.hello({ token: `token-of-cyclist-${number}` });
  await until(() => client.all('replayed').length > 0);
  client.send({ seq: 1, request: { action: 'echo' } });
  await until(() => client.responses.length > 0);
  if (number % 3 === 0) client.connection.abort();
  else client.send({ ack: 1, bye: { reason: number % 3 === 1 ? Reason.LOGOUT : Reason.LEAVING } });
  await until(() => client.close !== undefined);
}

/** Sessions, players, requests, timers and QUIC connections, all gone. */
export function isEmpty({ gateway }: GatewayStand): boolean {
  return Object.values(gateway.counts).every((count) => count === 0);
}

export function describe({ gateway }: GatewayStand): string {
  return Object.entries(gateway.counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
}

/** The garbage collector, also where Node wasn't started with --expose-gc. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** What is reachable, in bytes. Finalizers of native handles run between two collections. */
async function liveBytes(collect: () => void): Promise<number> {
  for (let i = 0; i < 4; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
