import type { CancelTimer } from '../clock.js';
import type { GatesvrError } from '../errors.js';
import { Reason } from '../protocol/message-codec.js';
import type { Reconnect, Welcome } from '../protocol/message-codec.js';
import { CloseCode } from '../protocol/protocol.js';
import type { ClientEvents } from './client-events.js';
import type { ResolvedOptions } from './client-options.js';
import { clientStates } from './client-state.js';
import type { ClientEvent, ClientState } from './client-state.js';
import type { ClientPlatform, Opened } from './connector.js';
import { Connector } from './connector.js';
import type { Lost, Verdict } from './inbox.js';
import { comesBack, reconnectDelay } from './reconnect-policy.js';
import type { Parting } from './reconnect-policy.js';
import { Session } from './session.js';
import type { SessionOwner, SessionParts } from './session.js';
import { TransportChoice } from './transport-choice.js';
import { TransportUpgrade } from './transport-upgrade.js';

/** Who the gateway says this client is. */
export interface SessionInfo {
  readonly sessionId: string;
  readonly playerId: string;
  readonly zone: string;
  readonly epoch: string;
  /** From the Hello service. */
  readonly data: Uint8Array;
}

/** How long answers under way may hold up a reconnect that the gateway asked for, in ms: its own limit for a request. */
const LEAVE_WITHIN_MS = 30_000;

/** Attempts at an address that a Reconnect named, before the configured one is tried again. */
const REDIRECT_ATTEMPTS = 3;

/** Where and when the gateway wants this client back. `url` '': where it always goes. */
interface Redirect {
  url: string;
  /** On the monotonic scale. */
  notBefore: number;
  attemptsLeft: number;
}

/**
 * Keeps one session at a time and finds a new one when that is lost:
 *
 *     dial ──► session ──► lost, or asked to leave ──► wait ──► dial …   until `finish`
 *
 * What outlives a session is in `parts`; a session that was left or has ended says no more, so whoever calls is current.
 */
export class Reconnector implements SessionOwner {
  readonly #options: ResolvedOptions;
  readonly #platform: ClientPlatform;
  readonly #parts: SessionParts;
  readonly #events: ClientEvents;
  readonly #connector: Connector;
  readonly #choice: TransportChoice;
  readonly #upgrade: TransportUpgrade;
  #state: ClientState = 'idle';
  #epoch: string;
  #resumeToken: string;
  /** Dialled last. */
  #url = '';
  #info: SessionInfo | undefined;
  #session: Session | undefined;
  #attempt: AbortController | undefined;
  /** Until the next attempt, or until it is time to leave after a Reconnect. */
  #cancelTimer: CancelTimer | undefined;
  /** Attempts and short sessions since the last stable session. */
  #failures = 0;
  #activeSince: number | undefined;
  #redirect: Redirect | undefined;
  #end: Parting | undefined;
  #resolveClosed: (end: Parting) => void = () => undefined;
  /** How it all ended; never rejects. */
  readonly closed = new Promise<Parting>((resolve) => (this.#resolveClosed = resolve));

  constructor(options: ResolvedOptions, platform: ClientPlatform, parts: SessionParts, events: ClientEvents) {
    this.#options = options;
    this.#platform = platform;
    this.#parts = parts;
    this.#events = events;
    this.#connector = new Connector(options, platform, events.reportFault);
    const { upgradeMs, backoff } = options;
    this.#choice = new TransportChoice({ dialers: platform.dialers, upgradeMs, stableMs: backoff.stableMs });
    this.#upgrade = new TransportUpgrade(
      this.#choice,
      platform,
      (dialers, signal) => this.#connector.open(this.#url, true, signal, dialers),
      (opened) => this.#moveTo(opened),
    );
    this.#epoch = options.state?.epoch ?? '';
    this.#resumeToken = options.state?.resumeToken ?? '';
  }

  get state(): ClientState {
    return this.#state;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get resumeToken(): string {
    return this.#resumeToken;
  }

  get info(): SessionInfo | undefined {
    return this.#info;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get mayRequest(): boolean {
    return clientStates[this.#state].requests;
  }

  /** How the client ends or ended; undefined while it goes on. */
  get end(): Parting | undefined {
    return this.#end;
  }

  /** Connects; while it waits before the next attempt, now; tries a better transport while a lesser one serves. */
  connect(): void {
    if (this.#move('dial')) void this.#dial();
    else if (this.#state === 'active') this.#upgrade.now();
  }

  /** Breaks the link, or the attempt to get one. */
  drop(awayMs: number): void {
    if (this.#session === undefined && this.#attempt === undefined) return;
    this.#session?.drop();
    this.#lost({ code: 0, reason: 'dropped by the application' }, awayMs);
  }

  /** Ends everything. The first call wins. */
  finish(end: Parting, bye: Reason): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#upgrade.stop();
    this.#cancelTimer?.();
    this.#attempt?.abort();
    this.#attempt = undefined;
    const session = this.#session;
    this.#session = undefined;
    session?.leave(bye);
    this.#parts.pending.endAll('CLIENT_CLOSED');
    this.#move('end');
    void (session?.gone ?? Promise.resolve()).then(() => {
      this.#move('ended');
      this.#resolveClosed(end);
    });
  }

  // -- SessionOwner

  welcomed(welcome: Welcome, verdict: Verdict, lost: Lost | undefined): void {
    const { sessionId, playerId, zone, epoch, data } = welcome;
    this.#epoch = epoch;
    this.#resumeToken = welcome.resumeToken;
    this.#info = { sessionId, playerId, zone, epoch, data };
    if (this.#redirect !== undefined) this.#redirect.attemptsLeft = REDIRECT_ATTEMPTS;
    if (this.#session !== undefined) this.#choice.served(this.#session.transport);
    this.#events.resume.emit(verdict, welcome.resumeReason, lost);
    this.#move('welcomed');
  }

  replayed(): void {
    this.#activeSince ??= this.#platform.clock.now();
    if (this.#move('replayed') && this.#session !== undefined && this.#state === 'active')
      this.#upgrade.schedule(this.#session.transport);
  }

  redirected({ url, delayMs, reason }: Reconnect): void {
    const { clock } = this.#platform;
    this.#upgrade.stop();
    this.#redirect = { url, notBefore: clock.now() + delayMs, attemptsLeft: REDIRECT_ATTEMPTS };
    if (!clientStates[this.#state].welcome) {
      this.#session?.leave(Reason.LEAVING);
      this.#lost({ code: CloseCode.CLOSE_RECONNECT, reason });
      return;
    }
    this.#cancelTimer?.();
    this.#cancelTimer = clock.after(delayMs, () => {
      this.#cancelTimer = clock.after(LEAVE_WITHIN_MS, () => this.#leave());
      this.progressed();
    });
    this.#move('redirected');
  }

  /** Asked to leave, the client does so when the time has come and nothing is under way. */
  progressed(): void {
    if (this.#redirect === undefined || this.mayRequest || !clientStates[this.#state].welcome) return;
    if (this.#platform.clock.now() >= this.#redirect.notBefore && this.#parts.pending.underWay === 0) this.#leave();
  }

  kicked(reason: Reason, message: string): void {
    this.#events.kick.emit(reason in Reason ? Reason[reason] : `${reason}`, message);
  }

  slow(queued: number, queuedBytes: number): void {
    this.#events.slow.emit(queued, queuedBytes);
  }

  ended(parting: Parting, fault?: unknown): void {
    if (this.#session === undefined) return; // a kick handler closed the client
    if (fault !== undefined) this.#events.reportFault(fault);
    if (parting.code === 0) this.#choice.broke(this.#session.transport, this.#livedMs);
    if (comesBack(parting)) this.#lost(parting);
    else this.finish(parting, Reason.LEAVING);
  }

  // -- from one link to the next

  async #dial(): Promise<void> {
    this.#cancelTimer?.();
    this.#parts.counters.attempts++;
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      this.#url = this.#target();
      const canResume = this.#resumeToken !== '';
      const opened = await this.#connector.open(this.#url, canResume, attempt.signal, this.#choice.order);
      if (this.#attempt === attempt) this.#opened(opened);
      else opened.connection.abort();
    } catch (error) {
      if (this.#attempt !== attempt) return;
      this.#events.reportFault(error);
      this.#lost({ code: 0, reason: (error as GatesvrError).message });
    }
  }

  #target(): string {
    const redirect = this.#redirect;
    if (redirect !== undefined && redirect.url !== '' && redirect.attemptsLeft-- > 0) return redirect.url;
    this.#redirect = undefined;
    return this.#options.url;
  }

  #opened(opened: Opened): void {
    this.#attempt = undefined;
    this.#begin(opened);
    this.#move('opened');
  }

  /** Leaves the session that stands for one over a better transport; it resumes, so nothing is lost. */
  #moveTo(opened: Opened): void {
    if (!this.#move('moved')) {
      opened.connection.abort();
      return;
    }
    this.#session?.leave(Reason.LEAVING);
    this.#activeSince = undefined;
    this.#begin(opened);
  }

  #begin({ connection, token }: Opened): void {
    const { playerId, clientVersion, headers } = this.#options;
    const session = new Session(connection, this.#parts, this);
    this.#session = session;
    session.start({ token, playerId, resumeToken: this.#resumeToken, clientVersion, headers: { ...headers } });
  }

  get #livedMs(): number {
    return this.#activeSince === undefined ? 0 : this.#platform.clock.now() - this.#activeSince;
  }

  /** Goes, as the gateway asked, and comes back at once: the time to stay away is over. */
  #leave(): void {
    this.#session?.leave(Reason.LEAVING);
    this.#failures = 0;
    this.#wait(0);
  }

  #lost(parting: Parting, awayMs = 0): void {
    const { clock, random } = this.#platform;
    const now = clock.now();
    if (this.#livedMs >= this.#options.backoff.stableMs) this.#failures = 0;
    if (this.#session !== undefined) this.#parts.counters.losses++;
    const asked = Math.max(0, awayMs, (this.#redirect?.notBefore ?? 0) - now);
    this.#wait(reconnectDelay(this.#options.backoff, this.#failures++, parting, random(), asked));
  }

  #wait(delayMs: number): void {
    this.#session = undefined;
    this.#upgrade.stop();
    this.#attempt?.abort();
    this.#attempt = undefined;
    this.#activeSince = undefined;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#platform.clock.after(delayMs, () => this.connect());
    this.#move('lost');
  }

  #move(event: ClientEvent): boolean {
    const previous = this.#state;
    const next = clientStates[previous].on[event];
    if (next === undefined) return false;
    this.#state = next;
    if (next !== previous) this.#events.state.emit(next, previous);
    return true;
  }
}
