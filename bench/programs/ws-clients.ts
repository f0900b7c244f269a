// Clients of yardsticks that take one request a message over WebSockets, with TLS or without.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { answerCommands } from '../support/commands.js';
import { Load, type LoadClient, type LoadOrder } from '../support/load.js';
import { openWebSocket } from './open-web-socket.js';

/** A message is four bytes of id and the payload, both ways. */
const ID_BYTES = 4;

/** Sends the messages of a turn in one write, so that the load takes little of the machine from what is measured. */
class WsClient implements LoadClient {
  readonly #socket: WebSocket;
  readonly #stream: Socket;
  #load: Load | undefined;
  #lastId = 0;
  #corked = false;

  /** @param stream below the WebSocket */
  constructor(socket: WebSocket, stream: Socket) {
    this.#socket = socket;
    this.#stream = stream;
    socket.on('message', (data: RawData) => {
      this.#load?.answered(this, (data as Buffer).subarray(ID_BYTES));
    });
    socket.on('close', (code: number) => this.#load?.spoiled(`the socket was closed: ${code}`));
  }

  send(payload: Uint8Array, load: Load): void {
    this.#load = load;
    this.#cork();
    const message = Buffer.allocUnsafe(ID_BYTES + payload.length);
    message.writeUInt32BE(++this.#lastId);
    message.set(payload, ID_BYTES);
    this.#socket.send(message);
  }

  flush(): void {
    // The end of the turn does it.
  }

  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#stream.cork();
    setImmediate(() => {
      this.#corked = false;
      this.#stream.uncork();
    });
  }
}

const clients: WsClient[] = [];

answerCommands({
  /** @param certificateFile of the server, when the address begins with wss: */
  hold: async ({ url, count, certificateFile }: { url: string; count: number; certificateFile?: string }) => {
    const authority = certificateFile === undefined ? undefined : readFileSync(certificateFile);
    while (clients.length < count) {
      const { socket, stream } = await openWebSocket(url, authority);
      clients.push(new WsClient(socket, stream));
    }
  },
  run: (order: LoadOrder) => new Load(order).run(clients),
});
console.log('ready');
