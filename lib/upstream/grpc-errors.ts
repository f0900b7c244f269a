import { status as Status, type Metadata, type StatusObject } from '@grpc/grpc-js';
import type { Failure } from '../dispatch/upstream.js';
import { errorTable, GatesvrError, type ErrorName } from '../errors.js';
import { Outcome } from '../protocol/message-codec.js';

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

/** @param headers of a reply that came before the status */
export function callFailure(status: StatusObject, headers: Metadata | undefined): CallFailure {
  const statusName = nameOf(status.code);
  const refusal = serviceRefusals[status.code];
  if (refusal !== undefined && isFromService(status, headers)) {
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
    case Status.OK: // without a message
      return unanswered('UPSTREAM_FAILED', statusName, 'bad_reply');
    case Status.UNAVAILABLE:
      return unanswered('UPSTREAM_FAILED', statusName, 'connect_error');
    case Status.DEADLINE_EXCEEDED:
      return unanswered('UPSTREAM_DEADLINE', statusName, 'timeout');
    case Status.CANCELLED: // by the other side, or by us when nobody waits any more
      return unanswered('UPSTREAM_FAILED', statusName, 'cancelled');
    case Status.RESOURCE_EXHAUSTED: // grpc-js's own: the reply is over the channel's limit
      return unanswered('UPSTREAM_FAILED', statusName, 'bad_reply');
    default:
      return unanswered('UPSTREAM_FAILED', statusName, 'failure');
  }
}

/** The reply came and can't be decoded. */
export function badReply(): CallFailure {
  return unanswered('UPSTREAM_FAILED', 'OK', 'bad_reply');
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
export function loginError(status: StatusObject, headers: Metadata | undefined): GatesvrError {
  const refused = status.code === Status.UNAUTHENTICATED || status.code === Status.PERMISSION_DENIED;
  const name: ErrorName = refused && isFromService(status, headers) ? 'UNAUTHENTICATED' : 'LOGIN_UNAVAILABLE';
  return new GatesvrError(name, undefined, statusError(status));
}

/** A status as an Error, for logs. */
export function statusError({ code, details }: StatusObject): Error {
  return new Error(`${nameOf(code)}: ${details}`);
}

/**
 * Statuses by which a service itself refuses a request: its answer, the request needs no further care. HTTP's codes as
 * google.rpc.Code maps them; the texts are ours, since a status message may tell internals.
 */
const serviceRefusals: Readonly<Partial<Record<Status, { readonly code: number; readonly text: string }>>> = {
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

/**
 * A status that stands for a service's answer must have been sent by one: grpc-js makes the same ones up for an HTTP error
 * of something in between, for a reply over the limit, for a broken stream. What a service sends begins with gRPC's content
 * type, be it headers of a reply or, as usual, the status alone. After headers grpc-js still makes up two.
 */
function isFromService({ code, metadata }: StatusObject, headers: Metadata | undefined): boolean {
  const [contentType] = (headers ?? metadata).get('content-type');
  if (typeof contentType !== 'string' || !contentType.startsWith('application/grpc')) return false;
  return headers === undefined || (code !== Status.RESOURCE_EXHAUSTED && code !== Status.PERMISSION_DENIED);
}

/** A service may send any number. */
function nameOf(code: number): string {
  return (Status as Readonly<Record<number, string | undefined>>)[code] ?? 'UNKNOWN';
}

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
