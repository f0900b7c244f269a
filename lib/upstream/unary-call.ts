import { status as Status, type Channel, type Metadata, type StatusObject } from '@grpc/grpc-js';

/** How a call ended: with the reply's bytes, or with a status other than OK. */
export type CallEnd =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | {
      readonly ok: false;
      readonly status: StatusObject;
      /** Headers of a reply that came before the status. */
      readonly headers: Metadata | undefined;
    };

/**
 * One unary gRPC call, made on the channel itself: what grpc-js's Client adds (interceptors, a stack trace, emitters and
 * closures a call) costs a fifth of the whole. One object a call, which is also its listener.
 */
export abstract class UnaryCall {
  #call: ReturnType<Channel['createCall']> | undefined;
  #message: Uint8Array | undefined;
  #headers: Metadata | undefined;
  #ended = false;

  /** Told once, never before {@link start} has returned. Must not throw. */
  protected abstract ended(end: CallEnd): void;

  /**
   * @param remainingMs travels as the call's deadline; grpc-js ends the call with DEADLINE_EXCEEDED then
   * @throws if grpc-js can't begin the call; `ended` is not told then
   */
  start(channel: Channel, path: string, request: Uint8Array, metadata: Metadata, remainingMs: number): void {
    // grpc-js measures against Date.now(), so no other clock will do.
    const call = channel.createCall(path, Date.now() + remainingMs, null, null, null);
    this.#call = call;
    try {
      call.start(metadata, this);
      call.startRead();
      call.sendMessageWithContext({}, asBuffer(request));
      call.halfClose();
    } catch (error) {
      this.#ended = true;
      this.cancel();
      throw error;
    }
  }

  /** Gives the call up; it ends with CANCELLED. */
  cancel(): void {
    this.#call?.cancelWithStatus(Status.CANCELLED, 'given up by the gateway');
  }

  onReceiveMetadata(headers: Metadata): void {
    this.#headers = headers;
  }

  onReceiveMessage(message: unknown): void {
    this.#message = message as Uint8Array;
  }

  onReceiveStatus(status: StatusObject): void {
    if (this.#ended) return;
    this.#ended = true;
    if (status.code === Status.OK && this.#message !== undefined) this.ended({ ok: true, bytes: this.#message });
    else this.ended({ ok: false, status, headers: this.#headers });
  }
}

/** The same memory as a Buffer, which grpc-js needs to copy it behind its length prefix. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
