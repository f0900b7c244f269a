import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import type {
  MethodDefinition,
  sendUnaryData,
  ServerDuplexStream,
  ServerUnaryCall,
  status as Status,
} from '@grpc/grpc-js';
import { decodeTunnelRequest, encodeTunnelResponse, TUNNEL_PATH } from '../../lib/protocol/tunnel-codec.js';
import { methods, type UpstreamRequest, type UpstreamResponseInit } from '../../lib/protocol/upstream-codec.js';

export type RawCall = ServerUnaryCall<Uint8Array, Uint8Array>;
export type RawDone = sendUnaryData<Uint8Array>;
export type RawStream = ServerDuplexStream<Uint8Array, Uint8Array>;
/** Bytes in, bytes out, as they stand on the wire. */
export type RawHandler = (call: RawCall, done: RawDone) => void;

/** A real gRPC server on this machine whose behaviour a test sets, and which can be killed and come back. */
export class TestService {
  readonly requests: UpstreamRequest[] = [];
  readonly metadata: Metadata[] = [];
  cancelled = 0;
  /** Stream messages of Tunnel, by how many requests each had. */
  readonly batches: number[] = [];
  /** Streams of Tunnel that were opened. */
  readonly tunnels: RawStream[] = [];
  /** Whether it has Tunnel; set before it starts. */
  hasTunnel = true;
  /** Answers Process and Tunnel; a status given in Tunnel ends the stream. */
  handler: (request: UpstreamRequest, done: RawDone) => void = (request, done) => {
    reply(done, { payload: request.payload });
  };
  readonly #raw: Readonly<Record<string, RawHandler>>;
  #server: Server | undefined;
  #port = 0;

  /** @param raw handlers of other methods, by path; of Process too, then instead of `handler` */
  constructor(raw: Readonly<Record<string, RawHandler>> = {}) {
    this.#raw = raw;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Listens; on the same port as before if it did before. */
  async start(): Promise<this> {
    const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
    const handlers: Record<string, RawHandler> = { [methods.process.path]: this.#process, ...this.#raw };
    for (const [path, handler] of Object.entries(handlers)) {
      server.addService({ [path]: rawMethod(path) }, { [path]: handler });
    }
    if (this.hasTunnel) server.addService({ tunnel: rawMethod(TUNNEL_PATH, true) }, { tunnel: this.#tunnel });
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.#port}`, ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(error);
        else resolve(port);
      });
    });
    this.#server = server;
    return this;
  }

  /** As SIGKILL does: the connections break, nothing is answered. */
  kill(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  /** Stops taking calls and resolves when those under way are answered. */
  stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    return new Promise((resolve) => {
      if (server === undefined) resolve();
      else server.tryShutdown(() => resolve());
    });
  }

  readonly #process: RawHandler = (call, done) => {
    const request = methods.process.decodeRequest(call.request);
    this.requests.push(request);
    this.metadata.push(call.metadata);
    call.on('cancelled', () => this.cancelled++);
    this.handler(request, done);
  };

  readonly #tunnel = (stream: RawStream): void => {
    this.tunnels.push(stream);
    stream.sendMetadata(new Metadata());
    stream.on('error', () => undefined);
    stream.on('end', () => stream.end());
    stream.on('data', (bytes: Uint8Array) => {
      const { requests, cancel } = decodeTunnelRequest(bytes);
      this.cancelled += cancel.length;
      if (requests.length > 0) this.batches.push(requests.length);
      for (const request of requests) {
        this.requests.push(request);
        this.handler(request, (error, response) => {
          if (error) stream.emit('error', error);
          else stream.write(tunnelResponse(request.id, response!));
        });
      }
    });
  };
}

/** The answer of Process as Tunnel's; what can't be read stays as it is. */
function tunnelResponse(id: number, response: Uint8Array): Uint8Array {
  try {
    return encodeTunnelResponse({ responses: [{ ...methods.process.decodeReply(response), id }] });
  } catch {
    return Uint8Array.of(0x0a, response.length, ...response);
  }
}

export function reply(done: RawDone, response: UpstreamResponseInit): void {
  done(null, methods.process.encodeReply(response));
}

export function refuse(done: RawDone, code: Status, details: string): void {
  done({ code, details, metadata: new Metadata() });
}

function rawMethod(path: string, streams = false): MethodDefinition<Uint8Array, Uint8Array> {
  const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
  const asBytes = (bytes: Buffer): Uint8Array => bytes;
  return {
    path,
    requestStream: streams,
    responseStream: streams,
    requestSerialize: asBuffer,
    requestDeserialize: asBytes,
    responseSerialize: asBuffer,
    responseDeserialize: asBytes,
  };
}
