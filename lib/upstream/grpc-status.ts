/** gRPC's status codes. */
export enum GrpcStatus {
  OK,
  CANCELLED,
  UNKNOWN,
  INVALID_ARGUMENT,
  DEADLINE_EXCEEDED,
  NOT_FOUND,
  ALREADY_EXISTS,
  PERMISSION_DENIED,
  RESOURCE_EXHAUSTED,
  FAILED_PRECONDITION,
  ABORTED,
  OUT_OF_RANGE,
  UNIMPLEMENTED,
  INTERNAL,
  UNAVAILABLE,
  DATA_LOSS,
  UNAUTHENTICATED,
}

/** How a call ended that brought no reply. */
export interface CallStatus {
  /** A service may send any number. */
  readonly code: GrpcStatus;
  /** For logs; it may tell internals. */
  readonly details: string;
  /** The service itself sent it; otherwise it was made up here for an HTTP error, a reset stream, a broken reply. */
  readonly fromService: boolean;
  /**
   * What the service has had of the request. unsent: nothing left this process. refused: the peer says that it processed
   * nothing of it (RFC 9113, 8.7). maybe: it may have been executed.
   */
  readonly handedOver: 'unsent' | 'refused' | 'maybe';
}

/** A status that was made up on this side. */
export function ownStatus(
  code: GrpcStatus,
  details: string,
  handedOver: CallStatus['handedOver'] = 'maybe',
): CallStatus {
  return { code, details, fromService: false, handedOver };
}

/** The status a service sent; UNKNOWN if gRPC has no such (grpc/doc/statuscodes.md). */
export function sentStatus(code: string, message: string | undefined): CallStatus {
  return {
    code: (/^\d+$/.test(code) ? CODES[Number(code)] : undefined) ?? GrpcStatus.UNKNOWN,
    details: message === undefined ? '' : percentDecoded(message),
    fromService: true,
    handedOver: 'maybe',
  };
}

/** For a reply that isn't gRPC: something in between answered (grpc/doc/http-grpc-status-mapping.md). */
export function httpStatus(status: number | undefined, contentType: string | undefined): CallStatus {
  const details = `HTTP ${status ?? 'without a status'}, ${contentType ?? 'without a content type'}`;
  return ownStatus(OF_HTTP.get(status ?? 0) ?? GrpcStatus.UNKNOWN, details);
}

/** For a stream that was reset before its status came (grpc/doc/PROTOCOL-HTTP2.md, "Errors"). */
export function resetStatus(errorCode: number): CallStatus {
  const refused = errorCode === REFUSED_STREAM;
  const code = OF_RESET.get(errorCode) ?? GrpcStatus.INTERNAL;
  return ownStatus(code, `the stream ended with HTTP/2 error ${errorCode}`, refused ? 'refused' : 'maybe');
}

/** @param contentType "application/grpc", with a suffix or parameters or without */
export function isGrpc(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(?:$|[+;])/i.test(contentType);
}

/** By number. */
const CODES = Object.values(GrpcStatus).filter((value): value is GrpcStatus => typeof value === 'number');

const REFUSED_STREAM = 0x7;

const OF_RESET: ReadonlyMap<number, GrpcStatus> = new Map([
  [REFUSED_STREAM, GrpcStatus.UNAVAILABLE],
  [0x5, GrpcStatus.UNKNOWN], // STREAM_CLOSED: gRPC maps it to nothing
  [0x8, GrpcStatus.CANCELLED], // CANCEL
  [0xb, GrpcStatus.RESOURCE_EXHAUSTED], // ENHANCE_YOUR_CALM
  [0xc, GrpcStatus.PERMISSION_DENIED], // INADEQUATE_SECURITY
]);

const OF_HTTP: ReadonlyMap<number, GrpcStatus> = new Map([
  [400, GrpcStatus.INTERNAL],
  [401, GrpcStatus.UNAUTHENTICATED],
  [403, GrpcStatus.PERMISSION_DENIED],
  [404, GrpcStatus.UNIMPLEMENTED],
  [429, GrpcStatus.UNAVAILABLE],
  [502, GrpcStatus.UNAVAILABLE],
  [503, GrpcStatus.UNAVAILABLE],
  [504, GrpcStatus.UNAVAILABLE],
]);

/** What isn't properly encoded stays as it is: a bad message must not hide the status. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
