import { createSocket, type Socket } from 'node:dgram';

/** What becomes of a datagram. late: it goes out behind the next few that go the same way. */
export type Fate = 'pass' | 'lose' | 'twice' | 'late';

/** So many datagrams overtake one that is late: QUIC takes it for lost after three. */
const LATE_BY = 4;

/** A NAT between one client and a server: passes datagrams both ways and can take on a new outer address, or treat some badly. */
export class UdpRelay {
  readonly #inner = createSocket('udp4');
  #outer: Socket | undefined;
  #clientPort = 0;
  #largest: Buffer = Buffer.alloc(0);
  #late: { readonly datagram: Buffer; readonly towardsServer: boolean; overtakenBy: number }[] = [];
  /** Asked for every datagram; true loses it. */
  lose: (towardsServer: boolean) => boolean = () => false;
  /** Asked for every datagram, in place of `lose`. */
  fateOf: (towardsServer: boolean) => Fate = (towardsServer) => (this.lose(towardsServer) ? 'lose' : 'pass');

  constructor(readonly serverPort: number) {}

  /** @returns the port a client sends to */
  async start(): Promise<number> {
    await bind(this.#inner);
    this.#inner.on('message', (datagram, from) => {
      this.#clientPort = from.port;
      if (datagram.length > this.#largest.length) this.#largest = datagram;
      this.#treat(datagram, true);
    });
    await this.rebind();
    return this.#inner.address().port;
  }

  /** From now on the server sees another address; what it sends to the old one is lost. */
  async rebind(): Promise<void> {
    const outer = createSocket('udp4');
    await bind(outer);
    outer.on('message', (datagram) => {
      this.#treat(datagram, false);
    });
    this.#outer?.close();
    this.#outer = outer;
  }

  /** Sends the largest datagram that came from the client to the server once more. */
  replay(): void {
    this.#outer?.send(this.#largest, this.serverPort, '127.0.0.1');
  }

  #treat(datagram: Buffer, towardsServer: boolean): void {
    const fate = this.fateOf(towardsServer);
    if (fate === 'lose') return;
    if (fate === 'late') {
      this.#late.push({ datagram, towardsServer, overtakenBy: 0 });
      return;
    }
    this.#send(datagram, towardsServer);
    if (fate === 'twice') this.#send(datagram, towardsServer);
    this.#late = this.#late.filter((held) => {
      if (held.towardsServer !== towardsServer || ++held.overtakenBy < LATE_BY) return true;
      this.#send(held.datagram, towardsServer);
      return false;
    });
  }

  #send(datagram: Buffer, towardsServer: boolean): void {
    if (towardsServer) this.#outer?.send(datagram, this.serverPort, '127.0.0.1');
    else this.#inner.send(datagram, this.#clientPort, '127.0.0.1');
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
