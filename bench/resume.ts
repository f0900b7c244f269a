import type { Benchmark, Verdict } from './support/benchmark.js';
import { missed } from './support/missed-units.js';
import { gatesvrPushes, socketIoPushes, type PushSide } from './support/push-side.js';
import { roundsTable, takeTurns, type Rounds } from './support/side.js';
import { Stand } from './support/stand.js';
import { figure } from './support/table.js';

/** Time until all is there that was missed, as a multiple of Socket.IO's. */
const GOAL = 1;
/** All clients come from this one address, and all at once. */
const MANY_HANDSHAKES = ['websocket.maxHandshakesPerAddress=100000', 'quic.maxHandshakesPerAddress=100000'];

export const benchmark: Benchmark = {
  question: 'How soon does a client that comes back have what it missed, beside Socket.IO?',
  options: { rounds: 20, units: 1000, 'rounds-of-many': 3, clients: 500, each: 100, payload: 100 },
  async run({ rounds, units, 'rounds-of-many': roundsOfMany, clients, each, payload }, print) {
    const stand = await Stand.start();
    try {
      const socketIo = (await socketIoPushes(stand, true))('Socket.IO, wss', false);
      const wss = (await gatesvrPushes(stand, 'wss', MANY_HANDSHAKES))('gatesvr, wss', 'each');
      const quic = (await gatesvrPushes(stand, 'quic', MANY_HANDSHAKES))('gatesvr, QUIC', 'each');
      const sides = [socketIo, wss, quic];
      const verdicts: Verdict[] = [];
      const measure = async (who: string, count: number, missedUnits: number, rounds: number): Promise<void> => {
        for (const side of sides) await side.hold(count);
        print(`\n${who} × ${missedUnits} missed units, ${payload} B, ${rounds} × in turn\n`);
        const turns = { rounds, ms: 0, warmupMs: 0 };
        const measured = await takeTurns(sides, turns, (side: PushSide) => missed(side, count, missedUnits, payload!));
        for (const line of roundsTable(measured, ['unit', 'units', 'units'])) print(line);
        verdicts.push(verdict(`${who} × ${missedUnits}`, measured.get(wss)!, measured.get(socketIo)!));
      };
      await measure('1 client', 1, units!, rounds!);
      await measure(`${clients} clients at once`, clients!, each!, roundsOfMany!);
      print('');
      return verdicts;
    } finally {
      await stand.stop();
    }
  },
};

function verdict(what: string, gatesvr: Rounds, yardstick: Rounds): Verdict {
  const value = gatesvr.elapsedMs / yardstick.elapsedMs;
  const times = `${figure(gatesvr.elapsedMs)} ms, ${figure(value)} × Socket.IO's time`;
  return { measured: `wss, ${what}: ${times}`, value, wanted: { atMost: GOAL } };
}
