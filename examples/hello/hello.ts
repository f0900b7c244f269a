import { errors, jwtVerify } from 'jose';
import { createService, encodeContent, ServiceError } from '../../lib/service/service.js';
import type { LoginResult, Service } from '../../lib/service/service.js';
import type { Ledger } from '../ledger/ledger.js';

/** HS256 wants a key as long as its hash (RFC 7518, 3.2). */
const MIN_SECRET_BYTES = 32;
const NAME = /^[^\s\p{C}]{1,64}$/u;

/**
 * Logs players in. A token is a JWT signed with HS256: the subject is the player, `zone` and `roles` may be given,
 * `exp` bounds the login.
 */
export function createHello(secret: string, ledger: Ledger): Service {
  const key = new TextEncoder().encode(secret);
  if (key.length < MIN_SECRET_BYTES) throw new Error(`HELLO_TOKEN_SECRET must have ${MIN_SECRET_BYTES} bytes or more`);
  return createService({
    name: 'hello',
    hello: {
      async login({ token }) {
        const result = await checkToken(token, key);
        ledger.append({ event: 'login', player: result.playerId });
        return result;
      },
      logout({ playerId, epoch, reason }) {
        ledger.append({ event: 'logout', player: playerId, key: epoch, action: reason });
      },
    },
  });
}

async function checkToken(token: string, key: Uint8Array): Promise<LoginResult> {
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'] });
    const { sub, zone = 'lobby', roles = [], exp } = payload;
    if (!isName(sub) || !isName(zone) || !Array.isArray(roles) || !roles.every(isName)) {
      throw new ServiceError(401, 'the token names no valid player, zone or roles');
    }
    const data = encodeContent({ json: { greeting: `hello, ${sub}` } });
    const expiry = exp === undefined ? {} : { expiresInMs: Math.max(1, Math.floor(exp * 1000 - Date.now())) };
    return { playerId: sub, zone, roles, data, ...expiry };
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new ServiceError(401, 'the token has expired', { cause: error });
    if (error instanceof errors.JOSEError) throw new ServiceError(401, 'the token does not hold', { cause: error });
    throw error;
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}
