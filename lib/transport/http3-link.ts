import type { QuicClose, QuicConnectionHandler } from '../quic/connection-handler.js';
import type { QuicConnection } from '../quic/connection.js';
import { Http3Connection, type Http3Events, type Role } from '../webtransport/http3-connection.js';
import type { Http3Output } from '../webtransport/http3-output.js';

/** What the owner of a link hears beside HTTP/3's own events. */
export interface LinkEvents extends Http3Events {
  established?(): void;
  /** The QUIC connection is over; HTTP/3's sessions have been told. */
  closed(close: QuicClose): void;
}

/** Joins a QUIC connection to HTTP/3: what the driver hears goes in, what HTTP/3 wants goes out. */
export class Http3Link implements QuicConnectionHandler {
  readonly quic: QuicConnection;
  readonly http3: Http3Connection;
  /** Told when a stream that was full has room again. */
  onDrained: ((streamId: number) => void) | undefined;
  /** Told last, when the QUIC connection is over. */
  onClosed: (() => void) | undefined;
  readonly #events: LinkEvents;

  constructor(role: Role, quic: QuicConnection, events: LinkEvents) {
    this.quic = quic;
    this.http3 = new Http3Connection(role, outputTo(quic), events);
    this.#events = events;
  }

  established(): void {
    this.http3.start();
    this.#events.established?.();
  }

  streamData(streamId: number, bytes: Uint8Array, fin: boolean): void {
    this.http3.streamData(streamId, bytes, fin);
  }

  streamReset(streamId: number, errorCode: number): void {
    this.http3.streamReset(streamId, errorCode);
  }

  streamStopped(streamId: number, errorCode: number): void {
    this.http3.streamStopped(streamId, errorCode);
  }

  streamDrained(streamId: number): void {
    this.onDrained?.(streamId);
  }

  datagram(bytes: Uint8Array): void {
    this.http3.datagram(bytes);
  }

  closed(close: QuicClose): void {
    this.http3.connectionClosed(close.reason);
    this.#events.closed(close);
    this.onClosed?.();
  }
}

function outputTo(quic: QuicConnection): Http3Output {
  return {
    openBidi: () => quic.openBidi(),
    openUni: () => quic.openUni(),
    write: (streamId, bytes, fin) => {
      quic.write(streamId, bytes, fin);
    },
    reset: (streamId, errorCode) => {
      quic.reset(streamId, errorCode);
    },
    stopSending: (streamId, errorCode) => {
      quic.stopSending(streamId, errorCode);
    },
    datagram: (bytes) => quic.sendDatagram(bytes),
    closeConnection: (errorCode, reason) => {
      quic.close(errorCode, reason);
    },
  };
}
