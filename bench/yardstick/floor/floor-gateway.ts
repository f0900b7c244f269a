// The floor: what forwarding costs when nothing is promised. The same QUIC driver and WebTransport as the gateway's (or
// `ws` with TLS), a bare frame instead of the protocol's, requests of a turn in one Tunnel message, answers of a turn in
// one write. No login, numbers, acknowledgements, replay, deadlines, metrics or limits.
//
//   floor-gateway quic|wss BUSINESS_ADDRESS CERTIFICATE_FILE TUNNELS
import { methods } from '../../../lib/protocol/upstream-codec.js';
import { acceptQuic, acceptWss, type Accepting } from '../accept.js';
import { FrameCollector, FrameCutter } from './frames.js';
import { Tunnels } from './tunnels.js';

/** A Tunnel's id is the connection's index and the client's id: no table of what is under way. */
const INDEX_SCALE = 2 ** 32;

/** One connection: where its requests come from and its answers go. */
class Player {
  readonly out = new FrameCollector();
  readonly write: (bytes: Uint8Array) => void;
  readonly close: (code: number, reason: string) => void;
  readonly #cutter: FrameCutter;

  constructor(write: (bytes: Uint8Array) => void, close: (code: number, reason: string) => void) {
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
const players: Player[] = [];
const tunnels = new Tunnels(businessAddress, Number(tunnelCount), answer);
/** Who has answers to be written at the end of the turn. */
let answered: Player[] = [];
let turnEnds = false;

function answer(tunnelId: number, code: number, bytes: Uint8Array, start: number, end: number): void {
  const player = players[Math.floor(tunnelId / INDEX_SCALE)]!;
  if (code !== 200 && code !== 0) {
    player.close(4500, `the service answered ${code}`);
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
    accepting.flush();
  });
}

function overQuic(): Promise<Accepting> {
  return acceptQuic(certificateFile, (connection) => {
    const player = new Player(
      (bytes) => connection.write(bytes),
      (code, reason) => connection.close(code, reason),
    );
    connection.open({
      data: (chunk) => player.data(chunk),
      datagram: () => undefined,
      drained: () => undefined,
      closed: () => undefined,
    });
  });
}

function overWss(): Promise<Accepting> {
  return acceptWss(certificateFile, (socket) => {
    const player = new Player(
      (bytes) => socket.send(bytes),
      (code, reason) => socket.close(code, reason),
    );
    socket.on('message', (data) => player.data(data as Buffer));
  });
}

const accepting = await (transport === 'quic' ? overQuic() : overWss());
console.log(`ready ${accepting.port}`);
process.once('SIGTERM', () => process.exit(0));
