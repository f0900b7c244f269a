// Clients of the floor, over QUIC or over WebSockets with TLS.
import { readFileSync } from 'node:fs';
import { answerCommands } from '../support/commands.js';
import { Load, type LoadClient, type LoadOrder } from '../support/load.js';
import type { Target } from '../support/stand.js';
import { FrameCollector, FrameCutter } from '../yardstick/floor/frames.js';
import { openWebSocket } from './open-web-socket.js';
import { dial } from './dialing.js';
import { sideBySide } from './side-by-side.js';

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

const clients: FloorClient[] = [];

answerCommands({
  hold: async ({ target, count }: { target: Target; count: number }) => {
    const connect = target.url.startsWith('wss:') ? connectWss : connectQuic;
    await sideBySide(count - clients.length, async () => {
      clients.push(await connect(target));
    });
  },
  run: (order: LoadOrder) => new Load(order).run(clients),
});
console.log('ready');

async function connectQuic(target: Target): Promise<FloorClient> {
  const connection = await dial(target, 'quic');
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
