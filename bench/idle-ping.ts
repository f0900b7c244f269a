import type { Benchmark } from './support/benchmark.js';
import type { BenchProcess } from './support/bench-process.js';
import { checkReport, type LoadReport } from './support/load.js';
import { Stand } from './support/stand.js';
import { median } from './support/statistics.js';
import { figure, table } from './support/table.js';

/** Sessions that do nothing may lengthen another's round trip by this factor. */
const GOAL = 1.5;

export const benchmark: Benchmark = {
  question: 'How much longer does a lone request take with many idle sessions beside it than with few?',
  options: { seconds: 4, rounds: 4, warmup: 2, few: 10, many: 2000, payload: 64 },
  async run({ seconds, rounds, warmup, few, many, payload }, print) {
    const stand = await Stand.start([`quic.maxConnectionsPerAddress=${many! + 100}`]);
    try {
      const idle = await stand.startProgram('gatesvr-clients');
      const lone = await stand.startProgram('gatesvr-clients');
      await lone.ask('hold', { target: stand.target, count: 1 });
      print(`one client, one request at a time, ${payload} B, ${rounds} × ${seconds} s in turn\n`);
      const counts = [few!, many!];
      const measured = counts.map((): LoadReport[] => []);
      for (let i = 0; i < rounds!; i++) {
        for (const [index, count] of counts.entries()) {
          await idle.ask('hold', { target: stand.target, count });
          // What the coming and going of so many has left behind is not what is asked for.
          await ping(lone, warmup!, payload!);
          measured[index]!.push(await ping(lone, seconds!, payload!));
        }
      }
      const lines = counts.map((count, index) => line(count, measured[index]!));
      for (const text of table(['idle sessions', 'p50 ms', 'p99 ms', 'requests'], lines)) print(text);
      print('');
      const [low, high] = measured.map((of) => median(of.map(({ p50Ms }) => p50Ms))) as [number, number];
      const ratio = high / low;
      return [{ measured: `${figure(ratio)} × the round trip beside ${few}`, value: ratio, wanted: { atMost: GOAL } }];
    } finally {
      await stand.stop();
    }
  },
};

async function ping(lone: BenchProcess, seconds: number, payloadBytes: number): Promise<LoadReport> {
  const report = await lone.ask<LoadReport>('run', { ms: seconds * 1000, inFlight: 1, payloadBytes });
  checkReport('the lone client', report);
  return report;
}

function line(count: number, reports: readonly LoadReport[]): (string | number)[] {
  const of = (value: (report: LoadReport) => number) => median(reports.map(value));
  return [
    count,
    figure(of(({ p50Ms }) => p50Ms)),
    figure(of(({ p99Ms }) => p99Ms)),
    reports.reduce((sum, { answered }) => sum + answered, 0),
  ];
}
