import { X509Certificate, createHash, createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { GatesvrError } from '../errors.js';

/** A server's certificate chain, its own first, and the private key: PEM, in memory. */
export interface CertificatePair {
  readonly chain: Uint8Array;
  readonly key: Uint8Array;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** What browsers ask of a certificate that is trusted by its hash alone (W3C WebTransport, custom certificates). */
const MAX_PINNED_LIFETIME_MS = 14 * 24 * 3600 * 1000;

/** @throws GatesvrError `BAD_CERTIFICATE`: the engine would take garbage or a wrong key in silence */
export function checkCertificate({ chain, key }: CertificatePair): void {
  const blocks = Buffer.from(chain).toString('latin1').match(PEM_CERTIFICATE);
  if (blocks === null) throw new GatesvrError('BAD_CERTIFICATE', 'no certificate in PEM form');
  let certificates: X509Certificate[];
  try {
    certificates = blocks.map((pem) => new X509Certificate(pem));
  } catch (error) {
    throw new GatesvrError('BAD_CERTIFICATE', 'the certificate cannot be read', error);
  }
  let matches: boolean;
  try {
    matches = certificates[0]!.checkPrivateKey(createPrivateKey({ key: Buffer.from(key), format: 'pem' }));
  } catch (error) {
    throw new GatesvrError('BAD_CERTIFICATE', 'the private key cannot be read', error);
  }
  if (!matches) throw new GatesvrError('BAD_CERTIFICATE', 'the private key is not the one of the certificate');
}

/**
 * The checks of a server's certificate that the engine leaves to its caller.
 * @param hashes SHA-256 of certificates that are trusted as they are; undefined when an authority vouched
 * @param serverName the name or address that was dialled
 * @param now wall time in Unix milliseconds
 * @returns what is wrong, undefined when nothing is
 */
export function refusePeer(
  chain: readonly Uint8Array[] | null,
  hashes: readonly Uint8Array[] | undefined,
  serverName: string,
  now: number,
): string | undefined {
  const leaf = chain?.[0];
  if (leaf === undefined) return 'the server showed no certificate';
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(leaf);
  } catch {
    return 'the certificate of the server cannot be read';
  }
  if (hashes !== undefined) return refusePinned(certificate, leaf, hashes, now);
  // The engine checks names; addresses are left.
  if (isIP(serverName) !== 0 && certificate.checkIP(serverName) === undefined) {
    return `the certificate of the server is not for ${serverName}`;
  }
  return undefined;
}

function refusePinned(
  certificate: X509Certificate,
  der: Uint8Array,
  hashes: readonly Uint8Array[],
  now: number,
): string | undefined {
  const hash = createHash('sha256').update(der).digest();
  if (!hashes.some((expected) => hash.equals(expected))) return 'the certificate of the server is not the expected one';
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  if (now < from || now > to) return 'the certificate of the server is not valid now';
  if (to - from > MAX_PINNED_LIFETIME_MS) return 'a certificate trusted by its hash may be valid for 14 days at most';
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (asymmetricKeyType !== 'ec' || asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    return 'a certificate trusted by its hash must have an ECDSA P-256 key';
  }
  return undefined;
}
