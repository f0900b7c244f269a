/** Who may begin a session, whatever the transport: one path, and the pages that the gateway knows. */
export interface SessionAccess {
  /** Where sessions are served; anything else is answered 404. */
  readonly path: string;
  /**
   * Pages that may connect (`https://game.example`), or `*` for all; anything else is answered 403. When left out, the
   * pages of this machine. Who sends no Origin is no page and isn't asked for one.
   */
  readonly origins?: readonly string[] | '*';
}

export const defaultSessionAccess: SessionAccess = { path: '/gatesvr' };

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * @param path as the request has it, query included
 * @returns an HTTP status, undefined when the session may begin
 */
export function refuseSession(access: SessionAccess, path: string, origin: string | undefined): 403 | 404 | undefined {
  if (path.split('?', 1)[0] !== access.path) return 404;
  return mayConnect(access.origins, origin) ? undefined : 403;
}

function mayConnect(origins: SessionAccess['origins'], origin: string | undefined): boolean {
  if (origin === undefined || origins === '*') return true;
  return origins === undefined ? isLocal(origin) : origins.includes(origin);
}

function isLocal(origin: string): boolean {
  try {
    return LOCAL_HOSTS.has(new URL(origin).hostname);
  } catch {
    return false;
  }
}
