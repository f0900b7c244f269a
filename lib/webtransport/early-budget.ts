/** What a kept chunk or datagram costs beside its bytes: the objects around it. */
const chunkOverhead = 64;

/**
 * Bounds what one connection keeps for receivers that aren't there yet: streams and datagrams that overtook the CONNECT
 * of their session, or came before a handler was set.
 */
export class EarlyBudget {
  #streams: number;
  #bytes: number;

  constructor(streams: number, bytes: number) {
    this.#streams = streams;
    this.#bytes = bytes;
  }

  takeStream(): boolean {
    if (this.#streams === 0) return false;
    this.#streams--;
    return true;
  }

  returnStreams(count: number): void {
    this.#streams += count;
  }

  /** Takes room for one chunk of that length. */
  takeChunk(length: number): boolean {
    if (this.#bytes < length + chunkOverhead) return false;
    this.#bytes -= length + chunkOverhead;
    return true;
  }

  returnChunk(length: number): void {
    this.#bytes += length + chunkOverhead;
  }
}
