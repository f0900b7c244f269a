import { CapsuleReader, encodeClose, encodeDrain } from './capsule.js';
import type { EarlyArrivals } from './early-arrivals.js';
import { frameType, streamType } from './frame.js';
import { http3Code, StreamError } from './http3-error.js';
import type { MessageStream } from './message-stream.js';
import { encodeVarints } from './varint.js';
import { WebTransportStream, type Directions, type StreamSurroundings } from './webtransport-stream.js';

/** How a session ended. */
export interface SessionClose {
  /** The application's code, 32 bits; 0 when none was given. */
  readonly code: number;
  readonly reason: string;
  /** True when the peer (or the network) ended it, false when this side called `close`. */
  readonly remote: boolean;
}

/** Receives what happens on a WebTransportSession. */
export interface SessionHandler {
  /**
   * The peer opened a stream, bidirectional or not. Set its handler, or refuse it with `stopSending` (and `reset`): what
   * comes for a stream without a handler takes from what the connection may keep.
   */
  streamOpened(stream: WebTransportStream): void;
  /** One datagram. The handler owns it. */
  datagram(bytes: Uint8Array): void;
  /**
   * The session is over, exactly once. After this side's own `close` it comes when the peer has seen the close (or the
   * connection is gone): until then the QUIC connection should stand, or code and reason are lost.
   */
  closed(close: SessionClose): void;
  /** The peer asks to finish and come back elsewhere. */
  draining?(): void;
}

/** What a session needs around it: the connection. */
export interface SessionSurroundings extends StreamSurroundings {
  /** From now on the stream gets what QUIC has for it. */
  streamOpened(stream: WebTransportStream): void;
  /** The peer takes HTTP datagrams. */
  takesDatagrams(): boolean;
  sessionOver(session: WebTransportSession): void;
}

/**
 * `requested`: the CONNECT is not answered yet. `open`. `closing`: this side has closed and waits for the peer's end.
 * `over`.
 */
type SessionState = 'requested' | 'open' | 'closing' | 'over';

const both: Directions = { sends: true, receives: true };
const sendOnly: Directions = { sends: true, receives: false };

/** A WebTransport session (draft-ietf-webtrans-http3): what one CONNECT stream and the streams that name it carry. */
export class WebTransportSession {
  readonly #message: MessageStream;
  readonly #surroundings: SessionSurroundings;
  readonly #early: EarlyArrivals;
  readonly #streams = new Set<WebTransportStream>();
  readonly #capsules = new CapsuleReader({
    closeReceived: (code, reason) => this.#closeReceived(code, reason),
    drainReceived: () => this.#isOpen() && this.#handler?.draining?.(),
  });
  readonly #datagramPrefix: Uint8Array;
  readonly #streamPrefix: { readonly bidi: Uint8Array; readonly uni: Uint8Array };
  #state: SessionState = 'requested';
  #handler: SessionHandler | undefined;
  #close: SessionClose | undefined;

  constructor(message: MessageStream, surroundings: SessionSurroundings, early: EarlyArrivals) {
    this.#message = message;
    this.#surroundings = surroundings;
    this.#early = early;
    this.#datagramPrefix = encodeVarints(message.id / 4);
    this.#streamPrefix = {
      bidi: encodeVarints(frameType.WEBTRANSPORT_STREAM, message.id),
      uni: encodeVarints(streamType.WEBTRANSPORT, message.id),
    };
  }

  /** The session id: the QUIC stream id of its CONNECT stream. */
  get id(): number {
    return this.#message.id;
  }

  /** Bytes that a datagram takes in its QUIC datagram beside its own. */
  get datagramOverhead(): number {
    return this.#datagramPrefix.length;
  }

  /** Sets who is told. What came before (streams, datagrams, the end) is delivered within this call. */
  setHandler(handler: SessionHandler): void {
    this.#handler = handler;
    if (this.#state === 'over' && this.#close !== undefined) handler.closed(this.#close);
    else if (this.#state === 'open') this.#deliverEarly(handler);
  }

  /** Opens a bidirectional stream. @throws Error when the session is not open; and what `Http3Output.openBidi` throws */
  openBidi(): WebTransportStream {
    this.#checkOpen();
    return this.#openStream(this.#surroundings.output.openBidi(), this.#streamPrefix.bidi, both);
  }

  /** Opens a stream that only this side writes. Throws as `openBidi` does. */
  openUni(): WebTransportStream {
    this.#checkOpen();
    return this.#openStream(this.#surroundings.output.openUni(), this.#streamPrefix.uni, sendOnly);
  }

  /** Sends one datagram; false if it was dropped. */
  sendDatagram(bytes: Uint8Array): boolean {
    if (this.#state !== 'open' || !this.#surroundings.takesDatagrams()) return false;
    const datagram = new Uint8Array(this.#datagramPrefix.length + bytes.length);
    datagram.set(this.#datagramPrefix);
    datagram.set(bytes, this.#datagramPrefix.length);
    return this.#surroundings.output.datagram(datagram);
  }

  /**
   * Closes the session. Sides of streams that haven't ended are reset. The first call wins.
   * @param code 32 bits @param reason cut to 1,024 bytes of UTF-8
   */
  close(code: number, reason: string): void {
    if (!this.#isOpen()) return;
    this.#state = 'closing';
    this.#close = { code, reason, remote: false };
    this.#message.sendBody(encodeClose(code, reason), true);
    this.#abandonStreams();
  }

  /** Asks the peer to finish and come back elsewhere; nothing ends by it. */
  drain(): void {
    if (this.#state === 'open') this.#message.sendBody(encodeDrain(), false);
  }

  // What follows is for the connection, which routes to the session what the peer sends.

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** The CONNECT was answered with 2xx, by this side or the peer. */
  establish(): void {
    if (this.#state !== 'requested') return;
    this.#state = 'open';
    if (this.#handler !== undefined) this.#deliverEarly(this.#handler);
  }

  /** The peer opened a stream for this session. */
  receiveStream(stream: WebTransportStream): void {
    if (this.#state === 'closing' || this.#state === 'over') {
      stream.abandon(http3Code.WEBTRANSPORT_SESSION_GONE);
      return;
    }
    if (this.#state === 'open' && this.#handler !== undefined) {
      this.#streams.add(stream);
      this.#handler.streamOpened(stream);
    } else this.#early.addStream(stream);
  }

  receiveDatagram(bytes: Uint8Array): void {
    if (this.#state === 'closing' || this.#state === 'over') return;
    if (this.#state === 'open' && this.#handler !== undefined) this.#handler.datagram(bytes);
    else this.#early.addDatagram(bytes);
  }

  /** Some more of the CONNECT stream's body. @throws StreamError for a malformed capsule, or one after CLOSE */
  receiveBody(bytes: Uint8Array): void {
    if (this.#state === 'closing') return;
    this.#capsules.push(bytes);
  }

  /** The peer has ended the CONNECT stream. @throws StreamError when it ended within a capsule */
  receiveEnd(): void {
    if (this.#state !== 'closing' && !this.#capsules.atBoundary) {
      throw new StreamError(http3Code.MESSAGE_ERROR, 'the stream ends within a capsule');
    }
    this.#answerEnd();
    this.finish('');
  }

  /** Nothing more can come: the CONNECT stream or the connection is gone. `reason` holds where no other is known. */
  finish(reason: string): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#close ??= { code: 0, reason, remote: true };
    this.#abandonStreams();
    this.#surroundings.sessionOver(this);
    this.#handler?.closed(this.#close);
  }

  /** A stream of this session is over both ways. */
  streamDone(stream: WebTransportStream): void {
    this.#streams.delete(stream);
  }

  #closeReceived(code: number, reason: string): void {
    this.#close ??= { code, reason, remote: true };
    this.#answerEnd();
    this.finish('');
  }

  /** Ends this side too. A request that was never answered has no headers, so it can't simply end. */
  #answerEnd(): void {
    if (this.#state === 'requested') this.#message.abort(http3Code.REQUEST_CANCELLED);
    else this.#message.end();
  }

  #checkOpen(): void {
    if (this.#state !== 'open') throw new Error('the session is over');
  }

  #openStream(streamId: number, prefix: Uint8Array, directions: Directions): WebTransportStream {
    const stream = new WebTransportStream(streamId, this.id, this.#surroundings, directions);
    this.#streams.add(stream);
    this.#surroundings.streamOpened(stream);
    // A copy: the output owns what it is given.
    stream.write(prefix.slice(), false);
    return stream;
  }

  #deliverEarly(handler: SessionHandler): void {
    const streams = this.#early.takeStreams();
    for (const stream of streams) this.#streams.add(stream);
    for (const stream of streams) if (this.#isOpen()) handler.streamOpened(stream);
    for (const datagram of this.#early.takeDatagrams()) if (this.#isOpen()) handler.datagram(datagram);
  }

  #isOpen(): boolean {
    return this.#state === 'open';
  }

  #abandonStreams(): void {
    this.#early.refuse();
    for (const stream of this.#streams) stream.abandon(http3Code.WEBTRANSPORT_SESSION_GONE);
  }
}
