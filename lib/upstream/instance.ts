import type { Clock } from '../clock.js';
import { hashText } from './balance.js';
import type { Callee } from './call-outcomes.js';
import { Http2Channel } from './http2-channel.js';
import { Tunnel, type TunnelOptions } from './tunnel.js';

/**
 * One address of a service and the channel to it, which connects at once and again whenever it is lost. An instance that
 * fails several times in a row is set aside for a while (ejected): it is used only if no other can be reached.
 */
export class Instance implements Callee {
  readonly hash: number;
  /** Calls that have not ended. */
  inFlight = 0;
  calls = 0;
  failures = 0;
  ejections = 0;
  readonly #clock: Clock;
  #channel: Http2Channel | undefined;
  #tunnel: Tunnel | undefined;
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

  /** ... and goes out at once: the peer allows another stream, or the tunnel takes more. */
  get hasRoom(): boolean {
    return this.tunnel?.hasRoom ?? this.#channel?.hasRoom === true;
  }

  /** The way for many requests at a time; undefined if the instance lacks it or it is not wanted. */
  get tunnel(): Tunnel | undefined {
    return this.#tunnel?.usable === true ? this.#tunnel : undefined;
  }

  /** It is known to have the method `Tunnel`. */
  get speaksTunnel(): boolean {
    return this.#tunnel?.isSpoken === true;
  }

  get ejected(): boolean {
    return this.#ejectedUntil > this.#clock.now();
  }

  /** @throws before {@link open} */
  get channel(): Http2Channel {
    if (this.#channel === undefined) throw new Error(`no channel to ${this.address}`);
    return this.#channel;
  }

  /**
   * @param tunnel  undefined to do without
   * @param changed called after each change of `ready` and `speaksTunnel`
   */
  open(maxMessageBytes: number, tunnel: TunnelOptions | undefined, changed: () => void): void {
    const channel = new Http2Channel(this.address, maxMessageBytes, this.#clock, () => {
      this.#tunnel?.update();
      changed();
    });
    this.#channel = channel;
    if (tunnel !== undefined) this.#tunnel = new Tunnel(this, channel, tunnel, changed);
    channel.open();
  }

  close(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    this.#tunnel?.close();
    this.#tunnel = undefined;
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
