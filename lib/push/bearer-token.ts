import { createHash, timingSafeEqual } from 'node:crypto';

/** The token that pushes need. Compared in a time that tells nothing about it. */
export class BearerToken {
  readonly #digest: Buffer | undefined;

  /** @param token empty: none is needed */
  constructor(token: string) {
    this.#digest = token === '' ? undefined : digest(token);
  }

  get isNeeded(): boolean {
    return this.#digest !== undefined;
  }

  /** @param authorization the header's value, "Bearer TOKEN" */
  allows(authorization: string | undefined): boolean {
    if (this.#digest === undefined) return true;
    const [, token] = /^Bearer +(\S{1,4096}) *$/i.exec(authorization ?? '') ?? [];
    return token !== undefined && timingSafeEqual(digest(token), this.#digest);
  }
}

/** Of one length whatever the token's. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
