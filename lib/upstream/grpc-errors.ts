import type { Failure } from '../dispatch/upstream.js';
import { errorTable, GatesvrError, type ErrorName } from '../errors.js';
import { Outcome } from '../protocol/message-codec.js';
import { GrpcStatus as Status, type CallStatus } from './grpc-status.js';

/** Every failure of a gRPC call becomes one of gatesvr's codes here, and nowhere else. */
export interface CallFailure extends Failure {
  /** gRPC's name of the status, for metrics. */
  readonly statusName: string;
  readonly errorType: CallErrorType;
  /** The instance may be to blame: counts towards its ejection. */
  readonly suspicious: boolean;
  /** Another try may help, if executing twice does no harm. */
  readonly retryable: boolean;
}

/** Kinds of failed calls, for metrics. service: it said no. bad_reply: it can't be read. */
export type CallErrorType = 'service' | 'connect_error' | 'timeout' | 'cancelled' | 'bad_reply' | 'failure';

export function callFailure(status: CallStatus): CallFailure {
  const statusName = Status[status.code];
  const refusal = serviceRefusals[status.code];
  if (refusal !== undefined && status.fromService) {
    return {
      code: refusal.code,
      message: refusal.text,
      outcome: Outcome.ANSWERED,
      statusName,
      errorType: 'service',
      suspicious: false,
      retryable: false,
    };
  }
  switch (status.code) {
    case Status.OK: // without a message that can be read
      return unanswered('UPSTREAM_FAILED', statusName, 'bad_reply');
    case Status.UNAVAILABLE:
      return unanswered('UPSTREAM_FAILED', statusName, 'connect_error');
    case Status.DEADLINE_EXCEEDED:
      return unanswered('UPSTREAM_DEADLINE', statusName, 'timeout');
    case Status.CANCELLED: // by the other side, or by us when nobody waits any more
      return unanswered('UPSTREAM_FAILED', statusName, 'cancelled');
    case Status.RESOURCE_EXHAUSTED: // ours: the reply is over the limit
      return unanswered('UPSTREAM_FAILED', statusName, 'bad_reply');
    default:
      return unanswered('UPSTREAM_FAILED', statusName, 'failure');
  }
}

/** The reply came and can't be decoded. */
export function badReply(): CallFailure {
  return unanswered('UPSTREAM_FAILED', 'OK', 'bad_reply');
}

/** The request was certainly not processed, and the time or the budget to try again is spent. */
export function notProcessed(outcome: Outcome): CallFailure {
  const { code, text } = errorTable.UPSTREAM_UNAVAILABLE;
  return {
    code,
    message: text,
    outcome,
    statusName: 'UNAVAILABLE',
    errorType: 'connect_error',
    suspicious: false,
    retryable: false,
  };
}

/** The request is over what the channel carries; it was not sent. */
export function requestTooLarge(outcome: Outcome): CallFailure {
  const { code, text } = errorTable.PAYLOAD_TOO_LARGE;
  return {
    code,
    message: text,
    outcome,
    statusName: 'RESOURCE_EXHAUSTED',
    errorType: 'failure',
    suspicious: false,
    retryable: false,
  };
}

/** What a failed Login means: the token was refused, or login isn't possible now. */
export function loginError(status: CallStatus): GatesvrError {
  const refused = status.code === Status.UNAUTHENTICATED || status.code === Status.PERMISSION_DENIED;
  const name: ErrorName = refused && status.fromService ? 'UNAUTHENTICATED' : 'LOGIN_UNAVAILABLE';
  return new GatesvrError(name, undefined, statusError(status));
}

/** A status as an Error, for logs. */
export function statusError({ code, details }: CallStatus): Error {
  return new Error(`${Status[code]}: ${details}`);
}

interface Refusal {
  readonly code: number;
  readonly text: string;
}

/**
 * Statuses by which a service itself refuses a request: its answer, the request needs no further care. HTTP's codes as
 * google.rpc.Code maps them; the texts are ours, since a status message may tell internals.
 */
const serviceRefusals: Readonly<Partial<Record<Status, Refusal>>> = {
  [Status.INVALID_ARGUMENT]: { code: 400, text: 'the service refused an argument' },
  [Status.OUT_OF_RANGE]: { code: 400, text: 'the service refused an argument as out of range' },
  [Status.FAILED_PRECONDITION]: { code: 400, text: 'the service cannot do this in its present state' },
  [Status.UNAUTHENTICATED]: { code: 401, text: 'the service asks for a login' },
  [Status.PERMISSION_DENIED]: { code: 403, text: 'the service does not permit this' },
  [Status.NOT_FOUND]: { code: 404, text: 'the service did not find it' },
  [Status.ALREADY_EXISTS]: { code: 409, text: 'the service has it already' },
  [Status.ABORTED]: { code: 409, text: 'the service aborted because of a conflict' },
  [Status.RESOURCE_EXHAUSTED]: { code: 429, text: 'the service is at a limit' },
  [Status.UNIMPLEMENTED]: { code: 501, text: 'the service does not know this' },
};

function unanswered(name: ErrorName, statusName: string, errorType: CallErrorType): CallFailure {
  const { code, text } = errorTable[name];
  return {
    code,
    message: text,
    outcome: Outcome.UNKNOWN,
    statusName,
    errorType,
    suspicious: errorType === 'connect_error' || errorType === 'timeout' || errorType === 'bad_reply',
    retryable: errorType === 'connect_error' || errorType === 'cancelled',
  };
}
