// Clients of the yardstick: the same load over WebSockets.
import { WebSocket, type RawData } from 'ws';
import { answerCommands } from '../support/commands.js';
import { Load, type LoadClient, type LoadOrder } from '../support/load.js';

/** A message is four bytes of id and the payload, both ways. */
const ID_BYTES = 4;

class WsClient implements LoadClient {
  readonly #socket: WebSocket;
  #load: Load | undefined;
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: RawData) => {
      this.#load?.answered(this, (data as Buffer).subarray(ID_BYTES));
    });
    socket.on('close', (code: number) => this.#load?.spoiled(`the socket was closed: ${code}`));
  }

  static connect(url: string): Promise<WsClient> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      socket.once('open', () => resolve(new WsClient(socket))).once('error', reject);
    });
  }

  send(payload: Uint8Array, load: Load): void {
    this.#load = load;
    const message = Buffer.allocUnsafe(ID_BYTES + payload.length);
    message.writeUInt32BE(++this.#lastId);
    message.set(payload, ID_BYTES);
    this.#socket.send(message);
  }

  flush(): void {
    // A WebSocket sends each message at once.
  }
}

const clients: WsClient[] = [];

answerCommands({
  hold: async ({ url, count }: { url: string; count: number }) => {
    while (clients.length < count) clients.push(await WsClient.connect(url));
  },
  run: (order: LoadOrder) => new Load(order).run(clients),
});
console.log('ready');
