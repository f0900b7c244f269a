import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { GatesvrError } from '../errors.js';
import type {
  MethodDefinition,
  sendUnaryData,
  ServerDuplexStream,
  ServerUnaryCall,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import type { Method } from '../protocol/upstream-codec.js';

/** One gRPC method as the server sees it: bytes of the answers out. */
export interface ServedMethod {
  readonly path: string;
  /** Many messages each way, in place of one. */
  readonly streams: boolean;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly handle: UntypedHandleCall;
}

/** A row for a method whose message the handler gets decoded and whose answer it gives as bytes. */
export function unary<Request>(
  method: Pick<Method<Request, never, unknown, never>, 'path' | 'decodeRequest'>,
  handle: (call: ServerUnaryCall<Request, Uint8Array>, done: sendUnaryData<Uint8Array>) => void,
): ServedMethod {
  return {
    path: method.path,
    streams: false,
    decode: method.decodeRequest,
    handle: handle as UntypedHandleCall,
  };
}

/** A row for a method of streams whose messages the handler gets decoded and gives as bytes. */
export function duplex<Request>(
  path: string,
  decode: (bytes: Uint8Array) => Request,
  handle: (call: ServerDuplexStream<Request, Uint8Array>) => void,
): ServedMethod {
  return { path, streams: true, decode, handle: handle as UntypedHandleCall };
}

/** A method that isn't among `rows` is answered UNIMPLEMENTED. */
export function createGrpcServer(rows: readonly ServedMethod[], maxMessageBytes: number): Server {
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    // Nothing reads it, and it costs on every call.
    'grpc.enable_channelz': 0,
  });
  const definition: Record<string, MethodDefinition<unknown, Uint8Array>> = {};
  const implementation: Record<string, UntypedHandleCall> = {};
  for (const row of rows) {
    definition[row.path] = {
      path: row.path,
      requestStream: row.streams,
      responseStream: row.streams,
      requestSerialize: notHere,
      requestDeserialize: row.decode,
      responseSerialize: asBuffer,
      responseDeserialize: notHere,
    };
    implementation[row.path] = row.handle;
  }
  server.addService(definition, implementation);
  return server;
}

/**
 * @param address "host:port"; port 0 takes a free one
 * @returns the port
 * @throws GatesvrError LISTEN_FAILED
 */
export function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(new GatesvrError('LISTEN_FAILED', `${address}: ${error.message}`, error));
    });
  });
}

/** The gRPC status of a login that was not granted, by the code that refused it. */
export function loginStatus(code: number): status {
  if (code === 401) return status.UNAUTHENTICATED;
  if (code === 403) return status.PERMISSION_DENIED;
  return status.UNAVAILABLE;
}

/** The bytes themselves: grpc-js asks for a Buffer, which views the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The other side's half of a method definition: a server never writes requests or reads answers. */
function notHere(): never {
  throw new Error('this is a server');
}
