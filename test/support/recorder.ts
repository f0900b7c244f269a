import type { Close, Connection, ConnectionHandler } from '../../lib/transport/transport.js';

/** Opens a connection and keeps what happens on it; waiting is for conditions, never for time. */
export class Recorder implements ConnectionHandler {
  readonly chunks: Uint8Array[] = [];
  readonly datagrams: Uint8Array[] = [];
  readonly closes: Close[] = [];
  /** Every call in order: 'data', 'datagram', 'drained', 'closed'. */
  readonly calls: string[] = [];
  bytes = 0;
  drains = 0;
  /** Called beside the keeping, to act from inside the call. */
  onData: (chunk: Uint8Array) => void = () => undefined;
  #waiting: { condition: () => boolean; resolve: () => void }[] = [];

  constructor(readonly connection: Connection) {}

  open(): this {
    this.connection.open(this);
    return this;
  }

  get received(): Uint8Array {
    const all = new Uint8Array(this.bytes);
    let offset = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  get text(): string {
    return new TextDecoder().decode(this.received);
  }

  /** The one close; waits for it. */
  async whenClosed(): Promise<Close> {
    await this.until(() => this.closes.length > 0);
    return this.closes[0]!;
  }

  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ condition, resolve });
    });
  }

  data(chunk: Uint8Array): void {
    this.calls.push('data');
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    this.onData(chunk);
    this.#check();
  }

  datagram(datagram: Uint8Array): void {
    this.calls.push('datagram');
    this.datagrams.push(datagram);
    this.#check();
  }

  drained(): void {
    this.calls.push('drained');
    this.drains++;
    this.#check();
  }

  closed(close: Close): void {
    this.calls.push('closed');
    this.closes.push(close);
    this.#check();
  }

  #check(): void {
    const ready = this.#waiting.filter(({ condition }) => condition());
    this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting));
    for (const { resolve } of ready) resolve();
  }
}
