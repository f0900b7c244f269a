// The service behind the multiplexed bidi stream: plain grpc-js, each message of the stream is answered with one message.
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceClientConstructor,
  type GrpcObject,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

interface TunnelRequest {
  readonly requests: readonly { readonly id: number; readonly payload: Buffer }[];
}

const [protoFile] = process.argv.slice(2) as [string];
const definition = loadPackageDefinition(loadSync(protoFile, { keepCase: true, longs: Number }));
const Upstream = (definition.gatesvr as unknown as { upstream: { v1: GrpcObject } }).upstream.v1
  .Upstream as ServiceClientConstructor;

const server = new Server();
server.addService(Upstream.service, {
  tunnel: (call: ServerDuplexStream<TunnelRequest, object>) => {
    call.on('data', ({ requests }: TunnelRequest) => {
      call.write({ responses: requests.map(({ id, payload }) => ({ id, code: 200, payload })) });
    });
    call.on('end', () => call.end());
  },
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`ready ${port}`);
});
process.once('SIGTERM', () => process.exit(0));
