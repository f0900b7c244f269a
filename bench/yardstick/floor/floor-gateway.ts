// The floor: what forwarding costs when nothing is promised. The same QUIC driver and WebTransport as the gateway's (or
// `ws` with TLS), a bare frame instead of the protocol's, requests of a turn in one Tunnel message, answers of a turn in
// one write. No login, numbers, acknowledgements, replay, deadlines, metrics or limits.
//
//   floor-gateway quic|wss BUSINESS_ADDRESS CERTIFICATE_FILE TUNNELS
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { WebSocketServer, type WebSocket } from 'ws';
import { systemClock } from '../../../lib/clock.js';
import { methods } from '../../../lib/protocol/upstream-codec.js';
import { QuicEndpoint } from '../../../lib/quic/endpoint.js';
import { isEngine, loadEngine } from '../../../lib/quic/engine.js';
import { TimerWheel } from '../../../lib/timer-wheel.js';
import type { Connection } from '../../../lib/transport/transport.js';
import { WebTransportListener } from '../../../lib/transport/webtransport-listener.js';
import { FrameCollector, FrameCutter } from './frames.js';
import { Tunnels } from './tunnels.js';

/** A Tunnel's id is the connection's index and the client's id: no table of what is under way. */
const INDEX_SCALE = 2 ** 32;

/** One connection: where its answers go. */
class Player {
  readonly out = new FrameCollector();
  readonly write: (bytes: Uint8Array) => void;
  readonly close: (reason: string) => void;
  readonly #cutter: FrameCutter;

  constructor(write: (bytes: Uint8Array) => void, close: (reason: string) => void) {
    const index = players.push(this) - 1;
    const constant = methods.process.encodeRequest({
      playerId: `player-${index}`,
      action: 'echo',
      remainingMs: 30_000,
    });
    this.write = write;
    this.close = close;
    this.#cutter = new FrameCutter((id, bytes, start, end) => {
      tunnels.add(index, constant, index * INDEX_SCALE + id, bytes, start, end);
    });
  }

  data(chunk: Uint8Array): void {
    this.#cutter.push(chunk);
    scheduleTurnEnd();
  }
}

const [transport, businessAddress, certificateFile, tunnelCount] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const certificate = readFileSync(certificateFile);
const players: Player[] = [];
const tunnels = new Tunnels(businessAddress, Number(tunnelCount), answer);
/** Who has answers to be written at the end of the turn. */
let answered: Player[] = [];
let turnEnds = false;
let flushTransport = (): void => undefined;

function answer(tunnelId: number, code: number, bytes: Uint8Array, start: number, end: number): void {
  const player = players[Math.floor(tunnelId / INDEX_SCALE)]!;
  if (code !== 200 && code !== 0) {
    player.close(`the service answered ${code}`);
    return;
  }
  if (player.out.empty) answered.push(player);
  player.out.add(tunnelId % INDEX_SCALE, bytes, start, end);
  scheduleTurnEnd();
}

function scheduleTurnEnd(): void {
  if (turnEnds) return;
  turnEnds = true;
  setImmediate(() => {
    turnEnds = false;
    tunnels.flush();
    for (const player of answered) player.write(player.out.take());
    answered = [];
    flushTransport();
  });
}

/** @returns the port */
async function listenQuic(): Promise<number> {
  const engine = loadEngine();
  if (!isEngine(engine)) throw new Error(engine.reason);
  const endpoint = new QuicEndpoint({
    engine,
    clock: systemClock,
    host: '127.0.0.1',
    certificate: { chain: certificate, key: certificate },
    transport: { idleTimeoutMs: 180_000 },
  });
  endpoint.setCertificate({ chain: certificate, key: certificate });
  flushTransport = () => endpoint.flush();
  const listener = new WebTransportListener(endpoint, new TimerWheel(systemClock));
  await listener.start((connection: Connection) => {
    const player = new Player(
      (bytes) => connection.write(bytes),
      (reason) => connection.close(4500, reason),
    );
    connection.open({
      data: (chunk) => player.data(chunk),
      datagram: () => undefined,
      drained: () => undefined,
      closed: () => undefined,
    });
  });
  return listener.address.port;
}

/** @returns the port */
async function listenWss(): Promise<number> {
  const server = createServer({ cert: certificate, key: certificate });
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket: WebSocket) => {
    const player = new Player(
      (bytes) => socket.send(bytes),
      (reason) => socket.close(4500, reason),
    );
    socket.on('message', (data) => player.data(data as Buffer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

console.log(`ready ${await (transport === 'quic' ? listenQuic() : listenWss())}`);
process.once('SIGTERM', () => process.exit(0));
