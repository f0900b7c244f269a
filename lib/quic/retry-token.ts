import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { HostPort } from './engine.js';

/** A client answers a Retry within a round trip; 10 s covers the slowest and leaves little to replay. */
const LIFETIME_MS = 10_000;
const MAC_BYTES = 32;
/** seconds 4 | length of the original id 1 | original id | mac */
const FIXED_BYTES = 4 + 1 + MAC_BYTES;

/**
 * Tokens of Retry packets (RFC 9000 section 8.1): proof that a client receives at the address it sends from, without
 * state. The key lives as long as this object: a token is only ever read by the process that wrote it.
 */
export class RetryTokens {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param retryId the connection id the Retry packet names; the client's next Initial is addressed to it */
  seal(address: HostPort, originalId: Uint8Array, retryId: Uint8Array): Uint8Array {
    const token = new Uint8Array(FIXED_BYTES + originalId.length);
    new DataView(token.buffer).setUint32(0, this.#seconds());
    token[4] = originalId.length;
    token.set(originalId, 5);
    token.set(this.#mac(token.subarray(0, 5 + originalId.length), address, retryId), 5 + originalId.length);
    return token;
  }

  /** @returns the client's original connection id; undefined when the token isn't ours, for this address, or fresh */
  open(token: Uint8Array, address: HostPort, retryId: Uint8Array): Uint8Array | undefined {
    const idLength = token[4];
    if (idLength === undefined || token.length !== FIXED_BYTES + idLength) return undefined;
    const signed = token.subarray(0, 5 + idLength);
    if (!timingSafeEqual(token.subarray(5 + idLength), this.#mac(signed, address, retryId))) return undefined;
    const writtenAt = new DataView(token.buffer, token.byteOffset, 4).getUint32(0);
    if ((this.#seconds() - writtenAt) * 1000 > LIFETIME_MS) return undefined;
    return token.slice(5, 5 + idLength);
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  #mac(signed: Uint8Array, address: HostPort, retryId: Uint8Array): Uint8Array {
    return createHmac('sha256', this.#key)
      .update(signed)
      .update(retryId)
      .update(`${address.host} ${String(address.port)}`)
      .digest();
  }
}
