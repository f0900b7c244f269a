import { GatesvrError } from '../errors.js';
import { Reason } from '../protocol/message-codec.js';
import type { Response } from '../protocol/message-codec.js';
import { CloseCode } from '../protocol/protocol.js';
import { TimerWheel } from '../timer-wheel.js';
import type { TransportName } from '../transport/transport.js';
import { newClientCounters } from './client-counters.js';
import type { ClientCounters } from './client-counters.js';
import { ClientEvents } from './client-events.js';
import { resolveOptions } from './client-options.js';
import type { ClientOptions, ResolvedOptions, SavedState } from './client-options.js';
import type { ClientState } from './client-state.js';
import type { ClientPlatform } from './connector.js';
import { Delivery } from './delivery.js';
import type { NotifyHandler, UnitObserver } from './delivery.js';
import { Inbox } from './inbox.js';
import type { Lost, Verdict } from './inbox.js';
import { encodePayload } from './payload.js';
import type { Payload } from './payload.js';
import { PendingRequest, PendingRequests } from './pending-requests.js';
import type { Parting } from './reconnect-policy.js';
import { Reconnector } from './reconnector.js';
import type { SessionInfo } from './reconnector.js';
import type { Reply } from './reply.js';

export interface RequestOptions {
  /** How long the caller waits, in ms; Infinity: until the client is closed. */
  readonly timeout?: number;
  /** Executing it twice does no harm: when its outcome is unknown after a reconnect it is sent again. */
  readonly idempotent?: boolean;
  /** Stops waiting. */
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A player's end of a gateway. It keeps one session at a time and finds a new one when that is lost; each server message
 * reaches its handlers once and in order, and each request ends once, whatever happens to links.
 *
 * Register handlers before `connect`, or in the same turn: they then miss nothing of a replay. Handlers are synchronous;
 * when those of a unit have returned the unit counts as processed, also if one threw. A request's promise goes on after
 * the handlers of its whole unit, the notifies placed after its Response included; who must see everything in its place
 * uses `onUnit`.
 */
export class GatesvrClient {
  readonly #options: ResolvedOptions;
  readonly #platform: ClientPlatform;
  readonly #wheel: TimerWheel;
  readonly #counters = newClientCounters();
  readonly #events = new ClientEvents(this.#counters);
  readonly #delivery = new Delivery(this.#events.reportHandler, (response) => this.#answered(response));
  readonly #inbox: Inbox;
  readonly #pending: PendingRequests;
  readonly #reconnector: Reconnector;

  /** @throws GatesvrError BAD_CONFIG */
  constructor(options: ClientOptions, platform: ClientPlatform) {
    this.#options = resolveOptions(options);
    this.#platform = platform;
    this.#wheel = new TimerWheel(platform.clock);
    const { state, ack, ackUnits, ackBytes, maxPendingRequests, maxPendingBytes } = this.#options;
    this.#inbox = new Inbox({ mode: ack, units: ackUnits, bytes: ackBytes }, state?.position);
    this.#pending = new PendingRequests({ requests: maxPendingRequests, bytes: maxPendingBytes });
    const parts = {
      clock: platform.clock,
      inbox: this.#inbox,
      pending: this.#pending,
      delivery: this.#delivery,
      counters: this.#counters,
      ackDelayMs: this.#options.ackDelayMs,
      welcomeTimeoutMs: this.#options.welcomeTimeoutMs,
    };
    this.#reconnector = new Reconnector(this.#options, platform, parts, this.#events);
  }

  // -- the connection

  /**
   * Connects, and keeps connected until `close`. While it waits before the next attempt: makes it now; while a transport
   * serves that isn't the most wanted: tries the better one now. To call when the network has changed.
   */
  connect(): void {
    this.#reconnector.connect();
  }

  /**
   * Waits until the client is active: logged in, the replay over.
   * @throws GatesvrError CLIENT_CLOSED when the client ends first, with the reason
   */
  ready(): Promise<void> {
    if (this.#reconnector.state === 'active') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = this.#events.state.add((state) => {
        if (state !== 'active') return;
        stop();
        resolve();
      });
      void this.closed.then(({ code, reason }) => {
        stop();
        reject(new GatesvrError('CLIENT_CLOSED', `${reason} (${code})`));
      });
    });
  }

  /**
   * Ends the client and all that waits on it; resolves when the link is gone, 2 s later at most. The gateway keeps the
   * player for its resume window, or ends it at once with `logout`. Without a session it can't be told: the window runs
   * out by itself.
   */
  async close({ logout = false }: { readonly logout?: boolean } = {}): Promise<void> {
    if (logout) this.#reconnector.finish({ code: CloseCode.CLOSE_LOGOUT, reason: 'logout' }, Reason.LOGOUT);
    else this.#reconnector.finish({ code: CloseCode.CLOSE_LEAVING, reason: 'closed' }, Reason.LEAVING);
    await this.closed;
  }

  /** How the client ended: by `close`, or because the gateway doesn't want it back. Never rejects. */
  get closed(): Promise<Parting> {
    return this.#reconnector.closed;
  }

  /**
   * Breaks the link as a failing network would, whatever phase it is in. A test aid: what it interrupts is repaired like
   * any other loss.
   * @param awayMs how long to stay away at least
   */
  dropLink(awayMs = 0): void {
    this.#reconnector.drop(awayMs);
  }

  /**
   * What to store in order to go on after a restart; undefined before the first Welcome. With `ack: 'saved'` what it
   * covers is acknowledged.
   */
  state(): SavedState | undefined {
    const { epoch, resumeToken, session } = this.#reconnector;
    if (epoch === '') return undefined;
    this.#inbox.save();
    session?.acknowledge();
    return { epoch, resumeToken, position: this.#inbox.position };
  }

  // -- requests

  /**
   * Asks a service. Resolves with the Reply when its code is 2xx. In any state: without a session the request waits for
   * one, within the limits of the options. Bytes given as `payload` belong to the client from then on.
   * @throws RequestError in every other case, within `timeout` at the latest; TypeError for a payload that is none
   */
  request(action: string, payload?: Payload, options: RequestOptions = {}): Promise<Reply> {
    const { timeout = this.#options.timeoutMs, signal, headers = {}, idempotent = false } = options;
    return new Promise((resolve, reject) => {
      const abandon = (): void => this.#giveUp(request, 'CANCELLED', signal?.reason);
      const finish = (): void => {
        this.#wheel.disarm(request);
        signal?.removeEventListener('abort', abandon);
      };
      const request = new PendingRequest({
        action,
        payload: encodePayload(payload),
        headers,
        idempotent,
        deadline: this.#platform.clock.now() + timeout,
        answered: (reply) => {
          finish();
          resolve(reply);
        },
        failed: (error) => {
          finish();
          reject(error);
        },
        timedOut: () => this.#giveUp(request, 'CALLER_TIMEOUT'),
      });
      this.#counters.requests++;
      if (this.#reconnector.end !== undefined) request.fail('CLIENT_CLOSED');
      else if (signal?.aborted === true) request.fail('CANCELLED', signal.reason);
      else if (this.#pending.add(request)) {
        signal?.addEventListener('abort', abandon);
        if (Number.isFinite(timeout)) this.#wheel.arm(request, timeout);
        this.#reconnector.session?.flush();
      }
    });
  }

  #giveUp(request: PendingRequest, error: 'CANCELLED' | 'CALLER_TIMEOUT', cause?: unknown): void {
    if (this.#pending.giveUp(request, error, cause)) this.#reconnector.session?.cancel(request.seq);
  }

  #answered(response: Response): void {
    const what = this.#pending.answer(response);
    if (what === 'answered') this.#counters.answered++;
    else if (what === 'late') this.#counters.late++;
    else this.#counters.strays++;
  }

  // -- handlers: each of these returns a function that takes the handler back

  /** @param topic a whole topic, or `*` for all */
  onNotify(topic: string, handler: NotifyHandler): () => void {
    return this.#delivery.onNotify(topic, handler);
  }

  /** Sees every unit (seq 0: volatile) with its items in order, before other handlers. For checkers and displays. */
  onUnit(observer: UnitObserver): () => void {
    return this.#delivery.onUnit(observer);
  }

  onStateChange(handler: (state: ClientState, previous: ClientState) => void): () => void {
    return this.#events.state.add(handler);
  }

  /** Called on every Welcome, before its replay. `lost`: with PARTIAL, the numbers that won't come. */
  onResume(handler: (verdict: Verdict, reason: string, lost: Lost | undefined) => void): () => void {
    return this.#events.resume.add(handler);
  }

  /** The gateway ends the session; `reason` is one of the protocol's, such as REPLACED or KICKED. */
  onKick(handler: (reason: string, message: string) => void): () => void {
    return this.#events.kick.add(handler);
  }

  /** So much waits on the gateway, unacknowledged, that it will soon cut this client. */
  onSlow(handler: (queued: number, queuedBytes: number) => void): () => void {
    return this.#events.slow.add(handler);
  }

  /**
   * What went wrong and is nobody's answer: a handler that threw, a token that couldn't be had, an attempt that failed,
   * a frame that can't be. Without a handler it goes to the console.
   */
  onError(handler: (error: unknown) => void): () => void {
    return this.#events.fault.add(handler);
  }

  // -- how it stands

  get connectionState(): ClientState {
    return this.#reconnector.state;
  }

  /** What the session goes over now; undefined without one. */
  get transport(): TransportName | undefined {
    return this.#reconnector.session?.transport;
  }

  /** From the last Welcome. */
  get session(): SessionInfo | undefined {
    return this.#reconnector.info;
  }

  /** Last server seq that was processed, and last that the gateway was told of. */
  get progress(): { readonly position: number; readonly acknowledged: number } {
    return { position: this.#inbox.position, acknowledged: this.#inbox.acknowledged };
  }

  /** Requests that wait to be written, and those written but not answered. */
  get pendingRequests(): { readonly waiting: number; readonly underWay: number } {
    return { waiting: this.#pending.waiting, underWay: this.#pending.underWay };
  }

  /** Of the last heartbeat, in ms. */
  get roundTripMs(): number | undefined {
    return this.#reconnector.session?.roundTripMs;
  }

  get counters(): Readonly<ClientCounters> {
    return { ...this.#counters, resumes: { ...this.#counters.resumes } };
  }
}
