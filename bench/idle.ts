import type { Way } from './programs/dialing.js';
import type { BenchProcess } from './support/bench-process.js';
import type { Benchmark, Verdict } from './support/benchmark.js';
import { settledMemory } from './support/settled-memory.js';
import { Stand, type Target } from './support/stand.js';
import { median } from './support/statistics.js';
import { figure, table } from './support/table.js';

/** KiB that a session may take above what its connection takes by itself. */
const GOAL_KIB = 12;

/** Who holds connections, and who makes them. */
interface Side {
  readonly holder: BenchProcess;
  readonly clients: BenchProcess;
  readonly target: Target;
  readonly way: Way;
}

interface Kind {
  readonly name: string;
  readonly bare: (stand: Stand, count: number) => Promise<Side>;
  readonly gatesvr: (stand: Stand, count: number) => Promise<Side>;
}

const kinds: readonly Kind[] = [kind('QUIC', 'quic', 'https'), kind('WebSocket', 'wss', 'wss')];

export const benchmark: Benchmark = {
  question: 'What memory does an idle session take above a bare connection of the same kind?',
  options: { rounds: 2, few: 500, many: 5000 },
  async run({ rounds, few, many }, print) {
    const stand = await Stand.start();
    try {
      print(
        `growth from ${few} to ${few! + many!} idle connections, RSS after garbage collection, ${rounds} × in turn\n`,
      );
      const rows: (string | number)[][] = [];
      const verdicts: Verdict[] = [];
      for (const kind of kinds) {
        const measured: Record<'bare' | 'gatesvr', number[]> = { bare: [], gatesvr: [] };
        for (let i = 0; i < rounds!; i++) {
          for (const side of ['bare', 'gatesvr'] as const) {
            measured[side].push(await kibPerConnection(await kind[side](stand, few! + many!), few!, many!));
          }
        }
        const [bare, gatesvr] = [median(measured.bare), median(measured.gatesvr)];
        rows.push([kind.name, figure(bare), figure(gatesvr), figure(gatesvr - bare)]);
        verdicts.push({
          measured: `${kind.name}: ${figure(gatesvr - bare)} KiB a session above the bare connection`,
          value: gatesvr - bare,
          wanted: { atMost: GOAL_KIB },
        });
      }
      for (const line of table(['KiB', 'bare connection', 'session', 'difference'], rows)) print(line);
      print('');
      return verdicts;
    } finally {
      await stand.stop();
    }
  },
};

/** What each connection beyond the first `few` adds; those have paid for code and pools. Ends the side's processes. */
async function kibPerConnection({ holder, clients, target, way }: Side, few: number, many: number): Promise<number> {
  await clients.ask('hold', { target, way, count: few });
  const before = await settledMemory(holder);
  await clients.ask('hold', { target, way, count: few + many });
  const after = await settledMemory(holder);
  await clients.stop();
  await holder.stop();
  return (after - before) / many / 1024;
}

function kind(name: string, way: Way, scheme: string): Kind {
  return {
    name,
    bare: async (stand) => {
      const holder = await stand.startProgram('bare-gateway', [way, stand.target.certificateFile], ['--expose-gc']);
      const target = stand.targetAt(`${scheme}://127.0.0.1:${(await holder.ready)[1]!}/gatesvr`);
      return { holder, clients: await stand.startProgram('floor-clients'), target, way };
    },
    gatesvr: async (stand, count) => {
      // All of them come from this one address.
      const settings = ['quic', 'websocket'].map((setting) => `${setting}.maxConnectionsPerAddress=${count + 100}`);
      const { process: holder, target } = await stand.startGateway({ settings, nodeOptions: ['--expose-gc'] });
      return { holder, clients: await stand.startProgram('gatesvr-clients'), target, way };
    },
  };
}
