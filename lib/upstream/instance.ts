import type { Clock } from '../clock.js';
import { hashText } from './balance.js';
import { Http2Channel } from './http2-channel.js';

/**
 * One address of a service and the channel to it, which connects at once and again whenever it is lost. An instance that fails several times in a row is set aside for a while (ejected): it is used
 * only if no other can be reached.
 */
export class Instance {
  readonly hash: number;
  /** Calls that have not ended. */
  inFlight = 0;
  calls = 0;
  failures = 0;
  ejections = 0;
  readonly #clock: Clock;
  #channel: Http2Channel | undefined;
  #failuresInRow = 0;
  #ejectionsInRow = 0;
  #ejectedUntil = -Infinity;

  constructor(
    readonly address: string,
    clock: Clock,
  ) {
    this.hash = hashText(address);
    this.#clock = clock;
  }

  /** A request given to the channel now goes out on a connection that stands. */
  get ready(): boolean {
    return this.#channel?.isReady === true;
  }

  /** ... and goes out at once: the peer allows another stream. */
  get hasRoom(): boolean {
    return this.#channel?.hasRoom === true;
  }

  get ejected(): boolean {
    return this.#ejectedUntil > this.#clock.now();
  }

  /** @throws before {@link open} */
  get channel(): Http2Channel {
    if (this.#channel === undefined) throw new Error(`no channel to ${this.address}`);
    return this.#channel;
  }

  /** @param changed called after each change of `ready` */
  open(maxMessageBytes: number, changed: () => void): void {
    this.#channel = new Http2Channel(this.address, maxMessageBytes, this.#clock, changed);
    this.#channel.open();
  }

  close(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    channel?.close();
  }

  succeeded(): void {
    this.#failuresInRow = 0;
    this.#ejectionsInRow = 0;
  }

  /** @param suspicious the instance may be to blame */
  failed(suspicious: boolean): void {
    this.failures++;
    if (!suspicious || this.ejected || ++this.#failuresInRow < FAILURES_TO_EJECT) return;
    this.#failuresInRow = 0;
    this.#ejectedUntil = this.#clock.now() + Math.min(MAX_EJECTION_MS, MIN_EJECTION_MS * 2 ** this.#ejectionsInRow);
    this.#ejectionsInRow++;
    this.ejections++;
  }
}

/** As Envoy's outlier detection: 5 failures in a row; the ejection doubles from 1 s to 30 s. */
const FAILURES_TO_EJECT = 5;
const MIN_EJECTION_MS = 1000;
const MAX_EJECTION_MS = 30_000;
