import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { readCertificate } from './certificate.js';
import type { Certificate } from './certificate-source.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Browsers trust a certificate by its hash only if it is valid for 14 days at most; an hour of that lies in the past. */
const MAX_DAYS = 13;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface DevelopmentCertificateOptions {
  /** Names and addresses it is made out to. */
  readonly hosts: readonly string[];
  /** How long it is valid, 13 at most. */
  readonly days?: number;
  /** Unix time in ms. */
  readonly now: number;
}

/**
 * Makes a certificate that browsers take by its hash: ECDSA P-256, self-signed, short-lived. Valid from an hour ago,
 * for clients whose clock is late.
 */
export async function makeDevelopmentCertificate(options: DevelopmentCertificateOptions): Promise<Certificate> {
  const { hosts, now, days = MAX_DAYS } = options;
  if (!(days > 0 && days <= MAX_DAYS)) throw new RangeError(`days is ${days}, at most ${MAX_DAYS} are allowed`);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: 'CN=gatesvr development',
      notBefore: new Date(now - HOUR_MS),
      notAfter: new Date(now + days * DAY_MS),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          hosts.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
        ),
      ],
    },
    webcrypto as Crypto,
  );
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return readCertificate(
    Buffer.from(`${certificate.toString('pem')}\n`),
    Buffer.from(`${PemConverter.encode(key, 'PRIVATE KEY')}\n`),
    'the certificate just made',
  );
}

/** 127 random bits: positive, as RFC 5280 wants it. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0]! &= 0x7f;
  return bytes.toString('hex');
}
