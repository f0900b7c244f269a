// What a better developer writes: one long-lived bidi gRPC stream to the service, many requests in flight on it, matched
// by id, behind a WebSocket server with TLS. One message a request on both sides, no batches. No login, numbers, replay
// or limits either.
//
//   bidi-gateway SERVICE_ADDRESS PROTO_FILE CERTIFICATE_FILE
import {
  credentials,
  loadPackageDefinition,
  type ClientDuplexStream,
  type GrpcObject,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { RawData, WebSocket } from 'ws';
import { acceptWss } from './accept.js';

interface TunnelResponse {
  readonly responses: readonly { readonly id: number; readonly code: number; readonly payload: Buffer }[];
}

/** Who waits for an answer. */
interface Waiting {
  readonly socket: WebSocket;
  /** The four bytes that name the request to the client. */
  readonly id: Buffer;
}

const ID_BYTES = 4;

const [serviceAddress, protoFile, certificateFile] = process.argv.slice(2) as [string, string, string];
const definition = loadPackageDefinition(loadSync(protoFile, { keepCase: true, longs: Number }));
const Upstream = (definition.gatesvr as unknown as { upstream: { v1: GrpcObject } }).upstream.v1
  .Upstream as ServiceClientConstructor;
const client = new Upstream(serviceAddress, credentials.createInsecure());
const tunnel = (client.tunnel as () => ClientDuplexStream<object, TunnelResponse>).call(client);
const waiting = new Map<number, Waiting>();
let lastId = 0;
let players = 0;

tunnel.on('data', ({ responses }: TunnelResponse) => {
  for (const { id, code, payload } of responses) {
    const { socket, id: clientId } = waiting.get(id)!;
    waiting.delete(id);
    if (code === 200) socket.send(Buffer.concat([clientId, payload]));
    else socket.close(1011, `the service answered ${code}`);
  }
});

const { port } = await acceptWss(certificateFile, (socket) => {
  const player = `player-${++players}`;
  socket.on('message', (data: RawData) => {
    const message = data as Buffer;
    const id = ++lastId;
    waiting.set(id, { socket, id: message.subarray(0, ID_BYTES) });
    tunnel.write({
      requests: [{ id, player_id: player, action: 'echo', payload: message.subarray(ID_BYTES), remaining_ms: 30_000 }],
    });
  });
});
console.log(`ready ${port}`);
process.once('SIGTERM', () => process.exit(0));
