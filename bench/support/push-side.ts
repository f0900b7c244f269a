import type { Way } from '../programs/dialing.js';
import type { ReceiveOrder } from '../programs/receivers.js';
import type { BenchProcess } from './bench-process.js';
import type { Program } from './build.js';
import type { Arrival, TallyReport } from './delivery-tally.js';
import type { PushOrder, PushReport } from './push-load.js';
import type { TakeTurn } from './side.js';
import type { Stand } from './stand.js';

/** What pushes, what carries the pushes, and who gets them. */
export interface PushSide {
  readonly name: string;
  readonly gateway: BenchProcess;
  readonly pusher: BenchProcess;
  readonly receivers: BenchProcess;
  readonly arrival: Arrival;
  /** What the pusher needs beside the load. */
  readonly push: object;
  /** Connects receivers, or lets some go, until there are `count`. */
  readonly hold: (count: number) => Promise<void>;
  /** Connects one more, which then reads nothing for so long. */
  readonly addSlow: (stalledMs: number) => Promise<void>;
}

/** A carrier of pushes with its receivers; sides of it differ in what is pushed. */
export type PushSides<Args extends unknown[]> = (name: string, ...args: Args) => PushSide;

export interface DeliveryOrder extends Omit<PushOrder, 'ms'> {
  readonly receivers: number;
}

/** A turn of pushes. All of them have reached every receiver when it ends, so its CPU time is theirs. */
export function deliveries(order: DeliveryOrder): TakeTurn<PushSide> {
  return async ({ name, gateway, pusher, receivers, arrival, push }, ms) => {
    const pacePort = await pusher.ask<number>('pacePort');
    await receivers.ask('begin', { ...order, arrival, pacePort } satisfies ReceiveOrder);
    const before = await gateway.cpu();
    const pushed = await pusher.ask<PushReport>('push', { ...order, ...push, ms } satisfies PushOrder);
    await receivers.ask('acknowledged');
    const tally = await receivers.ask<TallyReport>('end');
    const cpuUs = (await gateway.cpu()) - before;
    checkDeliveries(name, order.receivers, arrival, pushed, tally);
    const { p50Ms, p99Ms } = tally;
    return { count: tally.deliveries, elapsedMs: pushed.elapsedMs, p50Ms, p99Ms, cpuUs };
  };
}

/** @throws Error if anything is missing, came twice, or was refused */
export function checkDeliveries(
  who: string,
  receivers: number,
  arrival: Arrival,
  { pushes, problems }: PushReport,
  tally: TallyReport,
): void {
  const list = [...Object.entries(problems), ...Object.entries(tally.problems)];
  if (list.length > 0) throw new Error(`${who}: ${list.map(([what, times]) => `${times} × ${what}`).join(', ')}`);
  if (pushes === 0) throw new Error(`${who}: nothing was pushed`);
  if (tally.upTo !== pushes) throw new Error(`${who}: ${tally.upTo} of ${pushes} pushes reached everybody`);
  if (arrival === 'each' && tally.deliveries !== pushes * receivers) {
    throw new Error(`${who}: ${tally.deliveries} deliveries of ${pushes} pushes to ${receivers}`);
  }
}

/**
 * A gateway with a service that pushes, and its receivers over one transport.
 * @param settings "key=value" of the gateway's configuration
 */
export async function gatesvrPushes(
  stand: Stand,
  way: Way,
  settings: readonly string[] = [],
): Promise<PushSides<[Arrival]>> {
  const { process: gateway, target, pushAddress } = await stand.startGateway({ settings });
  const pusher = await stand.startProgram('gatesvr-pusher', [pushAddress]);
  const receivers = await stand.startProgram('gatesvr-receivers');
  return (name, arrival) => ({
    name,
    gateway,
    pusher,
    receivers,
    arrival,
    push: { class: arrival === 'latest' ? 'latest' : 'reliable' },
    hold: (count) => receivers.ask('hold', { target, count, way }),
    addSlow: (ms) => addSlow(stand, 'gatesvr-receivers', { target, count: 1, way }, ms),
  });
}

/** Socket.IO, which pushes by itself. @param recovers it keeps what receivers miss */
export async function socketIoPushes(stand: Stand, recovers = false): Promise<PushSides<[acknowledged: boolean]>> {
  const { certificateFile } = stand.target;
  const server = await stand.startProgram('socket-io-server', [certificateFile, ...(recovers ? ['recover'] : [])]);
  const receivers = await stand.startProgram('socket-io-receivers');
  const url = `https://127.0.0.1:${(await server.ready)[1]!}`;
  return (name, acknowledged) => ({
    name,
    gateway: server,
    pusher: server,
    receivers,
    arrival: 'each',
    push: { acknowledged },
    hold: (count) => receivers.ask('hold', { url, certificateFile, count }),
    addSlow: (ms) => addSlow(stand, 'socket-io-receivers', { url, certificateFile, count: 1 }, ms),
  });
}

async function addSlow(stand: Stand, program: Program, hold: object, stalledMs: number): Promise<void> {
  const slow = await stand.startProgram(program);
  await slow.ask('hold', hold);
  await slow.ask('stall', stalledMs);
}
