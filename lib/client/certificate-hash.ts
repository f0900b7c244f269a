import { GatesvrError } from '../errors.js';

/** SHA-256 of a server's certificate (DER): the 32 bytes, or their base64. */
export type CertificateHash = string | Uint8Array;

const SHA256_BYTES = 32;

/** @throws GatesvrError BAD_CONFIG when it is none */
export function certificateHashBytes(hash: CertificateHash): Uint8Array<ArrayBuffer> {
  const bytes = typeof hash === 'string' ? fromBase64(hash) : Uint8Array.from(hash);
  if (bytes?.length !== SHA256_BYTES) {
    throw new GatesvrError('BAD_CONFIG', 'a certificate hash is the base64 of 32 bytes');
  }
  return bytes;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
