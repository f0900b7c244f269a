/**
 * Every error gatesvr can give, in one table: what the client sees, how a session that ends with it is closed, what a
 * gRPC caller is told, and whether trying again helps. `docs/errors.md` is generated from it.
 *
 * `code` is HTTP's where HTTP has one (PROTOCOL 8). `closeCode` is set where the error ends the session; 4000–4499 tell
 * the client to reconnect, 4500–4999 not to (PROTOCOL 6, numbers in `gateway.proto`). `grpcStatus` is the status number
 * of the gRPC specification.
 */
export interface ErrorKind {
  readonly code: number;
  readonly text: string;
  readonly closeCode?: number;
  readonly grpcStatus: number;
  readonly retry: boolean;
}

export const errorTable = {
  // The client's fault: what it sent can't be read or breaks the protocol.
  BAD_FRAME: { code: 400, text: 'the frame cannot be read', closeCode: 4500, grpcStatus: 3, retry: false },
  FRAME_TOO_LARGE: { code: 413, text: 'the frame is over the limit', closeCode: 4501, grpcStatus: 8, retry: false },
  PROTOCOL_ERROR: { code: 400, text: 'the protocol was broken', closeCode: 4500, grpcStatus: 9, retry: false },
  UNSUPPORTED_PROTOCOL: {
    code: 426,
    text: 'no protocol version in common',
    closeCode: 4502,
    grpcStatus: 12,
    retry: false,
  },

  // Login and the end of sessions.
  UNAUTHENTICATED: { code: 401, text: 'not logged in', closeCode: 4503, grpcStatus: 16, retry: false },
  IDENTITY_MISMATCH: {
    code: 403,
    text: 'the player id is not the one that logged in',
    closeCode: 4504,
    grpcStatus: 7,
    retry: false,
  },
  LOGIN_TIMEOUT: { code: 408, text: 'no login in time', closeCode: 4002, grpcStatus: 4, retry: true },
  LOGIN_UNAVAILABLE: { code: 503, text: 'login is not possible now', closeCode: 4003, grpcStatus: 14, retry: true },
  LOGIN_EXPIRED: { code: 401, text: 'the login has expired', closeCode: 4004, grpcStatus: 16, retry: true },
  HEARTBEAT_TIMEOUT: { code: 408, text: 'nothing heard in time', closeCode: 4005, grpcStatus: 4, retry: true },
  SLOW_CONSUMER: {
    code: 408,
    text: 'too much is unacknowledged for too long',
    closeCode: 4008,
    grpcStatus: 8,
    retry: true,
  },
  REFUSAL_BURST: { code: 429, text: 'too many refused requests', closeCode: 4429, grpcStatus: 8, retry: true },
  REPLACED: { code: 409, text: 'the player logged in elsewhere', closeCode: 4505, grpcStatus: 10, retry: false },

  // A request that is refused; the session goes on.
  FORBIDDEN: { code: 403, text: 'the login does not grant this action', grpcStatus: 7, retry: false },
  NO_ROUTE: { code: 404, text: 'no service takes this action', grpcStatus: 12, retry: false },
  PAYLOAD_TOO_LARGE: { code: 413, text: 'the message is over the limit', grpcStatus: 8, retry: false },
  RATE_LIMITED: { code: 429, text: 'too many requests', grpcStatus: 8, retry: true },
  TOO_MANY_PENDING: { code: 429, text: 'too many requests are pending', grpcStatus: 8, retry: true },
  NOT_IMPLEMENTED: { code: 501, text: 'this gateway does not know the message', grpcStatus: 12, retry: false },
  OVERLOADED: { code: 503, text: 'the service is busy, try again later', grpcStatus: 14, retry: true },
  DRAINING: { code: 503, text: 'the gateway is shutting down', closeCode: 4001, grpcStatus: 14, retry: true },
  QUEUE_FULL: { code: 507, text: "the player's queue is full", grpcStatus: 8, retry: true },

  // A request whose service failed it.
  CANCELLED: { code: 499, text: 'the caller gave up', grpcStatus: 1, retry: false },
  INTERNAL: { code: 500, text: 'the gateway failed', closeCode: 4006, grpcStatus: 13, retry: true },
  UPSTREAM_FAILED: { code: 502, text: 'the service failed', grpcStatus: 14, retry: true },
  UPSTREAM_UNAVAILABLE: { code: 503, text: 'the service is not reachable', grpcStatus: 14, retry: true },
  UPSTREAM_DEADLINE: { code: 504, text: 'the service did not answer in time', grpcStatus: 4, retry: true },

  // A request that the client SDK ends by itself; these never cross the wire.
  CALLER_TIMEOUT: { code: 408, text: 'no answer within the time the caller gave', grpcStatus: 4, retry: true },
  OUTCOME_UNKNOWN: { code: 502, text: 'whether the request was executed is not known', grpcStatus: 2, retry: false },
  TOO_MANY_WAITING: { code: 429, text: 'too much waits in the client', grpcStatus: 8, retry: true },
  CLIENT_CLOSED: { code: 499, text: 'the client is closed', grpcStatus: 1, retry: false },

  // A push that is refused; most of these go to its sender alone.
  BAD_PUSH: { code: 400, text: 'the push is not a valid one', grpcStatus: 3, retry: false },
  BAD_TOKEN: { code: 401, text: 'the token for pushes is missing or wrong', grpcStatus: 16, retry: false },
  NOT_FOR_PAGES: { code: 403, text: 'pushes are not taken from web pages', grpcStatus: 7, retry: false },
  UNKNOWN_TARGET: { code: 404, text: 'nobody here is the target', grpcStatus: 5, retry: false },
  NOT_JSON: { code: 415, text: 'the content is not declared to be JSON', grpcStatus: 3, retry: false },
  TOO_MANY_PUSHES: { code: 429, text: 'too many pushes are under way', grpcStatus: 8, retry: true },
  OTHER_EPOCH: { code: 409, text: 'the request belongs to another epoch', grpcStatus: 9, retry: false },

  // Starting and connecting; these never cross the wire.
  BAD_CONFIG: { code: 400, text: 'the configuration is wrong', grpcStatus: 3, retry: false },
  LISTEN_FAILED: { code: 500, text: 'the address cannot be listened on', grpcStatus: 14, retry: false },
  BAD_CERTIFICATE: { code: 500, text: 'the certificate or key cannot be used', grpcStatus: 9, retry: false },
  TRANSPORT_UNAVAILABLE: { code: 501, text: 'this platform lacks the transport', grpcStatus: 12, retry: false },
  CONNECT_FAILED: { code: 503, text: 'no connection', grpcStatus: 14, retry: true },
} as const satisfies Record<string, ErrorKind>;

export type ErrorName = keyof typeof errorTable;

/**
 * An error of gatesvr: a row of the table with what was wrong this time. `message` may go to the other side; `cause`
 * is for logs and never crosses the wire.
 */
export class GatesvrError extends Error {
  override readonly name = 'GatesvrError';
  readonly kind: ErrorKind;

  /** @param detail what exactly was wrong, without secrets or internals; the table's text when left out */
  constructor(
    readonly error: ErrorName,
    detail?: string,
    cause?: unknown,
  ) {
    const kind = errorTable[error];
    super(detail === undefined ? kind.text : `${kind.text}: ${detail}`, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}
