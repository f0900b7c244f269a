import type { ClientHttp2Stream } from 'node:http2';
import { frameMessage, MessageReader, timeoutHeader, type FrameFault } from './grpc-frame.js';
import { GrpcStatus, ownStatus, type CallStatus } from './grpc-status.js';
import { GrpcStream } from './grpc-stream.js';
import type { CallConnection, CallStarter } from './http2-connection.js';

/** How a call ended: with the reply's bytes, or with a status. OK among these means that there was no reply with it. */
export type CallEnd =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly status: CallStatus };

type Headers = Readonly<Record<string, string>>;

/** One unary gRPC call on node:http2, half as dear as a call on grpc-js's channel (docs/performance.md). */
export abstract class UnaryCall extends GrpcStream {
  #path = '';
  #frame: Buffer | undefined;
  #metadata: Headers | undefined;
  #waitsSince: number | undefined;
  #remainingMs = 0;
  #reader: MessageReader | undefined;

  /** Told once, never before {@link start} has returned. Must not throw. */
  protected abstract ended(end: CallEnd): void;

  /**
   * @param metadata    further request headers
   * @param remainingMs travels as the call's deadline; whoever makes the call ends it then by {@link cancel}
   * @throws if no connection stands; `ended` is not told then
   */
  start(
    channel: CallStarter,
    path: string,
    request: Uint8Array,
    metadata: Headers | undefined,
    remainingMs: number,
  ): void {
    this.#path = path;
    this.#frame = frameMessage(request);
    this.#metadata = metadata;
    this.#remainingMs = remainingMs;
    channel.begin(this);
  }

  /** Gives the call up; it ends with CANCELLED unless it has ended already. */
  cancel(): void {
    this.giveUp();
  }

  override wait(connection: CallConnection): void {
    super.wait(connection);
    this.#waitsSince = connection.clock.now();
  }

  protected override headers({ clock }: CallConnection): Record<string, string> {
    const waitedMs = this.#waitsSince === undefined ? 0 : clock.now() - this.#waitsSince;
    const headers = { ':path': this.#path, 'grpc-timeout': timeoutHeader(this.#remainingMs - waitedMs) };
    return this.#metadata === undefined ? headers : Object.assign(headers, this.#metadata);
  }

  protected override sent(stream: ClientHttp2Stream): void {
    stream.end(this.#frame);
    this.#frame = undefined;
  }

  protected override accepted(): void {
    // The message follows.
  }

  protected override received(chunk: Uint8Array): void {
    this.#reader ??= new MessageReader(this.connection!.maxMessageBytes);
    const fault = this.#reader.push(chunk);
    if (fault !== undefined) this.refuse(faultStatus(fault, 'the reply'));
  }

  protected override concluded(): void {
    // The stream closes: its other side was ended with the request.
  }

  protected override finished(status: CallStatus): void {
    const bytes = status.fromService && status.code === GrpcStatus.OK ? this.#reader?.message : undefined;
    this.ended(bytes === undefined ? { ok: false, status } : { ok: true, bytes });
  }
}

/** @param what was broken, for the log */
export function faultStatus(fault: FrameFault, what: string): CallStatus {
  const code = fault === 'too large' ? GrpcStatus.RESOURCE_EXHAUSTED : GrpcStatus.OK;
  return ownStatus(code, `${what} is ${fault}`);
}
