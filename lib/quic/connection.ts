import type { Clock } from '../clock.js';
import { WheelTimer, type TimerWheel } from '../timer-wheel.js';
import { plainAddress } from '../address.js';
import { asClose, type QuicClose, type QuicConnectionHandler } from './connection-handler.js';
import { ConnectionIds, isOutOfPaths } from './connection-ids.js';
import type { QuicCounters } from './counters.js';
import {
  SHUTDOWN_READ,
  SHUTDOWN_WRITE,
  resetCodeOf,
  stopCodeOf,
  type EngineConnection,
  type HostPort,
} from './engine.js';
import { JunkBudget } from './junk-budget.js';
import { isLongHeader } from './packet.js';
import { QuicStream, isOpenedByServer, isUnidirectional } from './stream.js';
import { TailProbe } from './tail-probe.js';
import type { UdpSocket } from './udp-socket.js';

/** What a connection needs of its endpoint. */
export interface ConnectionHost {
  readonly clock: Clock;
  readonly timers: TimerWheel;
  readonly counters: QuicCounters;
  readonly socket: UdpSocket;
  readonly limits: ConnectionLimits;
  /** Flushes `connection` at the end of this turn. */
  touch(connection: QuicConnection): void;
  addRoute(id: Uint8Array, connection: QuicConnection): void;
  removeRoute(id: Uint8Array): void;
  /** The handshake is done. @returns why the connection may not stand, undefined when it may */
  established(connection: QuicConnection): string | undefined;
  /** The connection is gone; its routes are, too. */
  ended(connection: QuicConnection): void;
}

export interface ConnectionLimits {
  /** Bytes queued on a stream from which on `write` says to wait, and below which `streamDrained` comes. */
  readonly highWaterBytes: number;
  readonly lowWaterBytes: number;
  /** Bytes queued on a connection in all at which it is closed: whoever writes didn't wait. */
  readonly maxQueuedBytes: number;
  readonly handshakeTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** The most a paused stream holds back: its largest window. */
  readonly maxStreamWindowBytes: number;
  /** The same for all streams together. */
  readonly maxConnectionWindowBytes: number;
}

/** RFC 9000 section 20.1. */
const INTERNAL_ERROR = 0x1;
const PROTOCOL_VIOLATION = 0xa;
const NO_VIABLE_PATH = 0x10;
/** TLS alert bad_certificate (RFC 8446) as a QUIC error code (RFC 9001 section 4.8). */
const BAD_CERTIFICATE = 0x12a;
/** RFC 9000 section 10.2.3: stands for an application's close where that may not be sent yet. */
const APPLICATION_ERROR = 0xc;
/** Datagrams of one connection in one turn; the others are served before it goes on. */
const SENDS_PER_TURN = 64;
/** A peer that hasn't heard our close may ask again for so long; three probe timeouts (RFC 9000 section 10.2) are less. */
const LINGER_MS = 1000;
/**
 * How long an acknowledgement waits for something to ride on, where a lone datagram came: an answer is often ready by
 * then, and a datagram costs the same whatever is in it. With a tick of the timers it stays below the `maxAckDelayMs` that
 * peers are told.
 */
const ACK_DELAY_MS = 5;
/** Up to here asking each stream is cheaper than the engine's iterator (0.08 µs each against 13). */
const FEW_STREAMS = 32;
/** Read into, then copied out: the largest stream window is taken in a few pieces. */
const readBuffer = new Uint8Array(64 * 1024);

/**
 * One QUIC connection of either role. Input goes into the engine at once; output, timers and the engine's news are
 * looked after in `flush`, once per turn of the event loop in which anything touched the connection.
 */
export class QuicConnection {
  readonly isServer: boolean;
  /** The peer's address when the connection began. */
  readonly peer: { readonly address: string; readonly port: number };
  /** The endpoint's own mark: waits to be flushed. */
  touched = false;
  readonly #engine: EngineConnection;
  readonly #host: ConnectionHost;
  readonly #junk: JunkBudget;
  readonly #streams = new Map<number, QuicStream>();
  /** Streams with something queued. */
  readonly #writing = new Set<QuicStream>();
  readonly #recvInfo: { from: HostPort; to: HostPort };
  readonly #timer = new WheelTimer(() => {
    this.#timeout();
  });
  readonly #handshakeTimer = new WheelTimer(() => {
    this.#host.counters.ended.handshakeTimeout++;
    this.#fail(INTERNAL_ERROR, 'the handshake took too long');
  });
  /** Runs while an acknowledgement waits. */
  readonly #ackTimer = new WheelTimer(() => {
    this.#host.touch(this);
  });
  readonly #probe = new TailProbe();
  readonly #probeTimer = new WheelTimer(() => {
    this.#probeDue = true;
    this.#host.touch(this);
  });
  /** Timers that ran out; what waits in the socket is read first, it may be what is missed. */
  #timeoutDue = false;
  #probeDue = false;
  /** When something came since the last flush that may have acknowledged everything. */
  #heardAt: number | undefined;
  /** What is sent next is to be acknowledged. */
  #elicits = false;
  /** While something is unacknowledged the engine's next timeout is nearer than this; else it is the idle one. */
  #inFlightMs = 0;
  readonly #ids: ConnectionIds;
  #handler: QuicConnectionHandler | undefined;
  #timerDueAt = 0;
  #queuedBytes = 0;
  #pausedStreams = 0;
  #nextBidi: number;
  #nextUni: number;
  #established = false;
  /** A datagram came that only a peer with the final keys can send: the handshake is done there too. */
  #confirmed = false;
  /** Something may be readable though nothing was received: a handler came, a stream was resumed. */
  #readAgain = false;
  /** What ended the connection on this side, if this side did; `closed` has been, or is about to be, called. */
  #ownClose: QuicClose | undefined;
  #closedTold = false;
  #toldAt = 0;
  /** The last packet sent, to be repeated when the peer hasn't heard it (RFC 9000 section 10.2.1). */
  #closePacket: Uint8Array | undefined;
  #receivedAfterClose = 0;
  #ended = false;
  /** The datagram that came last held something for the application: an answer may follow. */
  #gotData = false;

  constructor(engine: EngineConnection, host: ConnectionHost, remote: HostPort, isServer: boolean) {
    this.#engine = engine;
    this.#host = host;
    this.#junk = new JunkBudget(host.limits.maxConnectionWindowBytes);
    this.#ids = new ConnectionIds(engine, {
      add: (id) => host.addRoute(id, this),
      remove: (id) => host.removeRoute(id),
    });
    this.#recvInfo = { from: { ...remote }, to: host.socket.local };
    this.isServer = isServer;
    this.peer = { address: plainAddress(remote.host), port: remote.port };
    this.#nextBidi = isServer ? 1 : 0;
    this.#nextUni = isServer ? 3 : 2;
  }

  /** Routes datagrams for `ids` here and waits for the handshake. */
  start(ids: readonly Uint8Array[]): void {
    for (const id of ids) this.#ids.add(id);
    this.#host.timers.arm(this.#handshakeTimer, this.#host.limits.handshakeTimeoutMs);
    this.#host.touch(this);
  }

  get established(): boolean {
    return this.#established;
  }

  /** The server's certificate chain in DER, leaf first. */
  get peerCertificates(): readonly Uint8Array[] | null {
    return this.#engine.peerCertChain();
  }

  /** Largest DATAGRAM frame content that can be sent now, in bytes; 0 when there can be none. */
  get maxDatagramBytes(): number {
    return Math.max(0, this.#engine.dgramMaxWritableLen() ?? 0);
  }

  /** Bytes written to the stream that the engine hasn't taken. */
  queuedBytes(streamId: number): number {
    return this.#streams.get(streamId)?.queuedBytes ?? 0;
  }

  /** True from when `write` said that the stream is full until `streamDrained`. */
  isFull(streamId: number): boolean {
    return this.#streams.get(streamId)?.aboveHighWater === true;
  }

  /** Sets who is told; nothing is read before. */
  open(handler: QuicConnectionHandler): void {
    this.#handler = handler;
    this.#readAgain = true;
    this.#host.touch(this);
  }

  /** @returns the id of a new stream; the peer learns of it by what is written */
  openBidi(): number {
    const id = this.#nextBidi;
    this.#nextBidi += 4;
    this.#addStream(id, true);
    return id;
  }

  openUni(): number {
    const id = this.#nextUni;
    this.#nextUni += 4;
    this.#addStream(id, true);
    return id;
  }

  /**
   * Queues `bytes`, which the connection owns from now on; they leave at the end of the turn. Nothing is refused, but
   * over the limit of all queues the connection is closed.
   * @returns false when the stream is above the high-water mark: write no more until `streamDrained`
   */
  write(streamId: number, bytes: Uint8Array, fin: boolean): boolean {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.writeDone || this.#isOver()) return true;
    const before = stream.queuedBytes;
    stream.push(bytes, fin);
    this.#queuedBytes += stream.queuedBytes - before;
    this.#writing.add(stream);
    this.#elicits = true;
    this.#host.touch(this);
    if (this.#queuedBytes > this.#host.limits.maxQueuedBytes) {
      this.#host.counters.ended.writeQueue++;
      this.#fail(INTERNAL_ERROR, 'too much is waiting to be sent');
    }
    if (stream.queuedBytes > this.#host.limits.highWaterBytes) stream.aboveHighWater = true;
    return !stream.aboveHighWater;
  }

  /** Sends one datagram if that is possible now. */
  sendDatagram(bytes: Uint8Array): boolean {
    if (this.#isOver() || bytes.length > this.maxDatagramBytes || this.#engine.isDgramSendQueueFull()) return false;
    this.#elicits = true;
    this.#host.touch(this);
    this.#engine.dgramSendVec(bytes);
    return true;
  }

  /** Stops reading a stream: the peer may fill its window, no more. */
  pause(streamId: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.paused || stream.readDone) return;
    stream.paused = true;
    this.#pausedStreams++;
  }

  resume(streamId: number): void {
    const stream = this.#streams.get(streamId);
    if (!stream?.paused) return;
    stream.paused = false;
    this.#pausedStreams--;
    this.#readAgain = true;
    this.#host.touch(this);
  }

  /** Drops what is queued on the stream and tells the peer that no more comes. */
  reset(streamId: number, errorCode: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.writeDone) return;
    this.#dropWrites(stream);
    if (stream.exists) this.#shutdown(streamId, SHUTDOWN_WRITE, errorCode);
    this.#forgetIfDone(stream);
    this.#host.touch(this);
  }

  /** Asks the peer to send no more on the stream; what still comes is thrown away. */
  stopSending(streamId: number, errorCode: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.readDone) return;
    this.#endReading(stream);
    if (stream.exists) this.#shutdown(streamId, SHUTDOWN_READ, errorCode);
    this.#forgetIfDone(stream);
    this.#host.touch(this);
  }

  /** Ends the connection at once with the application's code; what is queued is lost. The first close wins. */
  close(errorCode: number, reason: string): void {
    this.#close({ application: true, errorCode, reason, remote: false });
  }

  /** For the endpoint that stops: what lingers is dropped. */
  abandon(): void {
    this.#end();
  }

  /** For the endpoint: something in the handler threw. */
  fault(): void {
    this.#fail(INTERNAL_ERROR, 'internal error');
  }

  /** One datagram from the socket; decrypted in place. */
  receive(datagram: Uint8Array, address: string, port: number): void {
    if (this.#closedTold || this.#ownClose !== undefined) {
      this.#repeatClose();
      return;
    }
    const { from } = this.#recvInfo;
    const elsewhere = from.port !== port || from.host !== address;
    from.port = port;
    from.host = address;
    this.#junk.received(datagram.length);
    if (this.#probe.waits) this.#heardAt = this.#host.clock.now();
    try {
      this.#engine.recv(datagram, this.#recvInfo);
    } catch {
      // What it throws it has also closed the connection with; `flush` tells both sides.
    }
    if (elsewhere) this.#followPath();
    if (!this.#established && this.#engine.isEstablished()) this.#finishHandshake();
    this.#confirmed ||= this.#established && !isLongHeader(datagram);
    this.#gotData = false;
    this.#deliver();
    if (this.#junk.exceeded(this.#pausedStreams * this.#host.limits.maxStreamWindowBytes)) {
      this.#host.counters.ended.junk++;
      this.#fail(PROTOCOL_VIOLATION, 'too much that is not for any stream');
    }
    if (elsewhere || !this.#mayWait()) this.#host.touch(this);
    else if (!this.touched) this.#host.timers.arm(this.#ackTimer, ACK_DELAY_MS);
  }

  /**
   * The first datagram since the last flush, and no more to do than to acknowledge it. One without data brought
   * acknowledgements alone: what they allow to send, or say is lost, goes out at once.
   */
  #mayWait(): boolean {
    return (
      this.#gotData &&
      this.#confirmed &&
      !this.#ackTimer.armed &&
      this.#writing.size === 0 &&
      !this.#isOver() &&
      !this.#engine.isDraining()
    );
  }

  /** Sends what is due and looks after what changed. @returns false when the socket is full: call again */
  flush(): boolean {
    if (this.#ended) return true;
    this.#host.timers.disarm(this.#ackTimer);
    this.#noticeSettled();
    this.#runOut();
    if (!this.#isOver()) {
      if (this.#readAgain) this.#deliver();
      this.#pump();
    }
    if (!this.#send()) return false;
    if (this.#hasEnded()) return true;
    this.#ids.maintain(this.#isOver());
    if (!this.#closedTold) this.#noticeEnd();
    this.#armTimer();
    return true;
  }

  /** A call may have ended it. */
  #hasEnded(): boolean {
    return this.#ended;
  }

  #isOver(): boolean {
    return this.#ownClose !== undefined || this.#closedTold;
  }

  #finishHandshake(): void {
    this.#established = true;
    const { idleTimeoutMs } = this.#host.limits;
    this.#inFlightMs = Math.min(idleTimeoutMs, this.#engine.stats().peerMaxIdleTimeout || idleTimeoutMs) / 2;
    this.#host.timers.disarm(this.#handshakeTimer);
    const refusal = this.#host.established(this);
    if (refusal !== undefined) {
      this.#fail(BAD_CERTIFICATE, refusal);
      return;
    }
    this.#ids.issue();
    this.#handler?.established();
  }

  /** Passes on all that can be read. */
  #deliver(): void {
    if (this.#handler === undefined || !this.#established) return;
    this.#readAgain = false;
    const handler = this.#handler;
    while (!this.#isOver() && this.#engine.dgramRecvQueueLen() > 0) {
      const datagram = this.#engine.dgramRecvVec();
      if (datagram === null) break;
      this.#junk.delivered(datagram.length);
      this.#gotData = true;
      handler.datagram(datagram);
    }
    if (this.#streams.size <= FEW_STREAMS) {
      for (const stream of this.#streams.values()) this.#read(stream, handler);
    }
    if (this.#isOver() || !this.#engine.isReadable()) return;
    for (const id of this.#engine.readable()) {
      let stream = this.#streams.get(id);
      if (stream === undefined) {
        if (isOpenedByServer(id) === this.isServer) continue;
        stream = this.#addStream(id, false);
      }
      this.#read(stream, handler);
      if (this.#isOver()) return;
    }
  }

  #read(stream: QuicStream, handler: QuicConnectionHandler): void {
    const { id } = stream;
    while (!stream.readDone && !stream.paused && !this.#isOver() && this.#engine.streamReadable(id)) {
      let read: [number, boolean] | null;
      try {
        read = this.#engine.streamRecv(id, readBuffer);
      } catch (error) {
        this.#endReading(stream);
        handler.streamReset(id, resetCodeOf(error) ?? 0);
        break;
      }
      if (read === null) break;
      const [length, fin] = read;
      this.#junk.delivered(length);
      this.#gotData = true;
      if (fin) this.#endReading(stream);
      handler.streamData(id, readBuffer.slice(0, length), fin);
    }
    this.#noticeStop(stream, handler);
    this.#forgetIfDone(stream);
  }

  /** A stream with nothing queued learns only by asking that the peer reads no more of it. */
  #noticeStop(stream: QuicStream, handler: QuicConnectionHandler): void {
    if (stream.writeDone || !stream.exists || isUnidirectional(stream.id) || this.#isOver()) return;
    try {
      this.#engine.streamCapacity(stream.id);
    } catch (error) {
      this.#stopped(stream, error, handler);
    }
  }

  #stopped(stream: QuicStream, error: unknown, handler: QuicConnectionHandler | undefined): void {
    this.#dropWrites(stream);
    handler?.streamStopped(stream.id, stopCodeOf(error) ?? 0);
  }

  #pump(): void {
    for (const stream of this.#writing) {
      const before = stream.queuedBytes;
      try {
        stream.pump(this.#engine);
      } catch (error) {
        this.#stopped(stream, error, this.#handler);
        this.#forgetIfDone(stream);
        continue;
      }
      this.#queuedBytes -= before - stream.queuedBytes;
      if (!stream.hasQueued) this.#writing.delete(stream);
      if (stream.aboveHighWater && stream.queuedBytes <= this.#host.limits.lowWaterBytes) {
        stream.aboveHighWater = false;
        this.#handler?.streamDrained(stream.id);
      }
      this.#forgetIfDone(stream);
    }
  }

  /** @returns false when the socket is full */
  #send(): boolean {
    const { socket, counters } = this.#host;
    for (let count = 0; count < SENDS_PER_TURN; count++) {
      const slot = socket.slot();
      if (slot === undefined) return false;
      const sent = this.#engine.send(slot);
      if (sent === null) return true;
      const [length, { to }] = sent;
      counters.sent(length);
      this.#junk.sent();
      if (this.#ownClose !== undefined) this.#closePacket = slot.slice(0, length);
      socket.send(length, to.port, to.host);
    }
    if (this.#isOver()) this.#giveUp();
    else this.#host.touch(this);
    return true;
  }

  /** The engine has no end of packets to send instead of the close. */
  #giveUp(): void {
    this.#tell(this.#ownClose ?? this.#foreignClose());
    this.#end();
  }

  /** Looks whether the connection has ended, by either side or by itself, and says so once. */
  #noticeEnd(): void {
    if (!this.#engine.isDraining() && !this.#engine.isClosed()) return;
    const close = this.#ownClose ?? this.#foreignClose();
    if (close.remote || this.#engine.isClosed()) this.#end();
    this.#tell(close);
  }

  #tell(close: QuicClose): void {
    if (this.#closedTold) return;
    this.#closedTold = true;
    this.#toldAt = this.#host.clock.now();
    this.#host.timers.disarm(this.#handshakeTimer);
    for (const stream of this.#writing) stream.drop();
    this.#writing.clear();
    this.#queuedBytes = 0;
    this.#handler?.closed(close);
  }

  #foreignClose(): QuicClose {
    const theirs = this.#engine.peerError();
    if (theirs !== null) return asClose(theirs, true);
    const ours = this.#engine.localError();
    if (ours !== null) return asClose(ours, false);
    this.#host.counters.ended.idle++;
    return { application: false, errorCode: 0, reason: 'nothing heard in time', remote: true };
  }

  #fail(errorCode: number, reason: string): void {
    this.#close({ application: false, errorCode, reason, remote: false });
  }

  #close(close: QuicClose): void {
    if (this.#isOver()) return;
    this.#ownClose = close;
    // quiche 0.18 sends handshake probes without end instead of an application's close while it may owe them.
    const asApplication = close.application && (this.isServer || this.#confirmed);
    const errorCode = close.application && !asApplication ? APPLICATION_ERROR : close.errorCode;
    this.#engine.close(asApplication, errorCode, encoder.encode(close.reason));
    this.#host.touch(this);
  }

  /** The peer goes on after our close: it hasn't come. Repeated ever more rarely. */
  #repeatClose(): void {
    const count = ++this.#receivedAfterClose;
    if (this.#closePacket === undefined || (count & (count - 1)) !== 0) return;
    const { from } = this.#recvInfo;
    if (!this.#host.socket.sendCopy(this.#closePacket, from.port, from.host)) return;
    this.#host.counters.sent(this.#closePacket.length);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#host.timers.disarm(this.#timer);
    this.#host.timers.disarm(this.#ackTimer);
    this.#host.timers.disarm(this.#probeTimer);
    this.#host.timers.disarm(this.#handshakeTimer);
    this.#ids.clear();
    this.#streams.clear();
    this.#host.ended(this);
  }

  #timeout(): void {
    if (!this.#closedTold) {
      this.#timeoutDue = true;
      this.#host.touch(this);
      return;
    }
    this.#engine.onTimeout();
    if (!this.#engine.isClosed()) this.#host.touch(this);
    else if (this.#host.clock.now() - this.#toldAt >= LINGER_MS) this.#end();
    else this.#host.timers.arm(this.#timer, LINGER_MS);
  }

  /** Looks whether what came has acknowledged everything, before more is sent. */
  #noticeSettled(): void {
    const heardAt = this.#heardAt;
    if (heardAt === undefined) return;
    this.#heardAt = undefined;
    if (!this.#isInFlight(this.#engine.timeout())) this.#probe.settled(heardAt);
  }

  /** Does what timers were set for, where it is still to be done. */
  #runOut(): void {
    if (this.#timeoutDue) {
      this.#timeoutDue = false;
      this.#engine.onTimeout();
      this.#probe.repeated();
      this.#elicits = true;
    }
    if (!this.#probeDue) return;
    this.#probeDue = false;
    const now = this.#host.clock.now();
    const dueInMs = this.#probe.dueInMs(now);
    if (dueInMs === undefined || dueInMs > 0 || this.#isOver()) return;
    const timeoutMs = this.#engine.timeout();
    if (!this.#isInFlight(timeoutMs) || !this.#probe.helps(timeoutMs)) return;
    this.#engine.sendAckEliciting();
    this.#probe.probed(now);
    this.#host.counters.probes++;
  }

  #isInFlight(timeoutMs: number | null): timeoutMs is number {
    return this.#confirmed && timeoutMs !== null && timeoutMs < this.#inFlightMs;
  }

  /** Something unacknowledged is to be asked for once it is late. */
  #armProbe(timeoutMs: number, now: number): void {
    const elicits = this.#elicits;
    this.#elicits = false;
    if (this.#isOver() || !this.#isInFlight(timeoutMs)) {
      this.#probe.settled(now);
      this.#host.timers.disarm(this.#probeTimer);
      return;
    }
    if (elicits) this.#probe.sent(now);
    if (this.#probeTimer.armed) return;
    const dueInMs = this.#probe.dueInMs(now);
    if (dueInMs !== undefined) this.#host.timers.arm(this.#probeTimer, dueInMs);
  }

  /** Moves the timer only to an earlier time: when it fires too early it looks again. */
  #armTimer(): void {
    if (this.#ended) return;
    const { timers, clock } = this.#host;
    const delayMs = this.#engine.timeout();
    if (delayMs === null) {
      if (!this.#closedTold) timers.disarm(this.#timer);
      // Closed: lingers until `#timeout` ends it, whatever else touches it meanwhile.
      else if (!this.#timer.armed) timers.arm(this.#timer, LINGER_MS);
      return;
    }
    const now = clock.now();
    this.#armProbe(delayMs, now);
    // The engine rounds down.
    const dueAt = now + delayMs + 1;
    if (this.#timer.armed && this.#timerDueAt <= dueAt) return;
    this.#timerDueAt = dueAt;
    timers.arm(this.#timer, delayMs + 1);
  }

  /** The datagram came from another address than the one before. */
  #followPath(): void {
    if (!isOutOfPaths(this.#engine)) return;
    // The engine would drop everything from there in silence.
    this.#host.counters.ended.addressChanges++;
    this.#fail(NO_VIABLE_PATH, 'too many address changes');
  }

  #addStream(id: number, own: boolean): QuicStream {
    const stream = new QuicStream(id, own);
    this.#streams.set(id, stream);
    return stream;
  }

  #shutdown(streamId: number, direction: number, errorCode: number): void {
    try {
      this.#engine.streamShutdown(streamId, direction, errorCode);
    } catch {
      // The peer ended the stream in the meantime.
    }
  }

  #dropWrites(stream: QuicStream): void {
    this.#queuedBytes -= stream.queuedBytes;
    stream.drop();
    this.#writing.delete(stream);
  }

  #endReading(stream: QuicStream): void {
    stream.readDone = true;
    if (!stream.paused) return;
    stream.paused = false;
    this.#pausedStreams--;
  }

  #forgetIfDone(stream: QuicStream): void {
    if (stream.done && !stream.hasQueued) this.#streams.delete(stream.id);
  }
}

const encoder = new TextEncoder();
