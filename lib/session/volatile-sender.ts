import type { OrderedSender } from '../delivery/ordered-sender.js';
import type { Connection } from '../transport/transport.js';
import type { SessionCounters, VolatileCounters } from './session-counters.js';

/**
 * Largest frame that goes as a datagram, in bytes (PROTOCOL 2): with QUIC's, HTTP/3's and our own bytes around it a
 * packet of 1,200, which every QUIC path carries.
 */
const DATAGRAM_BYTES = 1_100;

/** Largest volatile frame at all (PROTOCOL 2): what may get lost must not hold up what may not. */
const FRAME_BYTES = 16 * 1024;

/**
 * The way out for Deliveries that may get lost: as one datagram where the connection has them and it fits, else on the
 * stream behind what is numbered, else nowhere. Keeps nothing beyond the turn. The engine keeps as many datagrams as its
 * send queue is long, and sends them in turns with the stream, so that neither starves the other.
 */
export class VolatileSender {
  readonly #connection: Connection;
  readonly #stream: OrderedSender;
  readonly #counters: SessionCounters;
  readonly #takesDatagrams: boolean;

  /** @param takesDatagrams the client said that it does */
  constructor(connection: Connection, stream: OrderedSender, counters: SessionCounters, takesDatagrams: boolean) {
    this.#connection = connection;
    this.#stream = stream;
    this.#counters = counters;
    this.#takesDatagrams = takesDatagrams;
  }

  /** @param body of a ServerFrame: with no number to carry it is the whole datagram, the same for all receivers */
  send(body: Uint8Array): boolean {
    const what = this.#send(body);
    this.#counters.volatile[what]++;
    return what === 'datagram' || what === 'stream';
  }

  #send(body: Uint8Array): keyof VolatileCounters {
    if (body.length > FRAME_BYTES) return 'tooLarge';
    if (!this.#fitsDatagram(body.length)) return this.#stream.volatile(body) ? 'stream' : 'noRoom';
    if (!this.#connection.sendDatagram(body)) return 'noRoom';
    this.#counters.traffic[this.#connection.transport].bytesOut += body.length;
    return 'datagram';
  }

  #fitsDatagram(bytes: number): boolean {
    return this.#takesDatagrams && bytes <= DATAGRAM_BYTES && bytes <= this.#connection.maxDatagramBytes;
  }
}
