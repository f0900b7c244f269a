import { createSocket, type Socket } from 'node:dgram';

/** A NAT between one client and a server: passes datagrams both ways and can take on a new outer address, or lose some. */
export class UdpRelay {
  readonly #inner = createSocket('udp4');
  #outer: Socket | undefined;
  #clientPort = 0;
  #largest: Buffer = Buffer.alloc(0);
  /** Asked for every datagram; true loses it. */
  lose: (towardsServer: boolean) => boolean = () => false;

  constructor(readonly serverPort: number) {}

  /** @returns the port a client sends to */
  async start(): Promise<number> {
    await bind(this.#inner);
    this.#inner.on('message', (datagram, from) => {
      this.#clientPort = from.port;
      if (datagram.length > this.#largest.length) this.#largest = datagram;
      if (!this.lose(true)) this.#outer?.send(datagram, this.serverPort, '127.0.0.1');
    });
    await this.rebind();
    return this.#inner.address().port;
  }

  /** From now on the server sees another address; what it sends to the old one is lost. */
  async rebind(): Promise<void> {
    const outer = createSocket('udp4');
    await bind(outer);
    outer.on('message', (datagram) => {
      if (!this.lose(false)) this.#inner.send(datagram, this.#clientPort, '127.0.0.1');
    });
    this.#outer?.close();
    this.#outer = outer;
  }

  /** Sends the largest datagram that came from the client to the server once more. */
  replay(): void {
    this.#outer?.send(this.#largest, this.serverPort, '127.0.0.1');
  }

  stop(): void {
    this.#inner.close();
    this.#outer?.close();
  }
}

function bind(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      resolve();
    });
  });
}
