import type { EarlyBudget } from './early-budget.js';
import { http3Code } from './http3-error.js';
import type { WebTransportStream } from './webtransport-stream.js';

/**
 * Streams and datagrams of one session that nobody takes yet: the CONNECT hasn't come (QUIC streams overtake each
 * other), or the session is not accepted, or has no handler.
 */
export class EarlyArrivals {
  readonly #budget: EarlyBudget;
  #streams: WebTransportStream[] = [];
  #datagrams: Uint8Array[] = [];

  constructor(budget: EarlyBudget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#streams.length === 0 && this.#datagrams.length === 0;
  }

  /** Keeps a stream, or refuses it when the connection keeps too much. */
  addStream(stream: WebTransportStream): void {
    if (this.#budget.takeStream()) this.#streams.push(stream);
    else stream.abandon(http3Code.WEBTRANSPORT_BUFFERED_STREAM_REJECTED);
  }

  /** Keeps a datagram, or drops it when the connection keeps too much. */
  addDatagram(bytes: Uint8Array): void {
    // A copy: a short datagram may be a view into a long buffer, which must not be kept alive.
    if (this.#budget.takeChunk(bytes.length)) this.#datagrams.push(bytes.slice());
  }

  /** Refuses what is kept: its session won't be. */
  refuse(): void {
    for (const stream of this.takeStreams()) stream.abandon(http3Code.WEBTRANSPORT_SESSION_GONE);
    this.takeDatagrams();
  }

  takeStreams(): WebTransportStream[] {
    const streams = this.#streams;
    this.#streams = [];
    this.#budget.returnStreams(streams.length);
    return streams;
  }

  takeDatagrams(): Uint8Array[] {
    const datagrams = this.#datagrams;
    this.#datagrams = [];
    for (const datagram of datagrams) this.#budget.returnChunk(datagram.length);
    return datagrams;
  }
}
