/**
 * What HTTP/3 asks of QUIC. The QUIC driver implements it; a fake wire does in tests.
 *
 * Calls are made inside the calls that Http3Connection receives, and must not call back into it before they return.
 */
export interface Http3Output {
  /** Opens a bidirectional stream and returns its id. */
  openBidi(): number;
  /** Opens a unidirectional stream and returns its id. */
  openUni(): number;
  /**
   * Queues `bytes`, which the output owns from now on; `fin` ends this side of the stream. Nothing is refused; what comes
   * after the peer has stopped the stream is dropped.
   */
  write(streamId: number, bytes: Uint8Array, fin: boolean): void;
  /** Gives up sending (RESET_STREAM). No `streamStopped` is expected for this stream any more. */
  reset(streamId: number, errorCode: number): void;
  /**
   * Gives up receiving (STOP_SENDING). From now on the driver drops what comes: no `streamData` and no `streamReset`
   * may follow for this stream.
   */
  stopSending(streamId: number, errorCode: number): void;
  /** Sends one QUIC datagram; false if it can't be sent now. */
  datagram(bytes: Uint8Array): boolean;
  /** Closes the QUIC connection with an application error. Nothing follows. */
  closeConnection(errorCode: number, reason: string): void;
}

/** Takes the place of the output of a connection that is gone: drops everything. */
export const silentOutput: Http3Output = {
  openBidi: () => -1,
  openUni: () => -1,
  write: () => undefined,
  reset: () => undefined,
  stopSending: () => undefined,
  datagram: () => false,
  closeConnection: () => undefined,
};
