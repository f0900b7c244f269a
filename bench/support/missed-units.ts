import { setTimeout as sleep } from 'node:timers/promises';
import type { ReturnOrder, ReturnReport } from '../programs/returning.js';
import type { NumberedPushes } from './push-load.js';
import type { PushSide } from './push-side.js';
import type { Round } from './side.js';

/** How often it is looked whether all connections are gone. */
const LOOK_MS = 5;

/**
 * A turn in which all receivers lose their connections, miss pushes, and come back at once for them.
 * @throws Error if one of them doesn't get each of them, once and in order
 */
export async function missed(
  { name, gateway, pusher, receivers: clients }: PushSide,
  receivers: number,
  units: number,
  payloadBytes: number,
): Promise<Round> {
  const push = (from: number, to: number): Promise<void> =>
    pusher.ask('pushNumbers', { from, to, payloadBytes, receivers } satisfies NumberedPushes);
  await clients.ask('willMiss', { receivers, payloadBytes, upTo: units + 1 } satisfies ReturnOrder);
  await push(1, 1);
  await clients.ask('first');
  await clients.ask('leave');
  while ((await pusher.ask<number>('connected')) > 0) await sleep(LOOK_MS);
  await push(2, units + 1);
  const before = await gateway.cpu();
  const { problems, ...report } = await clients.ask<ReturnReport>('comeBack');
  const cpuUs = (await gateway.cpu()) - before;
  const list = Object.entries(problems).map(([what, times]) => `${times} × ${what}`);
  if (list.length > 0) throw new Error(`${name}: ${list.join(', ')}`);
  return { ...report, count: receivers * units, cpuUs };
}
