import { lookup } from 'node:dns';
import type { CancelTimer, Clock } from '../clock.js';
import { Http2Connection, type CallStarter, type ConnectionEvents, type WaitingCall } from './http2-connection.js';

/** Finds the IP addresses of a name; none if that fails. */
export type Lookup = (host: string, found: (addresses: readonly string[]) => void) => void;

/**
 * The way to one address of a service: keeps one HTTP/2 connection up. When it is lost the name is looked up again and its
 * addresses are tried in turn; after a round in vain, or when a connection didn't last, it waits longer each time.
 */
export class Http2Channel implements CallStarter, ConnectionEvents {
  readonly #authority: string;
  readonly #host: string;
  readonly #port: number;
  readonly #maxMessageBytes: number;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #lookup: Lookup;
  #closed = false;
  #connection: Http2Connection | undefined;
  #readyAt = -Infinity;
  /** Still to be tried in this round. */
  #hosts: string[] = [];
  #roundsInVain = 0;
  #cancelRound: CancelTimer | undefined;

  /**
   * @param address "host:port"; an IPv6 address in brackets
   * @param changed called after each change of `ready`
   */
  constructor(address: string, maxMessageBytes: number, clock: Clock, changed: () => void, lookup: Lookup = lookupAll) {
    this.#authority = address;
    const { host, port } = splitAddress(address);
    this.#host = host;
    this.#port = port;
    this.#maxMessageBytes = maxMessageBytes;
    this.#clock = clock;
    this.#changed = changed;
    this.#lookup = lookup;
  }

  get isReady(): boolean {
    return this.#connection?.ready === true;
  }

  get hasRoom(): boolean {
    return this.#connection?.hasRoom === true;
  }

  open(): void {
    this.#startRound();
  }

  begin(call: WaitingCall): void {
    if (this.#connection === undefined) throw new Error(`no connection to ${this.#authority}`);
    this.#connection.begin(call);
  }

  /** Takes no more calls; those under way end by themselves. */
  close(): void {
    this.#closed = true;
    this.#cancelRound?.();
    this.#connection?.close();
    this.#connection = undefined;
  }

  ready(): void {
    this.#readyAt = this.#clock.now();
    this.#changed();
  }

  gone(): void {
    const wasReady = this.#readyAt !== -Infinity;
    const lasted = this.#clock.now() - this.#readyAt >= MAX_BACKOFF_MS;
    this.#connection = undefined;
    this.#readyAt = -Infinity;
    if (wasReady) {
      this.#hosts = [];
      if (lasted) this.#roundsInVain = 0;
    }
    if (wasReady && lasted) this.#startRound();
    else if (this.#hosts.length > 0) this.#connectNext();
    else this.#backOff();
    if (wasReady) this.#changed();
  }

  #startRound(): void {
    this.#cancelRound = undefined;
    this.#lookup(this.#host, (hosts) => {
      if (this.#closed) return;
      this.#hosts = [...hosts];
      if (this.#hosts.length === 0) this.#backOff();
      else this.#connectNext();
    });
  }

  #connectNext(): void {
    const options = {
      host: this.#hosts.shift()!,
      port: this.#port,
      authority: this.#authority,
      maxMessageBytes: this.#maxMessageBytes,
      clock: this.#clock,
    };
    this.#connection = new Http2Connection(options, this);
  }

  #backOff(): void {
    const delayMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * BACKOFF_FACTOR ** this.#roundsInVain);
    this.#roundsInVain++;
    // Jitter of a fifth, so that many gateways don't come back at the same moment.
    this.#cancelRound = this.#clock.after(delayMs * (0.8 + 0.4 * Math.random()), () => this.#startRound());
  }
}

/** A restarted service is found again within a second, one that stays away is asked every 2 s. */
const MIN_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2000;
/** gRPC's (grpc/doc/connection-backoff.md). */
const BACKOFF_FACTOR = 1.6;

const lookupAll: Lookup = (host, found) => {
  lookup(host, { all: true }, (error, addresses) => {
    found(error === null ? addresses.map(({ address }) => address) : []);
  });
};

function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) };
}
