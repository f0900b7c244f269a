// The obvious gateway: a WebSocket server that makes one unary gRPC call for each message and sends the answer back. No
// login, no numbers, no replay, no limits, no TLS: what a developer writes in an afternoon.
import { credentials, loadPackageDefinition, type GrpcObject, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { WebSocketServer, type RawData } from 'ws';

interface Reply {
  readonly code: number;
  readonly payload: Buffer;
}

interface BusinessClient {
  process(request: object, options: object, callback: (error: ServiceError | null, reply?: Reply) => void): void;
}

type BusinessConstructor = new (
  address: string,
  creds: ReturnType<typeof credentials.createInsecure>,
) => BusinessClient;

const ID_BYTES = 4;
const TIMEOUT_MS = 30_000;

const [businessAddress, protoFile] = process.argv.slice(2) as [string, string];
const definition = loadPackageDefinition(loadSync(protoFile, { keepCase: true, longs: Number }));
const Business = (definition.gatesvr as unknown as { upstream: { v1: GrpcObject } }).upstream.v1
  .Upstream as unknown as BusinessConstructor;
const business = new Business(businessAddress, credentials.createInsecure());

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
let players = 0;

server.on('connection', (socket) => {
  const player = `player-${++players}`;
  socket.on('message', (data: RawData) => {
    const message = data as Buffer;
    const request = {
      player_id: player,
      client_seq: message.readUInt32BE(),
      action: 'echo',
      payload: message.subarray(ID_BYTES),
    };
    business.process(request, { deadline: Date.now() + TIMEOUT_MS }, (error, reply) => {
      if (error !== null || reply === undefined) socket.close(1011, error?.message.slice(0, 100));
      else socket.send(Buffer.concat([message.subarray(0, ID_BYTES), reply.payload]));
    });
  });
});
server.once('listening', () => {
  const address = server.address();
  console.log(`ready ${typeof address === 'string' ? address : (address?.port ?? '')}`);
});
process.once('SIGTERM', () => process.exit(0));
