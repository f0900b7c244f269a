import { Outcome } from '../protocol/message-codec.js';
import type { Response } from '../protocol/message-codec.js';
import type { ErrorName } from '../errors.js';
import { errorTable } from '../errors.js';
import { Message } from './payload.js';

/**
 * Who ended a request. `ANSWERED`: the service, its own errors included. `NOT_EXECUTED`: it never reached a service, and
 * sending it again is safe. `UNKNOWN`: it may or may not have been executed.
 */
export type RequestOutcome = 'ANSWERED' | 'NOT_EXECUTED' | 'UNKNOWN';

/** The Response to a request. */
export class Reply extends Message {
  readonly code: number;
  readonly message: string;
  readonly outcome: RequestOutcome;
  /** The number under which the request was accepted; with the epoch it is its idempotency key. */
  readonly clientSeq: number;

  constructor(response: Response) {
    super(response.payload, response.headers);
    this.code = response.code;
    this.message = response.message;
    this.outcome = outcomeName(response.outcome);
    this.clientSeq = response.clientSeq;
  }

  get ok(): boolean {
    return this.code >= 200 && this.code < 300;
  }
}

/**
 * Why a request failed. `reply` is there when a Response came whose code isn't 2xx; otherwise the client ended the
 * request itself and `error` says why: `CALLER_TIMEOUT`, `CANCELLED`, `OUTCOME_UNKNOWN`, `PAYLOAD_TOO_LARGE`,
 * `TOO_MANY_WAITING` or `CLIENT_CLOSED`.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  private constructor(
    message: string,
    /** As in HTTP. */
    readonly code: number,
    readonly outcome: RequestOutcome,
    /** 0 when the request was never written. */
    readonly clientSeq: number,
    readonly error: ErrorName | undefined,
    readonly reply: Reply | undefined,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }

  static fromReply(action: string, reply: Reply): RequestError {
    const message = `${action}: ${reply.message === '' ? `code ${reply.code}` : reply.message}`;
    return new RequestError(message, reply.code, reply.outcome, reply.clientSeq, undefined, reply);
  }

  /** @param clientSeq 0 when it never had a number */
  static local(
    action: string,
    error: ErrorName,
    outcome: RequestOutcome,
    clientSeq: number,
    cause?: unknown,
  ): RequestError {
    const { code, text } = errorTable[error];
    return new RequestError(`${action}: ${text}`, code, outcome, clientSeq, error, undefined, cause);
  }
}

/** A value from a later version of the protocol promises nothing. */
function outcomeName(outcome: Outcome): RequestOutcome {
  if (outcome === Outcome.ANSWERED) return 'ANSWERED';
  return outcome === Outcome.NOT_EXECUTED ? 'NOT_EXECUTED' : 'UNKNOWN';
}
