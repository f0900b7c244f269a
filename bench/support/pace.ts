import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A number of a push. */
const BYTES = 4;
const HOST = '127.0.0.1';

/** Where receivers tell who pushes how far they are, aside of what is measured: it keeps the pushes in step with them. */
export class PaceListener {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param heard called with the last push that all receivers of a process have got */
  static async start(heard: (upTo: number) => void): Promise<PaceListener> {
    const server = createServer((socket) => {
      let rest = Buffer.alloc(0);
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        const bytes = Buffer.concat([rest, chunk]);
        const whole = bytes.length - (bytes.length % BYTES);
        rest = bytes.subarray(whole);
        // Only the newest says anything.
        if (whole > 0) heard(bytes.readUInt32BE(whole - BYTES));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    return new PaceListener(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }
}

/** The receivers' end of it; what is told in one turn of the event loop leaves as one number. */
export class PaceTeller {
  readonly #socket: Socket;
  #next: number | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static connect(port: number): Promise<PaceTeller> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, HOST);
      socket.setNoDelay(true);
      socket.once('connect', () => resolve(new PaceTeller(socket))).once('error', reject);
    });
  }

  tell(upTo: number): void {
    if (this.#next === undefined) setImmediate(() => this.#write());
    this.#next = upTo;
  }

  close(): void {
    this.#socket.destroy();
  }

  #write(): void {
    const bytes = Buffer.allocUnsafe(BYTES);
    bytes.writeUInt32BE(this.#next!);
    this.#next = undefined;
    if (this.#socket.writable) this.#socket.write(bytes);
  }
}
