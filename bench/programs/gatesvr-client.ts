import { systemClock } from '../../lib/clock.js';
import { FrameDecoder } from '../../lib/protocol/frame-decoder.js';
import {
  decodeServerFrame,
  encodeClientFrame,
  Reason,
  type ClientFrameInit,
  type Item,
  type ServerFrame,
  type Welcome,
} from '../../lib/protocol/message-codec.js';
import { WheelTimer, type TimerWheel } from '../../lib/timer-wheel.js';
import type { Close, Connection, ConnectionHandler } from '../../lib/transport/transport.js';
import type { Load, LoadClient } from '../support/load.js';

/** PROTOCOL 1: a client acknowledges after so many units or ms, if no frame went out before that. */
const ACK_UNITS = 32;
const ACK_MS = 20;

/** A light client that keeps the rules of the protocol: numbers, positions, acknowledgements, heartbeats. */
export class GatesvrClient implements ConnectionHandler, LoadClient {
  readonly #connection: Connection;
  readonly #wheel: TimerWheel;
  readonly #decoder = new FrameDecoder(Infinity);
  readonly #heartbeat = new WheelTimer(() => this.#beat());
  readonly #ackTimer = new WheelTimer(() => this.#acknowledge());
  readonly #out: Uint8Array[] = [];
  #load: Load | undefined;
  #welcome: Welcome | undefined;
  #ready: (() => void) | undefined;
  #left: (() => void) | undefined;
  #gone: ((reason: Error) => void) | undefined;
  #clientSeq = 0;
  #position = 0;
  #acknowledged = 0;

  constructor(connection: Connection, wheel: TimerWheel) {
    this.#connection = connection;
    this.#wheel = wheel;
  }

  /** Resolves once requests may be made. @throws Error if the gateway closes instead */
  login(token: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#ready = resolve;
      this.#gone = reject;
      this.#connection.open(this);
      this.#write({ hello: { protocol: 1, token, features: ['ping'] } });
      this.flush();
    });
  }

  /** Logs out, so that the gateway forgets the player. Resolves when the connection is gone. */
  leave(): Promise<void> {
    return new Promise((resolve) => {
      this.#left = resolve;
      this.#write({ bye: { reason: Reason.LOGOUT } });
      this.flush();
    });
  }

  send(payload: Uint8Array, load: Load): void {
    this.#load = load;
    this.#write({ seq: ++this.#clientSeq, request: { action: 'echo', payload } });
  }

  flush(): void {
    if (this.#out.length === 0) return;
    this.#connection.write(this.#out.length === 1 ? this.#out[0]! : Buffer.concat(this.#out));
    this.#out.length = 0;
  }

  data(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    for (let bytes = this.#decoder.next(); bytes !== undefined; bytes = this.#decoder.next()) {
      this.#frame(decodeServerFrame(bytes));
    }
    this.#acknowledgeInTime();
    this.flush();
  }

  datagram(): void {
    // Nothing is sent in datagrams to whom asks only.
  }

  drained(): void {
    // Requests wait for answers; what is written is bounded by that.
  }

  closed({ code, reason }: Close): void {
    this.#wheel.disarm(this.#heartbeat);
    this.#wheel.disarm(this.#ackTimer);
    if (this.#left !== undefined) {
      this.#left();
      return;
    }
    const problem = `the connection was closed: ${code} ${reason}`;
    this.#gone?.(new Error(problem));
    this.#load?.spoiled(problem);
  }

  #frame(frame: ServerFrame): void {
    if (frame.seq > 0) this.#settle(frame.first || frame.seq, frame.seq);
    switch (frame.body) {
      case 'delivery':
        for (const item of frame.delivery.items) this.#item(item);
        break;
      case 'welcome':
        this.#welcome = frame.welcome;
        this.#clientSeq = frame.welcome.lastClientSeq;
        this.#position = this.#acknowledged = frame.welcome.nextServerSeq - 1;
        break;
      case 'replayed':
        this.#wheel.arm(this.#heartbeat, Math.random() * this.#heartbeatMs);
        this.#ready?.();
        break;
      case 'ping':
        this.#write({ ack: this.#position });
        break;
      case 'slow':
        this.#load?.spoiled('counted as slow');
        break;
      default:
      // Pong needs no answer; Kick, Error and Reconnect precede a close.
    }
  }

  #settle(first: number, seq: number): void {
    if (first !== this.#position + 1) this.#load?.spoiled(`unit ${first} after ${this.#position}`);
    this.#position = seq;
  }

  #item(item: Item): void {
    if (item.kind !== 'response') return;
    const { code, message, payload } = item.response;
    if (code === 200) this.#load?.answered(this, payload);
    else this.#load?.failed(this, `Response ${code} ${message}`);
  }

  /** Once for all requests of a turn, and at once with them: it costs no datagram then. */
  #acknowledgeInTime(): void {
    if (this.#position === this.#acknowledged) this.#wheel.disarm(this.#ackTimer);
    else if (this.#out.length > 0 || this.#position - this.#acknowledged >= ACK_UNITS) this.#acknowledge();
    else if (!this.#ackTimer.armed) this.#wheel.arm(this.#ackTimer, ACK_MS);
  }

  #acknowledge(): void {
    this.#acknowledged = this.#position;
    this.#write({ ack: this.#position });
    this.flush();
  }

  #beat(): void {
    this.#write({ ack: this.#position, heartbeat: { clientTimeMs: Math.floor(systemClock.wallTime()) } });
    this.flush();
    this.#wheel.arm(this.#heartbeat, this.#heartbeatMs);
  }

  get #heartbeatMs(): number {
    return this.#welcome?.heartbeatIntervalMs ?? 0;
  }

  #write(frame: ClientFrameInit): void {
    this.#out.push(encodeClientFrame(frame));
  }
}
