import { createSocket, type Socket } from 'node:dgram';

/** Stands between the clients of this process, which share one UDP socket, and a gateway: passes datagrams, or loses all. */
export class UdpValve {
  readonly #inner = createSocket('udp4');
  readonly #outer = createSocket('udp4');
  #clientPort = 0;
  /** Whether datagrams pass. */
  isOpen = true;

  private constructor(gatewayPort: number) {
    this.#inner.on('message', (datagram, { port }) => {
      this.#clientPort = port;
      if (this.isOpen) this.#outer.send(datagram, gatewayPort, LOCALHOST);
    });
    this.#outer.on('message', (datagram) => {
      if (this.isOpen) this.#inner.send(datagram, this.#clientPort, LOCALHOST);
    });
  }

  /** @param gatewayPort of a gateway on this machine */
  static async start(gatewayPort: number): Promise<UdpValve> {
    const valve = new UdpValve(gatewayPort);
    await Promise.all([bind(valve.#inner), bind(valve.#outer)]);
    return valve;
  }

  /** Where clients reach the gateway through it. */
  get port(): number {
    return this.#inner.address().port;
  }

  stop(): void {
    this.#inner.close();
    this.#outer.close();
  }
}

const LOCALHOST = '127.0.0.1';

function bind(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, LOCALHOST, () => {
      resolve();
    });
  });
}
