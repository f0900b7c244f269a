import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SignJWT } from 'jose';

const LIFETIME = '24h';
const MIN_SECRET_BYTES = 32;

export interface TokenClaims {
  readonly player: string;
  readonly zone?: string | undefined;
  readonly roles?: readonly string[];
}

/** Signs tokens that the example Hello takes. For development: whoever asks gets one. */
export class TokenIssuer {
  readonly #key: Uint8Array;

  constructor(secret: string) {
    this.#key = new TextEncoder().encode(secret);
  }

  sign({ player, zone, roles = [] }: TokenClaims): Promise<string> {
    return new SignJWT({ roles, ...(zone === undefined ? {} : { zone }) })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(player)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(this.#key);
  }
}

/** The secret kept at `path`; a new one, readable by this user alone, if there is none or it is too short. */
export function keptSecret(path: string): string {
  const kept = readIfThere(path).trim();
  if (Buffer.byteLength(kept) >= MIN_SECRET_BYTES) return kept;
  const secret = randomBytes(MIN_SECRET_BYTES).toString('base64url');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
