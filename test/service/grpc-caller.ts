import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { ClientUnaryCall, ServiceError } from '@grpc/grpc-js';
import { methods } from '../../lib/protocol/upstream-codec.js';
import type {
  LoginReply,
  LoginRequestInit,
  LogoutRequestInit,
  StatusReply,
  UpstreamRequestInit,
  UpstreamResponse,
} from '../../lib/protocol/upstream-codec.js';

interface RawMethod<Init, Reply> {
  readonly path: string;
  encodeRequest(message: Init): Uint8Array;
  decodeReply(bytes: Uint8Array): Reply;
}

/** A call under way, and the reply or the gRPC error it ends with. */
export interface PendingCall<Reply> {
  readonly reply: Promise<Reply>;
  cancel(): void;
}

/** Calls a service as a gateway does, over real gRPC. */
export class GrpcCaller {
  readonly #client: Client;

  constructor(port: number, maxMessageBytes = 32 << 20) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.max_send_message_length': maxMessageBytes,
      // Services of different tests may get the same port one after the other.
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  process(request: UpstreamRequestInit): Promise<UpstreamResponse> {
    return this.call(methods.process, request).reply;
  }

  login(request: LoginRequestInit): Promise<LoginReply> {
    return this.call(methods.login, request).reply;
  }

  logout(request: LogoutRequestInit): Promise<object> {
    return this.call(methods.logout, request).reply;
  }

  getStatus(): Promise<StatusReply> {
    return this.call(methods.getStatus, {}).reply;
  }

  call<Init, Reply>(method: RawMethod<Init, Reply>, request: Init): PendingCall<Reply> {
    return this.raw(method.path, method.encodeRequest(request), (bytes) => method.decodeReply(bytes));
  }

  raw<Reply>(path: string, request: Uint8Array, decode: (bytes: Buffer) => Reply): PendingCall<Reply> {
    let call: ClientUnaryCall | undefined;
    const reply = new Promise<Reply>((resolve, reject) => {
      const settle = (error: ServiceError | null, value?: Reply): void => {
        if (error !== null) reject(error);
        else resolve(value!);
      };
      const serialize = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
      call = this.#client.makeUnaryRequest(path, serialize, decode, request, new Metadata(), {}, settle);
    });
    return { reply, cancel: () => call?.cancel() };
  }

  close(): void {
    this.#client.close();
  }
}
