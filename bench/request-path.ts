import type { Benchmark } from './support/benchmark.js';
import type { BenchProcess } from './support/bench-process.js';
import { protoPath } from './support/build.js';
import { checkReport, type LoadOrder, type LoadReport } from './support/load.js';
import { Stand } from './support/stand.js';
import { median } from './support/statistics.js';
import { figure, table } from './support/table.js';

/** A request may cost this share of what the obvious gateway spends on it. */
const GOAL = 0.75;

/** One gateway with its clients, each in a process of its own. */
interface Side {
  readonly name: string;
  readonly gateway: BenchProcess;
  readonly clients: BenchProcess;
}

interface Round extends LoadReport {
  /** Of the gateway's process, all threads. */
  readonly cpuUs: number;
}

export const benchmark: Benchmark = {
  question: 'What does a request cost the gateway, beside a WebSocket server that makes one gRPC call a message?',
  options: { seconds: 5, rounds: 5, warmup: 3, connections: 100, inflight: 32, payload: 64 },
  async run({ seconds, rounds, warmup, connections, inflight, payload }, print) {
    const order = { ms: seconds! * 1000, inFlight: inflight!, payloadBytes: payload! };
    const stand = await Stand.start();
    try {
      const sides = [await yardstickSide(stand, connections!), await gatesvrSide(stand, connections!)];
      print(`${connections} connections × ${inflight} in flight, ${payload} B, ${rounds} × ${seconds} s in turn\n`);
      for (const side of sides) await round(side, { ...order, ms: warmup! * 1000 });
      const measured = sides.map((): Round[] => []);
      for (let i = 0; i < rounds!; i++) {
        for (const [index, side] of sides.entries()) measured[index]!.push(await round(side, order));
      }
      const [yardstick, gatesvr] = measured.map((of) => median(of.map(cpuPerRequest))) as [number, number];
      const lines = sides.map(({ name }, index) => line(name, measured[index]!));
      for (const text of table(
        ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', 'from', 'to', 'answered'],
        lines,
      ))
        print(text);
      print('');
      const ratio = gatesvr / yardstick;
      return { measured: `${figure(ratio)} × the yardstick's CPU a request`, ratio, goal: GOAL };
    } finally {
      await stand.stop();
    }
  },
};

async function gatesvrSide(stand: Stand, connections: number): Promise<Side> {
  const clients = await stand.startProgram('gatesvr-clients');
  await clients.ask('hold', { target: stand.target, count: connections });
  return { name: 'gatesvr, QUIC', gateway: stand.gateway, clients };
}

async function yardstickSide(stand: Stand, connections: number): Promise<Side> {
  const gateway = await stand.startProgram('ws-gateway', [stand.businessAddress, protoPath]);
  const clients = await stand.startProgram('ws-clients');
  await clients.ask('hold', { url: `ws://127.0.0.1:${(await gateway.ready)[1]!}`, count: connections });
  return { name: 'yardstick, ws', gateway, clients };
}

/** All requests of a round are answered within it, so its CPU time is theirs. */
async function round({ name, gateway, clients }: Side, order: LoadOrder): Promise<Round> {
  const before = await gateway.cpu();
  const report = await clients.ask<LoadReport>('run', order);
  const cpuUs = (await gateway.cpu()) - before;
  checkReport(name, report);
  return { ...report, cpuUs };
}

function cpuPerRequest({ cpuUs, answered }: Round): number {
  return cpuUs / answered;
}

function line(name: string, rounds: readonly Round[]): (string | number)[] {
  const of = (value: (round: Round) => number) => median(rounds.map(value));
  const costs = rounds.map(cpuPerRequest);
  return [
    name,
    Math.round(of(({ answered, elapsedMs }) => (answered / elapsedMs) * 1000)),
    figure(of(({ p50Ms }) => p50Ms)),
    figure(of(({ p99Ms }) => p99Ms)),
    figure(median(costs)),
    figure(Math.min(...costs)),
    figure(Math.max(...costs)),
    rounds.reduce((sum, { answered }) => sum + answered, 0),
  ];
}
