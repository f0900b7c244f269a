import type { CancelTimer, Clock } from '../clock.js';
import { GatesvrError } from '../errors.js';
import { FrameDecoder } from '../protocol/frame-decoder.js';
import { decodeServerFrame, encodeClientFrame } from '../protocol/message-codec.js';
import type { ClientFrameInit, ServerFrame } from '../protocol/message-codec.js';
import { CloseCode, LOGIN_FRAME_BYTES } from '../protocol/protocol.js';
import type { Close, Connection, ConnectionHandler, TransportName } from '../transport/transport.js';
import type { ClientCounters } from './client-counters.js';
import type { Inbox } from './inbox.js';
import { Liveness } from './liveness.js';

/** What a Link tells; nothing after `ended`, and nothing once the link was left. */
export interface LinkOwner {
  /** @param bytes size of the frame */
  frame(frame: ServerFrame, bytes: number): void;
  /** The connection takes more again. */
  writable(): void;
  /** Called once. `fault`: what was wrong, when this side found it. */
  ended(close: { readonly code: number; readonly reason: string }, fault?: unknown): void;
}

export interface LinkOptions {
  readonly clock: Clock;
  readonly inbox: Inbox;
  readonly counters: ClientCounters;
  /** Longest time that progress goes unacknowledged, in ms. */
  readonly ackDelayMs: number;
}

/** The gateway closes within 1 s of our close; a link that doesn't end by then is dropped. */
const LEAVE_MS = 2_000;

/** A close capsule's reason is at most 1,024 bytes, a WebSocket's 123. */
const MAX_REASON_CHARS = 100;

/**
 * One Connection, seen as frames: reads them, puts the acknowledgement on all that is written, and sends one when it is
 * due; answers Ping, asks with Heartbeat, and gives up a link that doesn't answer.
 */
export class Link implements ConnectionHandler {
  readonly #connection: Connection;
  readonly #options: LinkOptions;
  readonly #owner: LinkOwner;
  readonly #decoder = new FrameDecoder(LOGIN_FRAME_BYTES);
  #maxFrameBytes = LOGIN_FRAME_BYTES;
  /** Undefined until Welcome: before it there is nothing to acknowledge and no heartbeat. */
  #liveness: Liveness | undefined;
  #isWritable = true;
  #isLeft = false;
  #heartbeatAt: number | undefined;
  #roundTripMs: number | undefined;
  #cancelAck: CancelTimer | undefined;
  #cancelCheck: CancelTimer | undefined;
  #cancelLeave: CancelTimer | undefined;
  #resolveGone: () => void = () => undefined;
  /** Resolves when the connection is over; bounded after `leave`. */
  readonly gone = new Promise<void>((resolve) => (this.#resolveGone = resolve));

  constructor(connection: Connection, options: LinkOptions, owner: LinkOwner) {
    this.#connection = connection;
    this.#options = options;
    this.#owner = owner;
  }

  get transport(): TransportName {
    return this.#connection.transport;
  }

  /** Whether the connection takes more now; after false the owner hears `writable`. */
  get isWritable(): boolean {
    return this.#isWritable;
  }

  /** No frame is handled any more: this side or the other ended it. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  get hasDatagrams(): boolean {
    return this.#connection.maxDatagramBytes > 0;
  }

  /** Of the last Heartbeat, in ms. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  open(): void {
    this.#connection.open(this);
  }

  /** Welcome came: the frame limit of both directions and the heartbeat are known. */
  welcomed(maxFrameBytes: number, heartbeatIntervalMs: number): void {
    this.#maxFrameBytes = maxFrameBytes;
    this.#decoder.limit = maxFrameBytes;
    this.#liveness = new Liveness(heartbeatIntervalMs, this.#options.clock.now());
    this.#scheduleCheck(this.#liveness);
  }

  /** @returns false when the frame is over the limit of the session; nothing is written then */
  send(frame: ClientFrameInit): boolean {
    if (this.#isLeft) return true;
    const { inbox, clock } = this.#options;
    const ack = this.#liveness === undefined ? 0 : inbox.unsaidAck;
    const bytes = encodeClientFrame({ ...frame, ack });
    // With the length prefix, so a few bytes below what the gateway would take.
    if (bytes.length > this.#maxFrameBytes) return false;
    if (!this.#connection.write(bytes)) this.#isWritable = false;
    if (this.#liveness !== undefined) {
      this.#liveness.sent(clock.now());
      inbox.written();
    }
    return true;
  }

  /** Acknowledges what is due: at once, or within the delay. */
  acknowledge(): void {
    const { due } = this.#options.inbox;
    if (due === 'no' || this.#isLeft || this.#liveness === undefined) return;
    if (due === 'now') {
      this.send({});
      return;
    }
    this.#cancelAck ??= this.#options.clock.after(this.#options.ackDelayMs, () => {
      this.#cancelAck = undefined;
      if (this.#options.inbox.due !== 'no') this.send({});
    });
  }

  /** Closes in good order; the owner hears no more, `gone` tells when it is over. */
  leave(code: number, reason: string): void {
    if (this.#isLeft) return;
    this.#stop();
    this.#connection.close(code, reason);
    this.#cancelLeave = this.#options.clock.after(LEAVE_MS, () => {
      this.#connection.abort();
      this.#resolveGone();
    });
  }

  /** Breaks the link; the owner hears no more. */
  drop(): void {
    this.#stop();
    this.#connection.abort();
  }

  /** What came can't be read or breaks the protocol: the gateway is told, the client comes back on a new link. */
  fail(error: unknown): void {
    if (this.#isLeft) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.leave(CloseCode.CLOSE_PROTOCOL, reason.slice(0, MAX_REASON_CHARS));
    this.#owner.ended({ code: 0, reason }, error);
  }

  // -- ConnectionHandler

  data(chunk: Uint8Array): void {
    if (this.#isLeft) return;
    this.#liveness?.heard(this.#options.clock.now());
    try {
      this.#decoder.push(chunk);
      for (let bytes = this.#next(); bytes !== undefined; bytes = this.#next()) {
        this.#frame(decodeServerFrame(bytes), bytes.length);
      }
      this.#checkRemainder();
    } catch (error) {
      this.fail(error);
      return;
    }
    this.acknowledge();
  }

  /** One ServerFrame without length prefix; it promises nothing, so what it can't be is no reason to end the link. */
  datagram(datagram: Uint8Array): void {
    if (this.#isLeft) return;
    this.#liveness?.heard(this.#options.clock.now());
    const frame = volatileFrame(datagram);
    if (frame === undefined) this.#options.counters.badDatagrams++;
    else this.#owner.frame(frame, datagram.length);
  }

  drained(): void {
    this.#isWritable = true;
    if (!this.#isLeft) this.#owner.writable();
  }

  closed(close: Close): void {
    this.#cancelLeave?.();
    this.#resolveGone();
    this.#end(close);
  }

  /** A message holds whole frames (PROTOCOL 1). */
  #checkRemainder(): void {
    if (!this.#connection.bringsMessages || this.#decoder.pendingBytes === 0 || this.#isLeft) return;
    throw new GatesvrError('BAD_FRAME', 'a message ends inside a frame');
  }

  /** A frame may have ended the link: what follows on it is ignored. */
  #next(): Uint8Array | undefined {
    return this.#isLeft ? undefined : this.#decoder.next();
  }

  #frame(frame: ServerFrame, bytes: number): void {
    if (frame.body === 'ping' && this.#liveness !== undefined) this.send({});
    else if (frame.body === 'pong') this.#pong(frame.pong.clientTimeMs);
    this.#owner.frame(frame, bytes);
  }

  #pong(clientTimeMs: number): void {
    if (this.#heartbeatAt === undefined || clientTimeMs !== Math.floor(this.#heartbeatAt)) return;
    this.#roundTripMs = this.#options.clock.now() - this.#heartbeatAt;
  }

  #scheduleCheck(liveness: Liveness): void {
    const { clock } = this.#options;
    this.#cancelCheck = clock.after(liveness.nextCheckMs(clock.now()), () => {
      const verdict = liveness.check(clock.now());
      if (verdict === 'dead') {
        this.#connection.abort();
        this.#end({ code: 0, reason: 'the gateway is silent' });
        return;
      }
      if (verdict === 'ask') {
        this.#heartbeatAt = clock.now();
        this.send({ heartbeat: { clientTimeMs: Math.floor(this.#heartbeatAt) } });
      }
      this.#scheduleCheck(liveness);
    });
  }

  #end(close: { code: number; reason: string }): void {
    if (this.#isLeft) return;
    this.#stop();
    this.#owner.ended(close);
  }

  #stop(): void {
    this.#isLeft = true;
    this.#cancelAck?.();
    this.#cancelCheck?.();
  }
}

/** What may come as a datagram: a Delivery without a number. Undefined for everything else. */
function volatileFrame(datagram: Uint8Array): ServerFrame | undefined {
  try {
    const frame = decodeServerFrame(datagram);
    return frame.seq === 0 && frame.body === 'delivery' ? frame : undefined;
  } catch {
    return undefined;
  }
}
