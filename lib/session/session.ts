import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Unit } from '../delivery/unit.js';
import type { Link, Player } from '../player/player.js';
import type { Identity, PlayerManager } from '../player/player-manager.js';
import type { ClientFrame, Hello, Request, ServerBodyInit } from '../protocol/message-codec.js';
import type { Close, Connection, ConnectionHandler } from '../transport/transport.js';
import type { SessionLimits } from './session-limits.js';
import { OrderedSender, type UnitSource } from '../delivery/ordered-sender.js';
import { errorTable, GatesvrError } from '../errors.js';
import { FrameDecoder } from '../protocol/frame-decoder.js';
import { decodeClientFrame, encodeBody, Reason, Resume } from '../protocol/message-codec.js';
import { CloseCode, LOGIN_FRAME_BYTES, PROTOCOL_VERSION } from '../protocol/protocol.js';
import { WheelTimer, type TimerWheel } from '../timer-wheel.js';
import { kickCodes } from './kick-codes.js';
import type { SessionCounters, Traffic } from './session-counters.js';
import { sessionStates, type FrameKind, type SessionEvent, type StateRow } from './session-state.js';
import { SlowWatch } from './slow-watch.js';
import { TokenBucket } from '../token-bucket.js';
import { VolatileSender } from './volatile-sender.js';
import { welcomeFrom } from './welcome.js';

/** Where a Session's requests go; gateway.ts joins it to the Dispatcher. */
export interface RequestSink {
  /**
   * @param now Clock.now() when it came, in ms
   * @returns false when the request was refused at once
   */
  request(player: Player, sessionId: string, clientSeq: number, request: Request, now: number): boolean;
  cancel(player: Player, clientSeq: number): void;
}

export interface SessionParts {
  readonly players: PlayerManager;
  readonly requests: RequestSink;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly limits: SessionLimits;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly counters: SessionCounters;
  /** Runs `flush` once the events of this turn have been handled, so that what they cause leaves as one write. */
  readonly schedule: (flush: () => void) => void;
}

/** How long a client that caused a burst of refusals is asked to stay away, in ms. */
const REFUSAL_DELAY_MS = 5_000;

/** Heartbeats, cancels and refreshes a client may send: far above any honest use, far below what would cost. */
const CONTROLS_PER_SECOND = 100;
const CONTROL_BURST = 1_000;

/**
 * The gateway's side of one Connection: reads frames, knows the client once it logged in, and lives exactly as long as
 * the Connection. What a client may send when is `sessionStates`; what outlives the Connection belongs to the Player.
 */
export class Session implements ConnectionHandler, Link, UnitSource {
  readonly #parts: SessionParts;
  readonly #connection: Connection;
  readonly #traffic: Traffic;
  readonly #onClosed: (session: Session) => void;
  readonly #decoder = new FrameDecoder(LOGIN_FRAME_BYTES);
  readonly #sender: OrderedSender;
  /** The sender's flush, guarded: made once, for every turn. */
  #flush: (() => void) | undefined;
  /** The login deadline, later liveness. */
  readonly #timer = new WheelTimer(() => this.#onTimer());
  readonly #slowTimer = new WheelTimer(() => this.#judgeSlowness());
  readonly #slow: SlowWatch;
  readonly #requestRate: TokenBucket;
  readonly #refusalRate: TokenBucket;
  readonly #controlRate = new TokenBucket(CONTROLS_PER_SECOND, CONTROL_BURST);
  #state: StateRow = sessionStates.connected;
  #player: Player | undefined;
  #heardAt: number;
  #answersPing = false;
  /** From Welcome on. */
  #volatile: VolatileSender | undefined;
  /** One at a time: each asks Hello. */
  #refreshing = false;
  /** Last seq of the replay. */
  #replayUpTo = 0;

  constructor(
    readonly sessionId: string,
    connection: Connection,
    parts: SessionParts,
    onClosed: (session: Session) => void,
  ) {
    const { limits, clock } = parts;
    this.#parts = parts;
    this.#connection = connection;
    this.#traffic = parts.counters.traffic[connection.transport];
    this.#onClosed = onClosed;
    this.#heardAt = clock.now();
    this.#requestRate = new TokenBucket(limits.requestsPerSecond, limits.requestBurst);
    this.#refusalRate = new TokenBucket(1, limits.refusalBurst);
    this.#slow = new SlowWatch(limits);
    this.#sender = new OrderedSender({
      source: this,
      sink: { write: (bytes) => this.#write(bytes) },
      schedule: (flush) => parts.schedule((this.#flush ??= () => this.#guard(flush))),
      ack: () => this.#player?.lastClientSeq ?? 0,
      now: () => clock.now(),
    });
  }

  get player(): Player | undefined {
    return this.#player;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Begins to read. The login deadline runs from now. */
  start(): void {
    const { wheel, limits, log } = this.#parts;
    wheel.arm(this.#timer, limits.loginTimeoutMs);
    log.debug('session opened', { sessionId: this.sessionId, address: this.#connection.peer.address });
    this.#connection.open(this);
  }

  /** Tells the client to come back, not before `delayMs`; it is served as before until it goes (PROTOCOL 6). */
  drain(delayMs: number): void {
    if (!this.#move('drain')) return;
    this.#control({ reconnect: { delayMs, reason: 'draining' } });
  }

  // Link: what the Player asks.

  wake(): boolean {
    const woke = this.#sender.wake();
    // What can be written is judged when it is, once a turn.
    if (this.#sender.blocked) this.#judgeSlowness();
    return woke;
  }

  sendVolatile(body: Uint8Array): boolean {
    if (this.#volatile !== undefined && !this.#isClosed) return this.#volatile.send(body);
    this.#parts.counters.volatile.notWelcome++;
    return false;
  }

  release(reason: Reason, message = ''): void {
    this.#end(kickCodes[reason] ?? CloseCode.CLOSE_INTERNAL, Reason[reason], { kick: { reason, message } });
  }

  // UnitSource: what the sender asks.

  take(now: number): Unit | undefined {
    return this.#player?.take(this, now);
  }

  get takenUpTo(): number {
    return this.#player?.takenUpTo ?? 0;
  }

  // ConnectionHandler: what the transport tells.

  data(chunk: Uint8Array): void {
    this.#heardAt = this.#parts.clock.now();
    this.#traffic.bytesIn += chunk.length;
    try {
      this.#read(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  datagram(): void {
    // Clients have nothing to say in datagrams in protocol version 1; what comes is skipped.
  }

  drained(): void {
    this.#slow.stalled(false, this.#parts.clock.now());
    this.#sender.drained();
  }

  closed(close: Close): void {
    if (this.#move('close')) this.#leave(this.#labelOf(close));
    this.#onClosed(this);
  }

  /** What the transport itself found wrong with the peer it closes with a code of its own. */
  #labelOf({ code, remote }: Close): string {
    if (remote || code === 0) return code === 0 ? 'link-lost' : 'peer-closed';
    this.#parts.metrics.countError('PROTOCOL_ERROR');
    return 'PROTOCOL_ERROR';
  }

  // Input.

  #read(chunk: Uint8Array): void {
    if (this.#isClosed) return;
    this.#decoder.push(chunk);
    while (this.#hasFrame()) {
      this.#parts.counters.framesIn++;
      const { bytes, start, end } = this.#decoder;
      this.#frame(decodeClientFrame(bytes, start, end));
    }
    this.#checkRemainder();
    // Acknowledgements came with every frame perhaps: judged once for all of them.
    this.#judgeSlowness();
  }

  /** A message holds whole frames (PROTOCOL 1). */
  #checkRemainder(): void {
    if (!this.#connection.bringsMessages || this.#decoder.pendingBytes === 0 || this.#isClosed) return;
    throw new GatesvrError('BAD_FRAME', 'a message ends inside a frame');
  }

  /** A frame may have ended the session: what follows it isn't read. */
  #hasFrame(): boolean {
    return !this.#isClosed && this.#decoder.advance();
  }

  #frame(frame: ClientFrame): void {
    const kind: FrameKind = frame.body ?? 'bare';
    if (!this.#state.takes.has(kind)) {
      throw new GatesvrError('PROTOCOL_ERROR', `${kind} is not expected while ${this.#state.name}`);
    }
    if (frame.body === 'hello') this.#hello(frame, frame.hello);
    else if (this.#player === undefined) this.#bye(Reason.LEAVING);
    else this.#fromPlayer(this.#player, frame);
  }

  #fromPlayer(player: Player, frame: ClientFrame): void {
    player.confirm();
    if (frame.ack > 0) this.#acknowledge(player, frame.ack);
    switch (frame.body) {
      case 'request':
        this.#request(player, frame.seq, frame.request);
        break;
      case undefined:
        if (frame.seq > 0) this.#unknown(player, frame.seq);
        break;
      default:
        this.#fromPlayerControl(player, frame);
    }
  }

  #fromPlayerControl(player: Player, frame: ClientFrame): void {
    if (frame.seq > 0) throw new GatesvrError('PROTOCOL_ERROR', `a ${frame.body ?? 'bare'} frame carries a number`);
    if (!this.#controlRate.take(this.#heardAt)) throw new GatesvrError('REFUSAL_BURST', 'too many control frames');
    switch (frame.body) {
      case 'heartbeat':
        this.#control({
          pong: { clientTimeMs: frame.heartbeat.clientTimeMs, serverTimeMs: this.#parts.clock.wallTime() },
        });
        break;
      case 'cancel':
        this.#parts.requests.cancel(player, frame.cancel.clientSeq);
        break;
      case 'refresh':
        if (this.#refreshing) this.#control({ refreshed: { code: errorTable.RATE_LIMITED.code } });
        else void this.#refresh(player, frame.refresh.token);
        break;
      case 'bye':
        this.#bye(frame.bye.reason);
        break;
      default:
      // Hello was refused by the state, requests and unknown bodies were taken before.
    }
  }

  #acknowledge(player: Player, ack: number): void {
    if (player.acknowledge(ack) === 'beyond') {
      throw new GatesvrError('PROTOCOL_ERROR', `ack ${ack} is beyond what was sent`);
    }
  }

  #request(player: Player, seq: number, request: Request): void {
    if (!this.#accept(player, seq)) return;
    if (!this.#requestRate.take(this.#heardAt)) {
      this.#parts.counters.rateLimited++;
      this.#parts.metrics.countError('RATE_LIMITED');
      player.refuse(seq, 'RATE_LIMITED');
      this.#refused();
    } else if (!this.#parts.requests.request(player, this.sessionId, seq, request, this.#heardAt)) {
      this.#refused();
    }
  }

  /** A numbered frame of a kind that this version doesn't know still takes its number (PROTOCOL 1). */
  #unknown(player: Player, seq: number): void {
    if (!this.#accept(player, seq)) return;
    player.refuse(seq, 'NOT_IMPLEMENTED');
    this.#refused();
  }

  #accept(player: Player, seq: number): boolean {
    const verdict = player.accept(seq);
    if (verdict === 'gap') {
      throw new GatesvrError('PROTOCOL_ERROR', `client seq ${seq} follows ${player.lastClientSeq}`);
    }
    if (verdict === 'full') throw new GatesvrError('REFUSAL_BURST', 'answers are not acknowledged');
    return verdict === 'accepted';
  }

  /** Each refusal costs a stored unit, so a client that only collects them is sent away for a while (PROTOCOL 3). */
  #refused(): void {
    if (!this.#refusalRate.take(this.#heardAt)) throw new GatesvrError('REFUSAL_BURST');
  }

  #bye(reason: Reason): void {
    const logout = reason === Reason.LOGOUT;
    const player = this.#player;
    this.#end(logout ? CloseCode.CLOSE_LOGOUT : CloseCode.CLOSE_LEAVING, 'bye');
    if (logout && player !== undefined) this.#parts.players.end(player, 'logout');
  }

  // Login.

  #hello(frame: ClientFrame, hello: Hello): void {
    if (frame.seq !== 0 || frame.ack !== 0) throw new GatesvrError('PROTOCOL_ERROR', 'Hello carries a number');
    if (hello.protocol < PROTOCOL_VERSION) {
      throw new GatesvrError(
        'UNSUPPORTED_PROTOCOL',
        `protocol ${hello.protocol}, this gateway speaks ${PROTOCOL_VERSION}`,
      );
    }
    this.#move('hello');
    this.#parts.wheel.arm(this.#timer, this.#parts.limits.loginTimeoutMs);
    void this.#login(hello);
  }

  /** The only wait in a session's life; if the session ended meanwhile, what came of it is dropped. */
  async #login(hello: Hello): Promise<void> {
    try {
      const identity = await this.#parts.players.authenticate(hello, this.sessionId, this.#connection.peer.address);
      if (!this.#isClosed) this.#welcome(hello, identity);
    } catch (error) {
      this.#fail(error);
    }
  }

  #welcome(hello: Hello, identity: Identity): void {
    const { limits, clock, wheel, players, log } = this.#parts;
    const attached = players.attach(identity, this, hello);
    const { player, arrival } = attached;
    this.#player = player;
    this.#move('welcome');
    this.#decoder.limit = limits.maxFrameBytes;
    this.#connection.admit();
    const features = this.#featuresWith(hello);
    this.#answersPing = features.includes(PING_FEATURE);
    const takesDatagrams = features.includes(DATAGRAM_FEATURE);
    this.#volatile = new VolatileSender(this.#connection, this.#sender, this.#parts.counters, takesDatagrams);
    this.#replayUpTo = arrival.upTo;
    this.#heardAt = clock.now();
    wheel.arm(this.#timer, this.#silenceMs / 2);
    log.debug('session logged in', { ...this.#who, verdict: Resume[arrival.verdict], reason: arrival.reason });
    this.#control({ welcome: welcomeFrom(this.sessionId, attached, limits, features) });
    this.#sender.control(encodeBody({ replayed: { upTo: arrival.upTo } }), arrival.upTo);
    this.#sender.wake();
  }

  /** The optional parts that both ends have. */
  #featuresWith(hello: Hello): string[] {
    const own = this.#connection.maxDatagramBytes > 0 ? [PING_FEATURE, DATAGRAM_FEATURE] : [PING_FEATURE];
    return own.filter((feature) => hello.features.includes(feature));
  }

  async #refresh(player: Player, token: string): Promise<void> {
    this.#refreshing = true;
    try {
      const expiresInMs = await this.#parts.players.refresh(player, token, this.sessionId);
      this.#control({ refreshed: { code: 200, expiresInMs } });
    } catch (error) {
      const code = error instanceof GatesvrError ? error.kind.code : errorTable.INTERNAL.code;
      this.#control({ refreshed: { code } });
    } finally {
      this.#refreshing = false;
    }
  }

  // Output.

  #write(bytes: Uint8Array): boolean {
    this.#traffic.bytesOut += bytes.length;
    const more = this.#connection.write(bytes);
    if (!more) {
      this.#slow.stalled(true, this.#parts.clock.now());
      this.#judgeSlowness();
    }
    return more;
  }

  #control(body: ServerBodyInit): void {
    if (!this.#isClosed) this.#sender.control(encodeBody(body));
  }

  // Time.

  #onTimer(): void {
    if (this.#player === undefined) this.#fail(new GatesvrError('LOGIN_TIMEOUT'));
    else this.#checkLiveness(this.#player);
  }

  /** Runs twice in the time of silence that is allowed: the first time a quiet client is asked, the second it is cut. */
  #checkLiveness(player: Player): void {
    const now = this.#parts.clock.now();
    const silentMs = now - this.#heardAt;
    if (now >= player.loginHoldsUntil) this.release(Reason.LOGIN_EXPIRED);
    else if (silentMs >= this.#silenceMs) this.release(Reason.HEARTBEAT);
    else {
      if (this.#answersPing && silentMs >= this.#silenceMs / 2) this.#control({ ping: {} });
      this.#parts.wheel.arm(this.#timer, Math.min(this.#silenceMs / 2, player.loginHoldsUntil - now));
    }
  }

  get #silenceMs(): number {
    const { limits } = this.#parts;
    return this.#answersPing ? limits.heartbeatTimeoutMs : limits.heartbeatTimeoutWithoutPingMs;
  }

  #judgeSlowness(): void {
    const player = this.#player;
    if (player === undefined || this.#isClosed) return;
    const { clock, wheel, limits, counters } = this.#parts;
    const { keptUnits, keptBytes } = player;
    const replaying = this.takenUpTo < this.#replayUpTo;
    const verdict = this.#slow.judge(keptUnits, keptBytes, replaying, clock.now());
    if (verdict === 'cut') this.release(Reason.SLOW);
    else if (verdict === 'fine') wheel.disarm(this.#slowTimer);
    else if (!this.#slowTimer.armed) wheel.arm(this.#slowTimer, limits.slowGraceMs);
    if (verdict === 'warn') {
      counters.slowWarnings++;
      this.#control({ slow: { queued: keptUnits, queuedBytes: keptBytes } });
    }
  }

  // The end.

  get #isClosed(): boolean {
    return this.#state.takes.size === 0;
  }

  #move(event: SessionEvent): boolean {
    const next = this.#state.on[event];
    if (next === undefined) return false;
    this.#state = sessionStates[next];
    return true;
  }

  /** What goes wrong in one session ends that session and nothing else. */
  #guard(flush: () => void): void {
    try {
      flush();
      this.#judgeSlowness();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const known = error instanceof GatesvrError ? error : new GatesvrError('INTERNAL', undefined, error);
    if (!this.#isClosed) this.#parts.metrics.countError(known.error);
    if (known.error === 'INTERNAL') this.#parts.log.error('session failed', { sessionId: this.sessionId, error });
    if (known.error === 'REFUSAL_BURST') {
      this.#control({ reconnect: { delayMs: REFUSAL_DELAY_MS, reason: known.message } });
    }
    const { code, closeCode = CloseCode.CLOSE_INTERNAL } = known.kind;
    this.#end(closeCode, known.error, { error: { code, message: known.message } });
  }

  /** The one way out: last frame, end of the stream, code. The first call wins. */
  #end(code: number, label: string, lastFrame?: ServerBodyInit): void {
    if (this.#isClosed) return;
    if (lastFrame !== undefined) this.#control(lastFrame);
    this.#move('close');
    this.#sender.flushNow();
    this.#connection.close(code, label);
    this.#leave(label);
  }

  /** For logs. */
  get #who(): { sessionId: string; playerId: string | undefined } {
    return { sessionId: this.sessionId, playerId: this.#player?.id };
  }

  #leave(label: string): void {
    const { wheel, counters, log } = this.#parts;
    log.debug('session ended', { ...this.#who, why: label });
    wheel.disarm(this.#timer);
    wheel.disarm(this.#slowTimer);
    this.#sender.stop();
    this.#player?.detach(this);
    counters.ended.set(label, (counters.ended.get(label) ?? 0) + 1);
  }
}

const PING_FEATURE = 'ping';
const DATAGRAM_FEATURE = 'datagram';
