import { EarlyArrivals } from './early-arrivals.js';
import type { EarlyBudget } from './early-budget.js';
import { http3Code } from './http3-error.js';
import type { WebTransportSession } from './webtransport-session.js';
import type { WebTransportStream } from './webtransport-stream.js';

/**
 * The sessions of a connection by id, and what has come for sessions that aren't there yet: a stream or datagram may
 * overtake the CONNECT (draft-ietf-webtrans-http3, 4.6).
 */
export class SessionTable {
  readonly budget: EarlyBudget;
  readonly #knowsAll: boolean;
  readonly #sessions = new Map<number, WebTransportSession>();
  readonly #early = new Map<number, EarlyArrivals>();
  /** The highest session that is over. What names it, or one before it that isn't known, comes too late. */
  #lastOver = -1;

  /** @param knowsAll nobody else asks for sessions: an unknown one never comes (the client's side) */
  constructor(knowsAll: boolean, budget: EarlyBudget) {
    this.#knowsAll = knowsAll;
    this.budget = budget;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(sessionId: number): WebTransportSession | undefined {
    return this.#sessions.get(sessionId);
  }

  all(): WebTransportSession[] {
    return [...this.#sessions.values()];
  }

  add(session: WebTransportSession): void {
    this.#sessions.set(session.id, session);
  }

  /** What has come for a session that is about to be added. */
  takeEarly(sessionId: number): EarlyArrivals {
    const early = this.#early.get(sessionId) ?? new EarlyArrivals(this.budget);
    this.#early.delete(sessionId);
    return early;
  }

  /** A session is over, or won't be: refuses what names it or those before it, now and later. */
  remove(sessionId: number): void {
    this.#sessions.delete(sessionId);
    this.#lastOver = Math.max(this.#lastOver, sessionId);
    for (const [id, early] of this.#early) {
      if (id > this.#lastOver) continue;
      this.#early.delete(id);
      early.refuse();
    }
  }

  /** The peer opened a stream. */
  receiveStream(stream: WebTransportStream): void {
    const session = this.#sessions.get(stream.sessionId);
    if (session !== undefined) session.receiveStream(stream);
    else if (this.#mayCome(stream.sessionId)) this.#withEarly(stream.sessionId, (early) => early.addStream(stream));
    else stream.abandon(http3Code.WEBTRANSPORT_SESSION_GONE);
  }

  receiveDatagram(sessionId: number, bytes: Uint8Array): void {
    const session = this.#sessions.get(sessionId);
    if (session !== undefined) session.receiveDatagram(bytes);
    else if (this.#mayCome(sessionId)) this.#withEarly(sessionId, (early) => early.addDatagram(bytes));
  }

  #mayCome(sessionId: number): boolean {
    return !this.#knowsAll && sessionId > this.#lastOver;
  }

  #withEarly(sessionId: number, add: (early: EarlyArrivals) => void): void {
    const early = this.#early.get(sessionId) ?? new EarlyArrivals(this.budget);
    add(early);
    // Only what takes from the budget takes a place here.
    if (!early.isEmpty) this.#early.set(sessionId, early);
  }
}
