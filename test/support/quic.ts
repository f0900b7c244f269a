import { systemClock } from '../../lib/clock.js';
import type { QuicClose, QuicConnectionHandler } from '../../lib/quic/connection-handler.js';
import type { QuicConnection } from '../../lib/quic/connection.js';
import { QuicEndpoint, type QuicEndpointOptions } from '../../lib/quic/endpoint.js';
import { isEngine, loadEngine, type QuicEngine } from '../../lib/quic/engine.js';
import { makeCertificate, type TestCertificate } from './certificate.js';

export function quicEngine(): QuicEngine {
  const loaded = loadEngine();
  if (!isEngine(loaded)) throw new Error(loaded.reason);
  return loaded;
}

/** Keeps what happened on a connection. */
export class Recorder implements QuicConnectionHandler {
  connected = false;
  readonly received = new Map<number, Buffer[]>();
  readonly ended = new Set<number>();
  readonly resets: [number, number][] = [];
  readonly stops: [number, number][] = [];
  readonly drains: number[] = [];
  readonly datagrams: Buffer[] = [];
  close: QuicClose | undefined;

  established(): void {
    this.connected = true;
  }

  streamData(streamId: number, bytes: Uint8Array, fin: boolean): void {
    const chunks = this.received.get(streamId) ?? [];
    chunks.push(Buffer.from(bytes));
    this.received.set(streamId, chunks);
    if (fin) this.ended.add(streamId);
  }

  streamReset(streamId: number, errorCode: number): void {
    this.resets.push([streamId, errorCode]);
  }

  streamStopped(streamId: number, errorCode: number): void {
    this.stops.push([streamId, errorCode]);
  }

  streamDrained(streamId: number): void {
    this.drains.push(streamId);
  }

  datagram(bytes: Uint8Array): void {
    this.datagrams.push(Buffer.from(bytes));
  }

  closed(close: QuicClose): void {
    if (this.close !== undefined) throw new Error('closed twice');
    this.close = close;
  }

  bytes(streamId: number): Buffer {
    return Buffer.concat(this.received.get(streamId) ?? []);
  }
}

/** One server's side of a connection. */
export class Accepted extends Recorder {
  constructor(readonly quic: QuicConnection) {
    super();
  }
}

/** Sends everything back. */
export class Echo extends Accepted {
  override streamData(streamId: number, bytes: Uint8Array, fin: boolean): void {
    this.quic.write(streamId, bytes, fin);
  }

  override datagram(bytes: Uint8Array): void {
    this.quic.sendDatagram(bytes);
  }
}

type Options = Partial<Omit<QuicEndpointOptions, 'engine' | 'certificate'>>;

/** A server and a client on this machine. */
export class QuicPair {
  readonly accepted: Accepted[] = [];
  readonly faults: unknown[] = [];

  private constructor(
    readonly server: QuicEndpoint,
    readonly client: QuicEndpoint,
    readonly certificate: TestCertificate,
  ) {}

  static async start(
    handler: (quic: QuicConnection) => Accepted = (quic) => new Accepted(quic),
    serverOptions: Options = {},
    clientOptions: Options = {},
  ): Promise<QuicPair> {
    const engine = quicEngine();
    const certificate = await makeCertificate();
    const onFault = (error: unknown): void => {
      pair.faults.push(error);
    };
    const common = { engine, clock: systemClock, onFault };
    const server = new QuicEndpoint({ ...common, certificate, ...serverOptions });
    const client = new QuicEndpoint({ ...common, ...clientOptions });
    const pair = new QuicPair(server, client, certificate);
    await server.start((quic) => {
      const side = handler(quic);
      pair.accepted.push(side);
      quic.open(side);
    });
    await client.start();
    return pair;
  }

  /** @param port another one than the server's for a relay in between */
  connect(port = this.server.address.port): { quic: QuicConnection; side: Recorder } {
    return this.open(this.client.connect('127.0.0.1', port, 'localhost', { hashes: [this.certificate.hash] }));
  }

  open(quic: QuicConnection): { quic: QuicConnection; side: Recorder } {
    const side = new Recorder();
    quic.open(side);
    return { quic, side };
  }

  async stop(): Promise<void> {
    await this.client.stop(0, '');
    await this.server.stop(0, '');
  }
}
