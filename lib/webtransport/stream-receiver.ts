/** What takes in one stream of the connection. Error codes are HTTP/3's. */
export interface StreamReceiver {
  /** The next bytes, cut anywhere; the receiver owns them. `fin` with the last. */
  received(bytes: Uint8Array, fin: boolean): void;
  /** The peer gave up sending. */
  receivedReset(errorCode: number): void;
  /** The peer will read no more; QUIC has ended this side of the stream. */
  receivedStop(errorCode: number): void;
}
