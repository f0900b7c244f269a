import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * SHA-256 of the development certificate that the gateway keeps in its directory, base64: what a page gives as
 * `serverCertificateHashes`. null while there is none.
 */
export function certificateHash(directory: string): string | null {
  try {
    const certificate = new X509Certificate(readFileSync(join(directory, 'development.pem')));
    return createHash('sha256').update(certificate.raw).digest('base64');
  } catch {
    // Not made yet, or being replaced: whoever asks again finds it.
    return null;
  }
}
