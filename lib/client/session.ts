import type { CancelTimer, Clock } from '../clock.js';
import { GatesvrError } from '../errors.js';
import { Reason, Resume } from '../protocol/message-codec.js';
import type { ClientFrameInit, Item, Reconnect, ServerFrame, Welcome } from '../protocol/message-codec.js';
import { CloseCode, LOGIN_FRAME_BYTES, PROTOCOL_VERSION } from '../protocol/protocol.js';
import type { Connection, TransportName } from '../transport/transport.js';
import type { ClientCounters } from './client-counters.js';
import type { Delivery } from './delivery.js';
import type { Inbox, Lost, Verdict } from './inbox.js';
import { Link } from './link.js';
import type { LinkOwner } from './link.js';
import type { PendingRequests } from './pending-requests.js';
import { errorCode, kickCode, kickReason } from './reconnect-policy.js';
import type { Parting } from './reconnect-policy.js';

/** What a Session shares with those before and after it: everything that outlives a connection. */
export interface SessionParts {
  readonly clock: Clock;
  readonly inbox: Inbox;
  readonly pending: PendingRequests;
  readonly delivery: Delivery;
  readonly counters: ClientCounters;
  readonly ackDelayMs: number;
  /** Longest wait for Welcome, in ms. */
  readonly welcomeTimeoutMs: number;
}

/** What a Session tells; nothing after `ended`, which is called once, and nothing once it was left. */
export interface SessionOwner {
  /** The epoch whose numbers the client goes by; '' before the first. */
  readonly epoch: string;
  /** Whether requests may be written now. */
  readonly mayRequest: boolean;
  welcomed(welcome: Welcome, verdict: Verdict, lost: Lost | undefined): void;
  replayed(): void;
  redirected(reconnect: Reconnect): void;
  kicked(reason: Reason, message: string): void;
  slow(queued: number, queuedBytes: number): void;
  /** A request may have ended. */
  progressed(): void;
  ended(parting: Parting, fault?: unknown): void;
}

/** Between Kick or Error and the close that follows it pass at most 1 s on the gateway and one trip. */
const PARTING_MS = 2_000;

const DEFAULT_HEARTBEAT_MS = 10_000;

/** One connection from Hello to its end, on the client's side: PROTOCOL 2, 3 and 5 on the durable parts it is given. */
export class Session implements LinkOwner {
  readonly #parts: SessionParts;
  readonly #owner: SessionOwner;
  readonly #link: Link;
  #isWelcome = false;
  #isReplaying = false;
  /** What a last frame said, in case the close code gets lost. */
  #parting: Parting | undefined;
  #wasKicked = false;
  #cancelTimer: CancelTimer | undefined;

  constructor(connection: Connection, parts: SessionParts, owner: SessionOwner) {
    this.#parts = parts;
    this.#owner = owner;
    this.#link = new Link(connection, parts, this);
  }

  get transport(): TransportName {
    return this.#link.transport;
  }

  get roundTripMs(): number | undefined {
    return this.#link.roundTripMs;
  }

  /** Resolves when the connection is over, soon after `leave` or `drop`. */
  get gone(): Promise<void> {
    return this.#link.gone;
  }

  /** Sends Hello. */
  start(hello: NonNullable<ClientFrameInit['hello']>): void {
    const features = this.#link.hasDatagrams ? ['ping', 'datagram'] : ['ping'];
    this.#link.open();
    this.#cancelTimer = this.#parts.clock.after(this.#parts.welcomeTimeoutMs, () => {
      this.#link.drop();
      this.#end({ code: 0, reason: 'no Welcome in time' });
    });
    const lastServerSeq = this.#parts.inbox.resumeFrom;
    const fits = this.#link.send({ hello: { protocol: PROTOCOL_VERSION, ...hello, lastServerSeq, features } });
    if (!fits) this.#link.fail(new GatesvrError('FRAME_TOO_LARGE', 'token and headers exceed the limit of Hello'));
  }

  /** Writes requests while the connection takes them. */
  flush(): void {
    const { pending, clock, counters } = this.#parts;
    for (let request = pending.next; request !== undefined; request = pending.next) {
      if (!this.#isWelcome || !this.#link.isWritable || this.#link.isLeft || !this.#owner.mayRequest) return;
      const { action, payload, headers, deadline } = request.init;
      const timeoutMs = Number.isFinite(deadline) ? Math.max(1, Math.ceil(deadline - clock.now())) : 0;
      const seq = pending.nextSeq;
      if (this.#link.send({ seq, request: { action, payload, headers, timeoutMs } })) {
        pending.wrote();
        counters.written++;
      } else {
        pending.refuseNext('PAYLOAD_TOO_LARGE');
      }
    }
  }

  cancel(clientSeq: number): void {
    if (this.#isWelcome) this.#link.send({ cancel: { clientSeq } });
  }

  /** The ack that may be sent has grown. */
  acknowledge(): void {
    this.#link.acknowledge();
  }

  /** Says Bye and closes. */
  leave(reason: Reason): void {
    this.#cancelTimer?.();
    this.#link.send({ bye: { reason } });
    if (reason === Reason.LOGOUT) this.#link.leave(CloseCode.CLOSE_LOGOUT, 'logout');
    else this.#link.leave(CloseCode.CLOSE_LEAVING, 'leaving');
  }

  /** Breaks the link. */
  drop(): void {
    this.#cancelTimer?.();
    this.#link.drop();
  }

  // -- LinkOwner

  frame(frame: ServerFrame, bytes: number): void {
    if (frame.seq > 0) this.#unit(frame, bytes);
    else this.#control(frame);
  }

  writable(): void {
    this.flush();
  }

  ended(close: Parting, fault?: unknown): void {
    const code = close.code === 0 ? (this.#parting?.code ?? 0) : close.code;
    const reason = kickReason(code);
    if (!this.#wasKicked && reason !== undefined) this.#owner.kicked(reason, close.reason);
    this.#end({ code, reason: this.#parting?.reason ?? close.reason }, fault);
  }

  #unit(frame: ServerFrame, bytes: number): void {
    const { inbox, delivery, counters } = this.#parts;
    if (!this.#isWelcome) throw new GatesvrError('PROTOCOL_ERROR', 'a unit before Welcome');
    const judgement = inbox.judge(frame.seq, frame.first);
    if (judgement === 'gap') {
      throw new GatesvrError('PROTOCOL_ERROR', `unit ${frame.first || frame.seq} follows ${inbox.position}`);
    }
    if (judgement === 'duplicate') {
      counters.duplicates++;
      return;
    }
    counters.received++;
    if (this.#isReplaying) counters.replayed++;
    const voids = inbox.voidsBefore(frame.seq);
    counters.voids += voids;
    // An unknown body settles its number like any other (PROTOCOL 1).
    delivery.deliver(frame.seq, frame.body === 'delivery' ? frame.delivery.items : [], this.#isReplaying, voids);
    inbox.settle(frame.seq, bytes);
    if (this.#link.isLeft) return;
    if (inbox.due === 'now') this.#link.acknowledge();
    this.#owner.progressed();
  }

  #control(frame: ServerFrame): void {
    switch (frame.body) {
      case 'welcome':
        this.#welcome(frame.welcome);
        break;
      case 'delivery':
        this.#volatile(frame.delivery.items);
        break;
      case 'replayed':
        this.#replayed();
        break;
      case 'kick':
        this.#wasKicked = true;
        this.#part({ code: kickCode(frame.kick.reason), reason: frame.kick.message || Reason[frame.kick.reason] });
        this.#owner.kicked(frame.kick.reason, frame.kick.message);
        break;
      case 'error':
        this.#part({ code: errorCode(frame.error.code), reason: frame.error.message });
        break;
      case 'reconnect':
        this.#owner.redirected(frame.reconnect);
        break;
      case 'slow':
        this.#owner.slow(frame.slow.queued, frame.slow.queuedBytes);
        break;
      default:
      // Ping and Pong are the link's; Refreshed and what later versions bring is skipped.
    }
  }

  /** Without a number: it settles nothing and answers nothing. Before Welcome there is nobody to give it to. */
  #volatile(items: readonly Item[]): void {
    const { counters, delivery } = this.#parts;
    if (!this.#isWelcome) {
      counters.earlyVolatiles++;
      return;
    }
    counters.volatiles++;
    delivery.deliver(
      0,
      items.filter(({ kind }) => kind === 'notify'),
      false,
      0,
    );
  }

  #welcome(welcome: Welcome): void {
    if (this.#isWelcome) throw new GatesvrError('PROTOCOL_ERROR', 'a second Welcome');
    if (welcome.protocol > PROTOCOL_VERSION) {
      throw new GatesvrError('UNSUPPORTED_PROTOCOL', `the gateway speaks ${welcome.protocol}`);
    }
    const { inbox, pending, counters } = this.#parts;
    this.#cancelTimer?.();
    this.#isWelcome = true;
    this.#isReplaying = true;
    const verdict = verdictOf(welcome, this.#owner.epoch);
    const lost = verdict === 'PARTIAL' ? { from: welcome.lostFrom, to: welcome.lostTo } : undefined;
    counters.resumes[verdict]++;
    if (lost !== undefined) counters.lost += lost.to - lost.from + 1;
    inbox.begin(verdict, welcome.nextServerSeq, lost);
    this.#link.welcomed(
      welcome.maxFrameBytes || LOGIN_FRAME_BYTES,
      welcome.heartbeatIntervalMs || DEFAULT_HEARTBEAT_MS,
    );
    const cancels = pending.resume(verdict, welcome.lastClientSeq, welcome.inFlight);
    this.#owner.welcomed(welcome, verdict, lost);
    // Whatever comes first confirms the Welcome's resume token (PROTOCOL 5).
    this.#link.send({});
    for (const clientSeq of cancels) this.cancel(clientSeq);
    this.flush();
  }

  #replayed(): void {
    if (!this.#isReplaying) throw new GatesvrError('PROTOCOL_ERROR', 'Replayed without a replay');
    this.#isReplaying = false;
    this.#parts.pending.replayed();
    this.#owner.replayed();
    this.flush();
    if (!this.#link.isLeft) this.#owner.progressed();
  }

  /** A last frame: the close is on its way. */
  #part(parting: Parting): void {
    this.#parting ??= parting;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#parts.clock.after(PARTING_MS, () => {
      this.#link.drop();
      this.#end(this.#parting ?? parting);
    });
  }

  #end(parting: Parting, fault?: unknown): void {
    this.#cancelTimer?.();
    this.#owner.ended(parting, fault);
  }
}

/** An unknown value reads as FRESH, and so does an epoch that isn't the one the position belongs to. */
function verdictOf(welcome: Welcome, epoch: string): Verdict {
  if (welcome.epoch !== epoch) return 'FRESH';
  if (welcome.resume === Resume.FULL) return 'FULL';
  return welcome.resume === Resume.PARTIAL ? 'PARTIAL' : 'FRESH';
}
