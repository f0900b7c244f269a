import { X509Certificate, createHash, createPrivateKey } from 'node:crypto';
import { GatesvrError } from '../lib/errors.js';
import type { Certificate } from './certificate-source.js';

/**
 * Reads a certificate chain and its key.
 * @param where names the two for the error: paths
 * @throws GatesvrError BAD_CERTIFICATE when one can't be read or they don't belong together
 */
export function readCertificate(chain: Uint8Array, key: Uint8Array, where: string): Certificate {
  const certificate = attempt(`${where}: the certificate cannot be read`, () => new X509Certificate(chain));
  const privateKey = attempt(`${where}: the private key cannot be read`, () =>
    createPrivateKey({ key: Buffer.from(key), format: 'pem' }),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new GatesvrError('BAD_CERTIFICATE', `${where}: the private key is not the one of the certificate`);
  }
  return {
    chain,
    key,
    hash: createHash('sha256').update(certificate.raw).digest(),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  };
}

/** The hosts, names and addresses, that a certificate in PEM is made out to. */
export function hostsOf(chain: Uint8Array): string[] {
  const names = new X509Certificate(chain).subjectAltName ?? '';
  return [...names.matchAll(/(?:DNS|IP Address):([^\s,]+)/g)].map(([, host]) => host!);
}

function attempt<T>(problem: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new GatesvrError('BAD_CERTIFICATE', problem, error);
  }
}
