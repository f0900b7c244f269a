import { connect, type ClientHttp2Stream } from 'node:http2';
import { RequestBatch, ResponseReader, type OnResponse } from './tunnel-batch.js';

const TUNNEL = '/gatesvr.upstream.v1.Upstream/Tunnel';
/** Answers never wait for room. */
const WINDOW_BYTES = 16 << 20;

interface Tunnel {
  readonly stream: ClientHttp2Stream;
  readonly batch: RequestBatch;
}

/** A few Tunnels to a service, straight on HTTP/2, and the batch that each sends at the end of the turn. */
export class Tunnels {
  readonly #tunnels: readonly Tunnel[];

  /** @param address "host:port" */
  constructor(address: string, count: number, onResponse: OnResponse) {
    const session = connect(`http://${address}`, {
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
    });
    session.once('connect', () => session.setLocalWindowSize(WINDOW_BYTES));
    this.#tunnels = Array.from({ length: count }, () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': TUNNEL,
        te: 'trailers',
        'content-type': 'application/grpc',
      });
      const reader = new ResponseReader(onResponse);
      stream.on('data', (chunk: Buffer) => reader.push(chunk));
      stream.once('end', () => {
        throw new Error('the service has ended a Tunnel');
      });
      return { stream, batch: new RequestBatch() };
    });
  }

  /** @param lane requests of one lane go through the same Tunnel */
  add(lane: number, constant: Uint8Array, id: number, bytes: Uint8Array, start: number, end: number): void {
    const tunnel = this.#tunnels[lane % this.#tunnels.length]!;
    tunnel.batch.add(constant, id, bytes, start, end);
    if (tunnel.batch.full) tunnel.stream.write(tunnel.batch.take());
  }

  flush(): void {
    for (const { stream, batch } of this.#tunnels) if (!batch.empty) stream.write(batch.take());
  }
}
