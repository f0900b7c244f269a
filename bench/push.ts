import type { Benchmark, Verdict } from './support/benchmark.js';
import { deliveries, gatesvrPushes, socketIoPushes, type DeliveryOrder, type PushSide } from './support/push-side.js';
import { roundsTable, takeTurns, type Rounds, type Turns } from './support/side.js';
import { Stand } from './support/stand.js';
import { figure } from './support/table.js';

/** Deliveries a second over WebSockets with TLS, as a multiple of Socket.IO's. */
const GOAL = 1.5;
/** A slow receiver is slow for longer than any run takes. */
const STALLED_MS = 600_000;

export const benchmark: Benchmark = {
  question: 'How many receivers does a pushed message reach in a second, beside Socket.IO?',
  options: { seconds: 3, rounds: 3, warmup: 2, few: 100, many: 1000, inflight: 8, payload: 100 },
  async run({ seconds, rounds, warmup, few, many, inflight, payload }, print) {
    const stand = await Stand.start();
    try {
      const socketIo = await socketIoPushes(stand);
      const wss = await gatesvrPushes(stand, 'wss');
      const quic = await gatesvrPushes(stand, 'quic');
      const plain = socketIo('Socket.IO, wss', false);
      const acknowledged = socketIo('Socket.IO, wss, acknowledged', true);
      const reliable = wss('gatesvr, wss, reliable', 'each');
      const reliableQuic = quic('gatesvr, QUIC, reliable', 'each');
      const latest = [wss('gatesvr, wss, latest', 'latest'), quic('gatesvr, QUIC, latest', 'latest')];
      const turns = { rounds: rounds!, ms: seconds! * 1000, warmupMs: warmup! * 1000 };
      const measure = async (sides: readonly PushSide[], receivers: number, who: string): Promise<Measured> => {
        for (const side of sides) await side.hold(receivers);
        print(`\n${who}, ${inflight} pushes in flight, ${payload} B, ${rounds} × ${seconds} s in turn\n`);
        return measured(sides, turns, { receivers, inFlight: inflight!, payloadBytes: payload! }, print);
      };
      const sides = [plain, reliable, acknowledged, reliableQuic, ...latest];
      await measure(sides, few!, `${few} receivers`);
      const toMany = await measure(sides, many!, `${many} receivers`);
      const beside = [plain, reliable, reliableQuic];
      for (const side of beside) await side.addSlow(STALLED_MS);
      await measure(beside, many!, `${many} receivers and one more that reads nothing`);
      print('');
      return [
        verdict(toMany.get(reliable)!, toMany.get(plain)!, "Socket.IO's"),
        verdict(toMany.get(reliable)!, toMany.get(acknowledged)!, "Socket.IO's with acknowledgements"),
      ];
    } finally {
      await stand.stop();
    }
  },
};

type Measured = ReadonlyMap<PushSide, Rounds>;

async function measured(
  sides: readonly PushSide[],
  turns: Turns,
  order: DeliveryOrder,
  print: (line: string) => void,
): Promise<Measured> {
  const rounds = await takeTurns(sides, turns, deliveries(order));
  for (const line of roundsTable(rounds, ['delivery', 'deliveries', 'delivered'])) print(line);
  return rounds;
}

function verdict(gatesvr: Rounds, yardstick: Rounds, whose: string): Verdict {
  const value = gatesvr.speedBeside(yardstick);
  return { measured: `wss: ${figure(value)} × ${whose} deliveries a second`, value, wanted: { atLeast: GOAL } };
}
