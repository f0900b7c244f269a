// Clients of the floor, over QUIC or over WebSockets with TLS.
import { readFileSync } from 'node:fs';
import { systemClock } from '../../lib/clock.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import { isEngine, loadEngine } from '../../lib/quic/engine.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { WebTransportDialer } from '../../lib/transport/webtransport-dialer.js';
import { answerCommands } from '../support/commands.js';
import { Load, type LoadClient, type LoadOrder } from '../support/load.js';
import type { Target } from '../support/stand.js';
import { FrameCollector, FrameCutter } from '../yardstick/floor/frames.js';
import { openWebSocket } from './open-web-socket.js';

class FloorClient implements LoadClient {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #out = new FrameCollector();
  readonly #cutter = new FrameCutter((_id, bytes, start, end) =>
    this.#load?.answered(this, bytes.subarray(start, end)),
  );
  #load: Load | undefined;
  #lastId = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  send(payload: Uint8Array, load: Load): void {
    this.#load = load;
    this.#out.add(++this.#lastId, payload, 0, payload.length);
  }

  flush(): void {
    if (!this.#out.empty) this.#write(this.#out.take());
  }

  data(chunk: Uint8Array): void {
    this.#cutter.push(chunk);
    this.flush();
  }

  closed(code: number, reason: string): void {
    this.#load?.spoiled(`the connection was closed: ${code} ${reason}`);
  }
}

const engine = loadEngine();
if (!isEngine(engine)) throw new Error(engine.reason);
const endpoint = new QuicEndpoint({ engine, clock: systemClock, transport: { idleTimeoutMs: 180_000 } });
const wheel = new TimerWheel(systemClock, 5);
const clients: FloorClient[] = [];

answerCommands({
  hold: async ({ target, count }: { target: Target; count: number }) => {
    const connect = target.url.startsWith('wss:') ? connectWss : connectQuic;
    while (clients.length < count) clients.push(await connect(target));
  },
  run: (order: LoadOrder) => new Load(order).run(clients),
});
console.log('ready');

async function connectQuic({ url, certificateHash }: Target): Promise<FloorClient> {
  const dialer = new WebTransportDialer(endpoint, wheel, {
    trust: { hashes: [Buffer.from(certificateHash, 'base64')] },
  });
  const connection = await dialer.dial(url, new AbortController().signal);
  const client = new FloorClient((bytes) => connection.write(bytes));
  connection.open({
    data: (chunk) => client.data(chunk),
    datagram: () => undefined,
    drained: () => undefined,
    closed: ({ code, reason }) => client.closed(code, reason),
  });
  return client;
}

async function connectWss({ url, certificateFile }: Target): Promise<FloorClient> {
  const { socket } = await openWebSocket(url, readFileSync(certificateFile));
  const client = new FloorClient((bytes) => socket.send(bytes));
  socket.on('message', (data) => client.data(data as Buffer));
  socket.on('close', (code, reason) => client.closed(code, reason.toString()));
  return client;
}
