import type { Connection } from '../transport/transport.js';
import { CloseCode } from '../protocol/protocol.js';
import { Reason } from '../protocol/message-codec.js';
import { Session, type SessionParts } from './session.js';
import type { SessionState } from './session-state.js';

/** All sessions of this gateway, by id; each is here exactly as long as its Connection stands. */
export class SessionManager {
  readonly #parts: SessionParts;
  readonly #maxSessions: number;
  readonly #randomId: () => string;
  readonly #sessions = new Map<string, Session>();
  #accepting = true;
  #whenEmpty: (() => void) | undefined;
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

  /** Sessions by state; walks them all, for metrics only. */
  countByState(): Map<SessionState, number> {
    const counts = new Map<SessionState, number>();
    for (const { state } of this.#sessions.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  /** Serves a new Connection. */
  accept(connection: Connection): void {
    if (!this.#accepting || this.#sessions.size >= this.#maxSessions) {
      this.refused++;
      connection.close(CloseCode.CLOSE_DRAINING, this.#accepting ? 'the gateway is full' : 'the gateway is stopping');
      return;
    }
    const session = new Session(this.#randomId(), connection, this.#parts, (closed) => this.#remove(closed));
    this.#sessions.set(session.sessionId, session);
    session.start();
  }

  get(sessionId: string): Session | undefined {
    return this.#sessions.get(sessionId);
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
    if (this.#sessions.size > 0) await new Promise<void>((resolve) => (this.#whenEmpty = resolve));
  }

  /** Drops the connections that did not close in time. */
  abort(): number {
    const left = [...this.#sessions.values()];
    for (const session of left) session.connection.abort();
    return left.length;
  }

  #remove(session: Session): void {
    this.#sessions.delete(session.sessionId);
    if (this.#sessions.size === 0) this.#whenEmpty?.();
  }
}
