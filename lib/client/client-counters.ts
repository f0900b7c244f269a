import type { Verdict } from './inbox.js';

/** What a client has seen and done since it was made. Plain numbers; they only grow. */
export interface ClientCounters {
  /** Numbered units that reached the application. */
  received: number;
  /** Of those, the ones that came between Welcome and Replayed. */
  replayed: number;
  /** Units that came again and were dropped. */
  duplicates: number;
  /** Numbers that were void: replaced or expired on the gateway. */
  voids: number;
  /** Numbers that the gateway said are lost. */
  lost: number;
  /** Volatile deliveries that reached the application, with or without datagrams. */
  volatiles: number;
  /** Volatile deliveries that came before their session's Welcome and were dropped. */
  earlyVolatiles: number;
  /** Datagrams that held no volatile delivery; dropped. */
  badDatagrams: number;
  /** Requests asked for. */
  requests: number;
  /** Requests written, the ones written again after a reconnect included. */
  written: number;
  /** Requests ended by a Response. */
  answered: number;
  /** Responses to requests whose caller had given up. */
  late: number;
  /** Responses to requests that this client didn't send; dropped. */
  strays: number;
  /** Attempts to connect. */
  attempts: number;
  /** Links that were lost. */
  losses: number;
  /** Sessions by what Welcome said. */
  resumes: Record<Verdict, number>;
  /** Handlers that threw. */
  handlerErrors: number;
}

export function newClientCounters(): ClientCounters {
  return {
    received: 0,
    replayed: 0,
    duplicates: 0,
    voids: 0,
    lost: 0,
    volatiles: 0,
    earlyVolatiles: 0,
    badDatagrams: 0,
    requests: 0,
    written: 0,
    answered: 0,
    late: 0,
    strays: 0,
    attempts: 0,
    losses: 0,
    resumes: { FULL: 0, PARTIAL: 0, FRESH: 0 },
    handlerErrors: 0,
  };
}
