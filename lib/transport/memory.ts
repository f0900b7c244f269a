import type { Clock } from '../clock.js';
import { GatesvrError } from '../errors.js';
import { MemoryConnection } from './memory-connection.js';
import { defaultPipeOptions, Pipe } from './memory-pipe.js';
import type { PipeOptions } from './memory-pipe.js';
import type { Connection, Dialer, Listener, Peer } from './transport.js';

export interface MemoryNetworkOptions {
  /** For both directions of every new wire. */
  readonly pipe: Partial<PipeOptions>;
  /** Above this many bytes not taken by the network `write` says false; `drained` comes at half of it. */
  readonly highWaterBytes: number;
  /** 0: a network without datagrams. */
  readonly maxDatagramBytes: number;
  /** Sees every new wire before anything moves on it, to set it up. */
  readonly onWire: (wire: MemoryWire) => void;
}

const defaults: MemoryNetworkOptions = {
  pipe: {},
  highWaterBytes: 64 * 1024,
  // What a datagram over QUIC carries at least (PROTOCOL 2).
  maxDatagramBytes: 1100,
  onWire: () => undefined,
};

/**
 * A network inside one process: for tests, and for a gateway and a client in the same program. Addresses are names:
 * `memory://gateway-1` reaches `network.listener('gateway-1')`. With a clock driven by hand every run is the same.
 */
export class MemoryNetwork {
  readonly #clock: Clock;
  readonly #options: MemoryNetworkOptions;
  readonly #listeners = new Map<string, MemoryListener>();
  readonly #wires = new Set<MemoryWire>();
  #nextPort = 1;
  #reachable = true;

  constructor(clock: Clock, options: Partial<MemoryNetworkOptions> = {}) {
    this.#clock = clock;
    this.#options = { ...defaults, ...options };
  }

  /** The wires that stand, the oldest first. */
  get wires(): readonly MemoryWire[] {
    return [...this.#wires];
  }

  /** While false, dialling gets no answer at all, like packets into the void; wires that stand are not touched. */
  set reachable(reachable: boolean) {
    this.#reachable = reachable;
  }

  listener(name: string): Listener {
    return new MemoryListener(name, this.#listeners, this.#wires);
  }

  /** @param address what the listener's side sees as the peer's address */
  dialer(address = 'client'): Dialer {
    return {
      transport: 'memory',
      dial: (url, signal) => this.#dial(address, url, signal),
    };
  }

  async #dial(address: string, url: string, signal: AbortSignal): Promise<Connection> {
    await this.#roundTrip(signal);
    if (signal.aborted) throw new GatesvrError('CONNECT_FAILED', 'given up', signal.reason);
    const listener = this.#listeners.get(url.replace(/^memory:\/\//, ''));
    if (listener?.accepting !== true) throw new GatesvrError('CONNECT_FAILED', `nobody listens on ${url}`);
    return this.#join(listener, { address, port: this.#nextPort++ });
  }

  #roundTrip(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const give = (): void => {
        cancel();
        reject(new GatesvrError('CONNECT_FAILED', 'given up', signal.reason));
      };
      const cancel = this.#reachable
        ? this.#clock.after(2 * (this.#options.pipe.delayMs ?? 0), () => {
            signal.removeEventListener('abort', give);
            resolve();
          })
        : () => undefined;
      if (signal.aborted) give();
      else signal.addEventListener('abort', give, { once: true });
    });
  }

  #join(listener: MemoryListener, clientPeer: Peer): Connection {
    const wire = new MemoryWire(this.#clock, this.#options, clientPeer, listener.address, (ended) => {
      this.#wires.delete(ended);
    });
    this.#wires.add(wire);
    this.#options.onWire(wire);
    listener.accept(wire.serverEnd);
    return wire.clientEnd;
  }
}

/** A wire between a client and a listener, with the handles by which a test makes trouble. */
export class MemoryWire {
  /** Client to listener. */
  readonly up: Pipe;
  /** Listener to client. */
  readonly down: Pipe;
  readonly clientEnd: MemoryConnection;
  readonly serverEnd: MemoryConnection;
  /** Address of the listener that accepted it. */
  readonly listener: Peer;
  #endsLeft = 2;

  constructor(
    clock: Clock,
    options: MemoryNetworkOptions,
    clientPeer: Peer,
    serverPeer: Peer,
    onEnd: (wire: MemoryWire) => void,
  ) {
    this.up = new Pipe(clock, { ...defaultPipeOptions, ...options.pipe });
    this.down = new Pipe(clock, { ...defaultPipeOptions, ...options.pipe });
    this.listener = serverPeer;
    const endGone = (): void => {
      if (--this.#endsLeft === 0) onEnd(this);
    };
    this.clientEnd = new MemoryConnection(clock, { ...options, peer: serverPeer }, this.up, this.down, endGone);
    this.serverEnd = new MemoryConnection(clock, { ...options, peer: clientPeer }, this.down, this.up, endGone);
    const cut = (): void => {
      this.cut();
    };
    this.up.connect(this.clientEnd, this.serverEnd, cut);
    this.down.connect(this.serverEnd, this.clientEnd, cut);
  }

  /** Breaks the link: what is under way is lost, both ends are told at once. For silence use `stall` of both pipes. */
  cut(): void {
    this.clientEnd.lose('the link broke');
    this.serverEnd.lose('the link broke');
  }
}

class MemoryListener implements Listener {
  readonly address: Peer;
  readonly #name: string;
  readonly #listeners: Map<string, MemoryListener>;
  readonly #wires: ReadonlySet<MemoryWire>;
  #accept: ((connection: Connection) => void) | undefined;

  constructor(name: string, listeners: Map<string, MemoryListener>, wires: ReadonlySet<MemoryWire>) {
    this.#name = name;
    this.#listeners = listeners;
    this.#wires = wires;
    this.address = { address: name, port: 1 };
  }

  get accepting(): boolean {
    return this.#accept !== undefined;
  }

  start(accept: (connection: Connection) => void): Promise<void> {
    if (this.#listeners.has(this.#name)) {
      return Promise.reject(new GatesvrError('LISTEN_FAILED', `memory://${this.#name} is in use`));
    }
    this.#listeners.set(this.#name, this);
    this.#accept = accept;
    return Promise.resolve();
  }

  accept(connection: Connection): void {
    this.#accept?.(connection);
  }

  stopAccepting(): void {
    this.#accept = undefined;
  }

  async stop(): Promise<void> {
    this.#accept = undefined;
    for (const wire of [...this.#wires]) if (wire.listener === this.address) wire.serverEnd.abort();
    if (this.#listeners.get(this.#name) === this) this.#listeners.delete(this.#name);
    // The ends are told in a microtask each; afterwards everything has ended.
    await Promise.resolve();
  }
}
