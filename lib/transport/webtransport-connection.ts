import { WheelTimer, type TimerWheel } from '../timer-wheel.js';
import { http3Code } from '../webtransport/http3-error.js';
import type { SessionClose, SessionHandler, WebTransportSession } from '../webtransport/webtransport-session.js';
import type { StreamHandler, WebTransportStream } from '../webtransport/webtransport-stream.js';
import type { Http3Link } from './http3-link.js';
import type { Close, Connection, ConnectionHandler, Peer } from './transport.js';

/** PROTOCOL 6: how long who closes waits for the peer's end of the stream, and then for its end of the session. */
const PEER_END_MS = 1000;
/** How long the peer that ended its stream has to say why, before the link counts as broken. */
const PEER_CLOSE_MS = 2 * PEER_END_MS;
/**
 * After the peer's end, before the session's close: a close in the same datagram as the acknowledgement of that end makes
 * Chromium 156 report a lost connection instead of code and reason; with 30 ms between them it never did in 100 closes.
 */
const SETTLE_MS = 30;
const NOTHING = new Uint8Array(0);

/**
 * `open`. `ending`: this side has ended its stream and waits for the peer's end. `closing`: the session's close is sent.
 * `peerEnded`: the peer has ended its stream and will say why. `closed`: the handler knows, or will when there is one.
 */
type State = 'open' | 'ending' | 'closing' | 'peerEnded' | 'closed';

/** A WebTransport session and the one bidirectional stream that the server opened in it, as a Connection. */
export class WebTransportConnection implements Connection {
  readonly transport = 'webtransport';
  readonly bringsMessages = false;
  readonly peer: Peer;
  readonly #link: Http3Link;
  readonly #session: WebTransportSession;
  readonly #stream: WebTransportStream;
  readonly #timers: TimerWheel;
  readonly #timer = new WheelTimer(() => {
    this.#waitedLongEnough();
  });
  #handler: ConnectionHandler | undefined;
  /** What came before `open`, or while paused in one read with what was wanted. */
  #held: Uint8Array[] = [];
  #opened = false;
  #paused = false;
  #state: State = 'open';
  #peerFin = false;
  #ownClose: { code: number; reason: string } | undefined;
  #close: Close | undefined;

  /** @param timers for the waits when closing */
  constructor(link: Http3Link, session: WebTransportSession, stream: WebTransportStream, timers: TimerWheel) {
    this.#link = link;
    this.#session = session;
    this.#stream = stream;
    this.#timers = timers;
    this.peer = link.quic.peer;
  }

  /** Takes over session and stream; reading waits for `open`. */
  attach(): void {
    this.#link.quic.pause(this.#stream.id);
    this.#link.onDrained = (streamId) => {
      if (streamId === this.#stream.id && this.#state === 'open') this.#handler?.drained();
    };
    this.#link.onClosed = () => {
      this.#timers.disarm(this.#timer);
    };
    this.#stream.setHandler(this.#streamEvents);
    this.#session.setHandler(this.#sessionEvents);
  }

  get bufferedBytes(): number {
    return this.#link.quic.queuedBytes(this.#stream.id);
  }

  get maxDatagramBytes(): number {
    return Math.max(0, this.#link.quic.maxDatagramBytes - this.#session.datagramOverhead);
  }

  open(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) return;
    this.#handler = handler;
    // What waits is delivered from the next turn on.
    setImmediate(() => {
      this.#opened = true;
      if (this.#close !== undefined) handler.closed(this.#close);
      else this.#deliver();
    });
  }

  write(bytes: Uint8Array): boolean {
    if (this.#state !== 'open' && this.#state !== 'peerEnded') return true;
    this.#stream.write(bytes, false);
    return !this.#link.quic.isFull(this.#stream.id);
  }

  sendDatagram(bytes: Uint8Array): boolean {
    return this.#state === 'open' && bytes.length <= this.maxDatagramBytes && this.#session.sendDatagram(bytes);
  }

  pause(): void {
    this.#paused = true;
    this.#link.quic.pause(this.#stream.id);
  }

  resume(): void {
    this.#paused = false;
    this.#deliver();
  }

  admit(): void {
    // Strangers and players send within the same windows.
  }

  close(code: number, reason: string): void {
    if (this.#ownClose !== undefined || this.#state === 'closed') return;
    this.#ownClose = { code, reason };
    if (this.#state === 'peerEnded' || this.#peerFin) {
      this.#stream.write(NOTHING, true);
      this.#closeSession();
      return;
    }
    this.#state = 'ending';
    this.#stream.write(NOTHING, true);
    // A reader that paused would never see the peer's end.
    this.#link.quic.resume(this.#stream.id);
    this.#timers.arm(this.#timer, PEER_END_MS);
  }

  abort(): void {
    if (this.#state === 'closed') return;
    this.#finish({ code: 0, reason: 'aborted', remote: false });
    this.#link.quic.close(http3Code.INTERNAL_ERROR, 'aborted');
  }

  readonly #streamEvents: StreamHandler = {
    data: (bytes, fin) => {
      if (this.#state === 'closed') return;
      if (bytes.length > 0) this.#received(bytes);
      if (!fin) return;
      this.#peerFin = true;
      if (this.#state === 'ending') this.#timers.arm(this.#timer, SETTLE_MS);
      else if (this.#reads()) this.#peerEnded();
    },
    // Either may overtake the close that explains it.
    reset: () => {
      this.#peerEnded();
    },
    stopped: () => {
      this.#peerEnded();
    },
  };

  readonly #sessionEvents: SessionHandler = {
    // One stream is all there is.
    streamOpened: (stream) => {
      stream.abandon(http3Code.REQUEST_REJECTED);
    },
    datagram: (bytes) => {
      if (this.#opened && this.#state !== 'closed') this.#handler?.datagram(bytes);
    },
    closed: (close) => {
      this.#sessionClosed(close);
    },
  };

  #received(bytes: Uint8Array): void {
    if (this.#reads()) this.#handler?.data(bytes);
    // A reader that paused and then closed doesn't wait for more.
    else if (this.#ownClose === undefined) this.#held.push(bytes);
  }

  /** Hands over what was held, then lets the stream go on. */
  #deliver(): void {
    while (this.#held.length > 0 && this.#reads()) this.#handler?.data(this.#held.shift()!);
    if (!this.#reads()) return;
    this.#link.quic.resume(this.#stream.id);
    if (this.#peerFin) this.#peerEnded();
  }

  #reads(): boolean {
    return this.#opened && !this.#paused && this.#state !== 'closed';
  }

  /** The peer will say why in a close of the session; this side's end lets it go on to that. */
  #peerEnded(): void {
    if (this.#state === 'ending') {
      this.#closeSession();
    } else if (this.#state === 'open') {
      this.#state = 'peerEnded';
      this.#stream.write(NOTHING, true);
      this.#timers.arm(this.#timer, PEER_CLOSE_MS);
    }
  }

  #closeSession(): void {
    this.#state = 'closing';
    this.#session.close(this.#ownClose?.code ?? 0, this.#ownClose?.reason ?? '');
    // The session's end on both sides comes back as `closed`; the peer may be gone.
    if (this.#isOpen()) this.#timers.arm(this.#timer, PEER_END_MS);
  }

  #waitedLongEnough(): void {
    if (this.#state === 'ending') {
      this.#closeSession();
    } else if (this.#state === 'peerEnded') {
      this.#finish({ code: 0, reason: 'the peer ended the stream', remote: true });
      this.#link.quic.close(http3Code.NO_ERROR, '');
    } else {
      this.#endLink();
    }
  }

  #sessionClosed(close: SessionClose): void {
    const remote = close.remote && this.#state !== 'closing';
    this.#finish(remote ? close : { ...(this.#ownClose ?? close), remote: false });
    // Who was told closes the QUIC connection. Coming from the side that closed, CONNECTION_CLOSE would overtake the
    // reading of code and reason (Chromium); it has a while before it is cut off.
    if (close.remote) this.#link.quic.close(http3Code.NO_ERROR, '');
    else this.#timers.arm(this.#timer, PEER_END_MS);
  }

  #endLink(): void {
    if (this.#ownClose !== undefined) this.#finish({ ...this.#ownClose, remote: false });
    this.#link.quic.close(http3Code.NO_ERROR, '');
  }

  #finish(close: Close): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#close = close;
    this.#held = [];
    this.#timers.disarm(this.#timer);
    if (this.#opened) this.#handler?.closed(close);
  }

  /** A call may have changed it. */
  #isOpen(): boolean {
    return this.#state !== 'closed';
  }
}
