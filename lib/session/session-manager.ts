import type { Connection } from '../transport/transport.js';
import { CloseCode } from '../protocol/protocol.js';
import { encodeServerFrame, Reason } from '../protocol/message-codec.js';
import { Session, type SessionParts } from './session.js';

/** How long a client for whom there is no room is asked to stay away, in ms. */
const TURNED_AWAY_DELAY_MS = 5_000;

/** All sessions of this gateway, by id; each is here exactly as long as its Connection stands. */
export class SessionManager {
  readonly #parts: SessionParts;
  readonly #maxSessions: number;
  readonly #randomId: () => string;
  readonly #sessions = new Map<string, Session>();
  #accepting = true;
  #whenEmpty: (() => void)[] = [];
  /** Connections served since the start. */
  opened = 0;
  /** Connections turned away because the gateway was full or stopping. */
  refused = 0;

  constructor(parts: SessionParts, maxSessions: number, randomId: () => string) {
    this.#parts = parts;
    this.#maxSessions = maxSessions;
    this.#randomId = randomId;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions that are logged in, and those that aren't yet; walks them all, for metrics only. */
  count(): { authed: number; connected: number } {
    let authed = 0;
    for (const { player } of this.#sessions.values()) if (player !== undefined) authed++;
    return { authed, connected: this.#sessions.size - authed };
  }

  /** Serves a new Connection. */
  accept(connection: Connection): void {
    if (!this.#accepting) this.#turnAway(connection, CloseCode.CLOSE_DRAINING, 'the gateway is stopping');
    else if (this.#sessions.size >= this.#maxSessions) {
      this.#turnAway(connection, CloseCode.CLOSE_LOGIN_UNAVAILABLE, 'the gateway is full');
    } else this.#serve(connection);
  }

  #serve(connection: Connection): void {
    const session = new Session(this.#randomId(), connection, this.#parts, (closed) => this.#remove(closed));
    this.opened++;
    this.#sessions.set(session.sessionId, session);
    this.#parts.counters.traffic[connection.transport].sessions++;
    session.start();
  }

  #turnAway(connection: Connection, code: number, reason: string): void {
    this.refused++;
    connection.write(encodeServerFrame({ reconnect: { delayMs: TURNED_AWAY_DELAY_MS, reason } }));
    connection.close(code, reason);
  }

  /** Refuses new connections and tells every client to come back, spread over `spreadMs`. */
  drain(spreadMs: number, random: () => number): void {
    this.#accepting = false;
    for (const session of this.#sessions.values()) session.drain(Math.round(random() * spreadMs));
  }

  /** Closes every session, what is written first, and resolves when the last Connection is gone. */
  async close(): Promise<void> {
    this.#accepting = false;
    for (const session of this.#sessions.values()) session.release(Reason.DRAINING);
    await this.emptied();
  }

  /** Resolves when no session is left. */
  emptied(): Promise<void> {
    if (this.#sessions.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Drops the connections that did not close in time. */
  abort(): number {
    const left = [...this.#sessions.values()];
    for (const session of left) session.connection.abort();
    return left.length;
  }

  #remove(session: Session): void {
    this.#sessions.delete(session.sessionId);
    this.#parts.counters.traffic[session.connection.transport].sessions--;
    if (this.#sessions.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
