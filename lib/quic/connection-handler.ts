/** How a connection ended. */
export interface QuicClose {
  /** True when `errorCode` is the application's (HTTP/3), false when it is QUIC's own. */
  readonly application: boolean;
  readonly errorCode: number;
  readonly reason: string;
  readonly remote: boolean;
}

/** Receives what happens on a connection; calls are synchronous and none follows `closed`. */
export interface QuicConnectionHandler {
  established(): void;
  /** The handler owns `bytes`. */
  streamData(streamId: number, bytes: Uint8Array, fin: boolean): void;
  streamReset(streamId: number, errorCode: number): void;
  /** The peer reads no more of the stream: what is queued on it is dropped. */
  streamStopped(streamId: number, errorCode: number): void;
  /** A stream that `write` called full is below the low-water mark. */
  streamDrained(streamId: number): void;
  datagram(bytes: Uint8Array): void;
  closed(close: QuicClose): void;
}

const decoder = new TextDecoder();

/** An error as the engine tells it. */
export function asClose(error: { isApp: boolean; errorCode: number; reason: Uint8Array }, remote: boolean): QuicClose {
  const reason = decoder.decode(error.reason);
  return { application: error.isApp, errorCode: error.errorCode, reason, remote };
}
