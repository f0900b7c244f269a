import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a resume token says. It is signed, not encrypted: the client may read it and can't change it. */
export interface ResumeClaim {
  readonly playerId: string;
  readonly epoch: string;
  /** Which Welcome gave it; see Player for which ones are still good. */
  readonly generation: number;
  /** Unix ms of the last real login, and until when that login holds. */
  readonly loginAt: number;
  readonly loginExpiresAt: number;
  /** The gateway process that gave it: tells "expired" from "lost with an earlier process". */
  readonly issuer: string;
}

/** Player ids are at most 256 characters, so a genuine token is far shorter; anything longer isn't worth hashing. */
const MAX_TOKEN_CHARS = 2_048;

const VERSION = 'r1';

/**
 * Signs and checks resume tokens: `r1.<claim>.<HMAC-SHA-256>`, base64url. Synchronous, so that resuming needs no await
 * between reading a player's state and changing it.
 */
export class ResumeTokens {
  readonly #secret: Buffer;

  /** @param secret any text of at least 32 bytes; gateways that share players share it */
  constructor(secret: string | Uint8Array) {
    this.#secret = Buffer.from(secret as Uint8Array);
  }

  sign(claim: ResumeClaim): string {
    const { playerId, epoch, generation, loginAt, loginExpiresAt, issuer } = claim;
    const payload = JSON.stringify([playerId, epoch, generation, loginAt, loginExpiresAt, issuer]);
    const signed = `${VERSION}.${Buffer.from(payload).toString('base64url')}`;
    return `${signed}.${this.#mac(signed)}`;
  }

  /** The claim of a genuine token, whatever its age; undefined for anything else. */
  verify(token: string): ResumeClaim | undefined {
    if (token.length > MAX_TOKEN_CHARS) return undefined;
    const end = token.lastIndexOf('.');
    const signed = token.slice(0, Math.max(0, end));
    if (!signed.startsWith(`${VERSION}.`)) return undefined;
    const mac = Buffer.from(token.slice(end + 1));
    const expected = Buffer.from(this.#mac(signed));
    if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) return undefined;
    const payload = Buffer.from(signed.slice(VERSION.length + 1), 'base64url').toString('utf8');
    const fields = JSON.parse(payload) as [string, string, number, number, number, string];
    const [playerId, epoch, generation, loginAt, loginExpiresAt, issuer] = fields;
    return { playerId, epoch, generation, loginAt, loginExpiresAt, issuer };
  }

  #mac(signed: string): string {
    return createHmac('sha256', this.#secret).update(signed).digest('base64url');
  }
}
