import type { Benchmark, Verdict } from './support/benchmark.js';
import type { Way } from './programs/dialing.js';
import { protoPath } from './support/build.js';
import { requests, roundsTable, takeTurns, type Rounds, type Side } from './support/side.js';
import { Stand } from './support/stand.js';
import { figure } from './support/table.js';

/** What a request may cost, as a share of what it costs the obvious gateway and of what it costs without any guarantee. */
const OBVIOUS_GOAL = 1 / 8;
const FLOOR_GOAL = 2;
/** Requests a second over WebSockets, as a multiple of what one stream carries without batching. */
const BIDI_GOAL = 4;
/** Long-lived streams to the service: gatesvr's default. */
const TUNNELS = 2;

export const benchmark: Benchmark = {
  question: 'What does a request cost the gateway, beside gateways that promise nothing?',
  options: { seconds: 1.5, rounds: 10, warmup: 2, connections: 100, inflight: 32, payload: 64 },
  async run({ seconds, rounds, warmup, connections, inflight, payload }, print) {
    const stand = await Stand.start();
    try {
      const sides = {
        // What is compared is measured one right after the other.
        process: await gatesvrSide(stand, 'quic', 'Process', connections!),
        obvious: await obviousSide(stand, connections!),
        quic: await gatesvrSide(stand, 'quic', 'Tunnel', connections!),
        floorQuic: await floorSide(stand, 'quic', connections!),
        floorWss: await floorSide(stand, 'wss', connections!),
        wss: await gatesvrSide(stand, 'wss', 'Tunnel', connections!),
        bidi: await bidiSide(stand, connections!),
      };
      const all = Object.values(sides);
      print(`\nping: one request at a time, ${payload} B, ${rounds} × ${seconds! / 3} s in turn\n`);
      const turns = { rounds: rounds!, ms: seconds! * 1000, warmupMs: warmup! * 1000 };
      const ping = requests({ connections: 1, inFlight: 1, payloadBytes: payload! });
      const pings = await takeTurns(all, { ...turns, ms: turns.ms / 3, warmupMs: turns.warmupMs / 3 }, ping);
      for (const line of roundsTable(pings)) print(line);
      print(
        `\npipelined: ${connections} connections × ${inflight} in flight, ${payload} B, ${rounds} × ${seconds} s in turn\n`,
      );
      const measured = await takeTurns(all, turns, requests({ inFlight: inflight!, payloadBytes: payload! }));
      for (const line of roundsTable(measured)) print(line);
      print('');
      const of = (side: Side): Rounds => measured.get(side)!;
      return [
        costVerdict(of(sides.quic), of(sides.obvious), "the obvious gateway's", OBVIOUS_GOAL),
        costVerdict(of(sides.quic), of(sides.floorQuic), "the floor's", FLOOR_GOAL),
        speedVerdict(of(sides.wss), of(sides.bidi)),
      ];
    } finally {
      await stand.stop();
    }
  },
};

function costVerdict(gatesvr: Rounds, yardstick: Rounds, whose: string, goal: number): Verdict {
  const value = gatesvr.costBeside(yardstick);
  return { measured: `QUIC: ${figure(value)} × ${whose} CPU a request`, value, wanted: { atMost: goal } };
}

function speedVerdict(gatesvr: Rounds, bidi: Rounds): Verdict {
  const value = gatesvr.speedBeside(bidi);
  return {
    measured: `wss: ${figure(value)} × the bidi stream's requests a second`,
    value,
    wanted: { atLeast: BIDI_GOAL },
  };
}

/** Each way has a gateway of its own: what serves the other connections costs as well, if it waits for them. */
async function gatesvrSide(stand: Stand, way: Way, calls: 'Process' | 'Tunnel', connections: number): Promise<Side> {
  const { process: gateway, target } = await stand.startGateway({ tunnel: calls === 'Tunnel' ? 'auto' : 'off' });
  const clients = await stand.startProgram('gatesvr-clients');
  await clients.ask('hold', { target, count: connections, way });
  return { name: `gatesvr, ${way === 'quic' ? 'QUIC' : 'wss'}, ${calls}`, gateway, clients };
}

async function obviousSide(stand: Stand, connections: number): Promise<Side> {
  const gateway = await stand.startProgram('ws-gateway', [stand.businessAddress, protoPath]);
  const clients = await stand.startProgram('ws-clients');
  await clients.ask('hold', { url: `ws://127.0.0.1:${(await gateway.ready)[1]!}`, count: connections });
  return { name: 'obvious gateway, ws', gateway, clients };
}

async function bidiSide(stand: Stand, connections: number): Promise<Side> {
  const service = await stand.startProgram('bidi-service', [protoPath]);
  const { certificateFile } = stand.target;
  const address = `127.0.0.1:${(await service.ready)[1]!}`;
  const gateway = await stand.startProgram('bidi-gateway', [address, protoPath, certificateFile]);
  const clients = await stand.startProgram('ws-clients');
  const url = `wss://127.0.0.1:${(await gateway.ready)[1]!}`;
  await clients.ask('hold', { url, certificateFile, count: connections });
  return { name: 'bidi stream, wss', gateway, clients };
}

/** Its Tunnels go to the same service as the gateway's. */
async function floorSide(stand: Stand, transport: 'quic' | 'wss', connections: number): Promise<Side> {
  const { certificateFile } = stand.target;
  const args = [transport, stand.businessAddress, certificateFile, String(TUNNELS)];
  const gateway = await stand.startProgram('floor-gateway', args);
  const port = (await gateway.ready)[1]!;
  const url = transport === 'quic' ? `https://127.0.0.1:${port}/gatesvr` : `wss://127.0.0.1:${port}`;
  const clients = await stand.startProgram('floor-clients');
  await clients.ask('hold', { target: stand.targetAt(url), count: connections });
  return { name: `floor, ${transport === 'quic' ? 'QUIC' : 'wss'}`, gateway, clients };
}
