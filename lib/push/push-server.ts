import { Metadata, Server, ServerCredentials, status, type MethodDefinition } from '@grpc/grpc-js';
import type { sendUnaryData, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import { GatesvrError } from '../errors.js';
import type { Method } from '../protocol/upstream-codec.js';
import { pushMethods, REGISTER_PATH, type PushReplyInit } from '../protocol/push-codec.js';
import type { BearerToken } from './bearer-token.js';
import type { PushLane } from './push-lane.js';
import type { PushService } from './push-service.js';
import { PushStream } from './push-stream.js';

export interface PushServerParts {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly token: BearerToken;
  readonly service: PushService;
  /** Tells a sender that comes back whether its pushes are remembered here. */
  readonly processId: string;
}

/**
 * The largest message: the largest frame that can be configured, and room for the rest. What is over the frame that is
 * configured gets a reply that says so; what is over this ends its call.
 */
const MAX_MESSAGE_BYTES = (16 << 20) + (64 << 10);
/** A peer that is gone without a word is noticed after this and the answer's time limit. */
const KEEPALIVE_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

type UnaryHandler = (call: ServerUnaryCall<Uint8Array, Uint8Array>, done: sendUnaryData<Uint8Array>) => void;
type StreamHandler = (call: ServerDuplexStream<Uint8Array, Uint8Array>) => void;

/** The gRPC port that services push to: `Gateway` of `upstream.proto`. */
export class PushServer {
  readonly #parts: PushServerParts;
  readonly #server: Server;
  readonly #streams = new Set<PushStream>();
  #port = 0;

  constructor(parts: PushServerParts) {
    this.#parts = parts;
    this.#server = new Server({
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      // Nothing reads it, and it costs on every call.
      'grpc.enable_channelz': 0,
    });
    const { push, broadcast, kick, pushStream } = pushMethods;
    const { service } = parts;
    const handlers: Record<string, UnaryHandler | StreamHandler> = {
      [push.path]: this.#pushing(push, (request, lane) => service.push(request, lane)),
      [broadcast.path]: this.#pushing(broadcast, (request, lane) => service.broadcast(request, lane)),
      [kick.path]: this.#unary(kick, (request, done) => done(kick.encodeReply(service.kick(request)))),
      [pushStream.path]: this.#stream(),
      [REGISTER_PATH]: ((call) => {
        call.emit('error', { code: status.UNIMPLEMENTED, details: 'instances do not register yet: list them' });
      }) satisfies StreamHandler,
    };
    this.#server.addService(definition(Object.keys(handlers)), handlers);
  }

  /** Where it listens; only after `start`. */
  get address(): { readonly address: string; readonly port: number } {
    return { address: this.#parts.host, port: this.#port };
  }

  /** @throws GatesvrError LISTEN_FAILED when the address can't be had */
  async start(): Promise<void> {
    const { host, port } = this.#parts;
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(new GatesvrError('LISTEN_FAILED', `pushes on ${address} (${error.message})`, error));
      });
    });
  }

  /** Takes no more calls, ends the streams once their replies are written, and frees the port. */
  stop(): Promise<void> {
    for (const stream of this.#streams) stream.end();
    return new Promise((resolve) => this.#server.tryShutdown(() => resolve()));
  }

  /** Drops what did not end in time. */
  abort(): void {
    this.#server.forceShutdown();
  }

  #pushing<Request>(
    method: Pick<Method<Request, never, unknown, PushReplyInit>, 'decodeRequest' | 'encodeReply'>,
    take: (request: Request, lane: PushLane) => void,
  ): UnaryHandler {
    return this.#unary(method, (request, done) => {
      take(request, this.#parts.service.lane({ reply: (reply) => done(method.encodeReply(reply)) }));
    });
  }

  #unary<Request>(
    { decodeRequest }: { readonly decodeRequest: (bytes: Uint8Array) => Request },
    handle: (request: Request, done: (reply: Uint8Array) => void) => void,
  ): UnaryHandler {
    return (call, done) => {
      if (!this.#allows(call.metadata)) {
        done(NOT_ALLOWED);
        return;
      }
      let request: Request;
      try {
        request = decodeRequest(call.request);
      } catch {
        done(UNREADABLE);
        return;
      }
      handle(request, (reply) => done(null, reply));
    };
  }

  #stream(): StreamHandler {
    return (call) => {
      if (!this.#allows(call.metadata)) {
        call.emit('error', NOT_ALLOWED);
        return;
      }
      const header = new Metadata();
      header.set('gatesvr-process', this.#parts.processId);
      call.sendMetadata(header);
      const stream = new PushStream(call, this.#parts.service, () => this.#streams.delete(stream));
      this.#streams.add(stream);
    };
  }

  #allows(metadata: Metadata): boolean {
    const [authorization] = metadata.get('authorization');
    return this.#parts.token.allows(authorization?.toString());
  }
}

const NOT_ALLOWED = { code: status.UNAUTHENTICATED, details: 'pushes need metadata "authorization: Bearer TOKEN"' };
const UNREADABLE = { code: status.INVALID_ARGUMENT, details: 'the message is no message of upstream.proto' };

/** Messages cross as bytes: grpc-js would answer one that can't be decoded with an error of its own kind. */
function definition(paths: readonly string[]): Record<string, MethodDefinition<Uint8Array, Uint8Array>> {
  return Object.fromEntries(
    paths.map((path) => {
      const isStream = path === pushMethods.pushStream.path || path === REGISTER_PATH;
      const bytes = { requestSerialize: asBuffer, responseSerialize: asBuffer };
      const values = { requestDeserialize: asIs, responseDeserialize: asIs };
      return [path, { path, requestStream: isStream, responseStream: isStream, ...bytes, ...values }];
    }),
  );
}

function asIs(bytes: Buffer): Uint8Array {
  return bytes;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
