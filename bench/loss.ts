import type { Benchmark, Verdict } from './support/benchmark.js';
import type { BenchProcess } from './support/bench-process.js';
import { checkReport, type LoadReport } from './support/load.js';
import { GATEWAY_ADDRESS, Namespaces } from './support/namespaces.js';
import { Stand } from './support/stand.js';
import { figure, table } from './support/table.js';

/** QUIC's slowest hundredth may take this share of what that over wss takes. */
const GOAL = 0.5;
const ways = ['quic', 'wss'] as const;
type Way = (typeof ways)[number];

export const benchmark: Benchmark = {
  question: 'What do answers lose on a network that loses packets, over QUIC and over wss? (root on Linux)',
  options: { seconds: 30, rounds: 2, connections: 20, 'per-second': 10, payload: 64 },
  async run({ seconds, rounds, connections, 'per-second': perSecond, payload }, print) {
    const namespaces = Namespaces.create();
    try {
      const stand = await Stand.start([], { address: GATEWAY_ADDRESS, namespace: namespaces.gateway });
      try {
        const sides = await connect(stand, namespaces, connections!);
        const order = { ms: seconds! * 1000, inFlight: 1, perSecond: perSecond!, payloadBytes: payload! };
        print(`${connections} connections × ${perSecond}/s, ${payload} B, ${rounds} × ${seconds} s in turn\n`);
        const rows: (string | number)[][] = [];
        const verdicts: Verdict[] = [];
        for (const percent of [0, 1, 3]) {
          namespaces.lose(percent / 100);
          const reports: Record<Way, LoadReport[]> = { quic: [], wss: [] };
          for (let i = 0; i < rounds!; i++) {
            for (const way of ways) {
              const report = await sides[way].ask<LoadReport>('run', order);
              checkReport(way, report);
              reports[way].push(report);
            }
          }
          for (const way of ways) rows.push(row(percent, way, reports[way]));
          if (percent > 0) verdicts.push(...judge(percent, reports));
        }
        const head = ['lost each way', '', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'over 1 s', 'answered'];
        for (const line of table(head, rows)) print(line);
        print('');
        namespaces.lose(0);
        return verdicts;
      } finally {
        await stand.stop();
      }
    } finally {
      namespaces.remove();
    }
  },
};

async function connect(stand: Stand, namespaces: Namespaces, count: number): Promise<Record<Way, BenchProcess>> {
  const start = async (way: Way): Promise<BenchProcess> => {
    const clients = await stand.startProgram('gatesvr-clients', [], [], namespaces.clients);
    await clients.ask('hold', { target: stand.target, count, way });
    return clients;
  };
  return { quic: await start('quic'), wss: await start('wss') };
}

/** Of several rounds the worst: what happens seldom may miss one. */
function worst(reports: readonly LoadReport[], value: (report: LoadReport) => number): number {
  return Math.max(...reports.map(value));
}

function row(percent: number, way: Way, reports: readonly LoadReport[]): (string | number)[] {
  return [
    `${percent} %`,
    way,
    figure(worst(reports, ({ p50Ms }) => p50Ms)),
    figure(worst(reports, ({ p99Ms }) => p99Ms)),
    figure(worst(reports, ({ p999Ms }) => p999Ms)),
    figure(worst(reports, ({ maxMs }) => maxMs)),
    reports.reduce((sum, { overSecond }) => sum + overSecond, 0),
    reports.reduce((sum, { answered }) => sum + answered, 0),
  ];
}

function judge(percent: number, { quic, wss }: Record<Way, readonly LoadReport[]>): Verdict[] {
  const p99 = (reports: readonly LoadReport[]) => worst(reports, ({ p99Ms }) => p99Ms);
  const ratio = p99(quic) / p99(wss);
  const late = quic.reduce((sum, { overSecond }) => sum + overSecond, 0);
  return [
    { measured: `${percent} % lost: p99 over QUIC ${figure(ratio)} × wss's`, value: ratio, wanted: { atMost: GOAL } },
    { measured: `${percent} % lost: ${late} answers over QUIC took over 1 s`, value: late, wanted: { atMost: 0 } },
  ];
}
