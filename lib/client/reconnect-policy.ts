import { CloseCode, reconnects } from '../protocol/protocol.js';
import { Reason } from '../protocol/message-codec.js';

export interface BackoffOptions {
  /** Upper bound of the first wait, in ms; it doubles with every failure. */
  readonly baseMs: number;
  /** No wait is longer, in ms. */
  readonly maxMs: number;
  /** A session that was active for this long ends the series of failures, in ms. */
  readonly stableMs: number;
}

export const defaultBackoff: BackoffOptions = { baseMs: 250, maxMs: 20_000, stableMs: 10_000 };

const REFUSAL_BURST: number = CloseCode.CLOSE_REFUSAL_BURST;

/** Shortest wait after a burst of refusals, in ms: the gateway asks for a delay, and the frame may be lost. */
const REFUSAL_BURST_MS = 5_000;

/** How and why a session ended, whatever told it first: a Kick, an Error or the close code (PROTOCOL 6). */
export interface Parting {
  /** One of CloseCode; 0 when the link just broke. */
  readonly code: number;
  readonly reason: string;
}

/** Whether the client comes back by itself. */
export function comesBack(parting: Parting): boolean {
  return reconnects(parting.code);
}

/**
 * How long to wait before the next attempt: exponential with full jitter, so that many clients of one lost gateway come
 * back spread out.
 * @param failures attempts and unstable sessions since the last stable one
 * @param random from 0 up to, not including, 1
 * @param askedMs how long to stay away at least
 */
export function reconnectDelay(
  options: BackoffOptions,
  failures: number,
  parting: Parting,
  random: number,
  askedMs = 0,
): number {
  const ceiling = Math.min(options.maxMs, options.baseMs * 2 ** Math.min(failures, 30));
  const floor = parting.code === REFUSAL_BURST ? REFUSAL_BURST_MS : 0;
  return Math.max(floor, askedMs) + random * ceiling;
}

/** The close code that says the same as a Kick. */
export function kickCode(reason: Reason): number {
  return kickCodes.get(reason) ?? CloseCode.CLOSE_KICKED;
}

/** The Kick that says the same as a close code, in case the frame was lost. */
export function kickReason(code: number): Reason | undefined {
  for (const [reason, kickedWith] of kickCodes) if (kickedWith === code) return reason;
  return undefined;
}

const kickCodes: ReadonlyMap<Reason, number> = new Map<Reason, number>([
  [Reason.REPLACED, CloseCode.CLOSE_REPLACED],
  [Reason.KICKED, CloseCode.CLOSE_KICKED],
  [Reason.LOGOUT, CloseCode.CLOSE_LOGOUT],
  [Reason.SLOW, CloseCode.CLOSE_SLOW],
  [Reason.DRAINING, CloseCode.CLOSE_DRAINING],
  [Reason.LOGIN_EXPIRED, CloseCode.CLOSE_LOGIN_EXPIRED],
  [Reason.HEARTBEAT, CloseCode.CLOSE_HEARTBEAT],
  [Reason.LEASE_LOST, CloseCode.CLOSE_LEASE_LOST],
]);

/**
 * The close code that goes with an Error frame, for a link that broke before the code came. 401 is taken for a token
 * that doesn't hold, 408 and what isn't known for something that passes.
 */
export function errorCode(code: number): number {
  return errorCodes[code] ?? CloseCode.CLOSE_INTERNAL;
}

const errorCodes: Partial<Record<number, number>> = {
  400: CloseCode.CLOSE_PROTOCOL,
  401: CloseCode.CLOSE_UNAUTHENTICATED,
  403: CloseCode.CLOSE_IDENTITY_MISMATCH,
  408: CloseCode.CLOSE_LOGIN_TIMEOUT,
  409: CloseCode.CLOSE_REPLACED,
  413: CloseCode.CLOSE_FRAME_TOO_LARGE,
  426: CloseCode.CLOSE_UNSUPPORTED_PROTOCOL,
  429: CloseCode.CLOSE_REFUSAL_BURST,
  503: CloseCode.CLOSE_LOGIN_UNAVAILABLE,
};
