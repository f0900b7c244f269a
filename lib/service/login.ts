import type { LoginReplyInit, LoginRequest, LogoutRequest } from '../protocol/upstream-codec.js';

/** Who is behind a token. */
export interface LoginResult {
  /** Not empty. Decides the identity, whatever the client hinted. */
  readonly playerId: string;
  readonly zone?: string;
  /** What routes may ask for. */
  readonly roles?: readonly string[];
  /** Goes to the client with its Welcome; at most 48 KiB. */
  readonly data?: Uint8Array;
  /** Milliseconds that the login holds; left out: as long as the gateway allows. */
  readonly expiresInMs?: number;
}

/** Logs players in. A service that has these is a Hello service. */
export interface LoginHandlers {
  /** Throws ServiceError 401 or 403 to refuse the token; any other throw says that login isn't possible now. */
  login(request: LoginRequest): LoginResult | Promise<LoginResult>;
  /** The player has ended: kicked, logged out, or away for too long. Not called on a mere disconnect. */
  logout?(request: LogoutRequest): void | Promise<void>;
}

/** Bytes of `data` that fit into a Welcome (PROTOCOL 1). */
const MAX_DATA = 48 * 1024;

/** @throws TypeError if the result can't be sent: the handler's mistake. */
export function encodeLogin(result: LoginResult): LoginReplyInit {
  const { playerId, data, expiresInMs = 0 } = result;
  if (typeof playerId !== 'string' || playerId === '') throw new TypeError('a login needs a playerId');
  if (data !== undefined && data.length > MAX_DATA) throw new TypeError(`data is over ${MAX_DATA} bytes`);
  if (!Number.isSafeInteger(expiresInMs) || expiresInMs < 0) {
    throw new TypeError(`expiresInMs ${expiresInMs} is not a whole number of milliseconds`);
  }
  return {
    playerId,
    zone: result.zone ?? '',
    roles: [...(result.roles ?? [])],
    data: data ?? new Uint8Array(0),
    expiresInMs,
  };
}
