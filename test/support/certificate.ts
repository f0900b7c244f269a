import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const DAY_MS = 24 * 3600 * 1000;

/** A self-signed certificate of the kind browsers take by its hash. */
export interface TestCertificate {
  /** PEM. */
  readonly chain: Uint8Array;
  readonly key: Uint8Array;
  /** SHA-256 of the DER form. */
  readonly hash: Uint8Array;
}

export interface CertificateWishes {
  readonly days?: number;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  readonly algorithm?: 'P-256' | 'P-384';
}

/** Makes a certificate for this machine, valid from an hour ago. */
export async function makeCertificate(wishes: CertificateWishes = {}): Promise<TestCertificate> {
  const { days = 10, names = ['localhost'], addresses = ['127.0.0.1', '::1'], algorithm = 'P-256' } = wishes;
  const signing = { name: 'ECDSA', namedCurve: algorithm, hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(signing, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - DAY_MS / 24);
  x509.cryptoProvider.set(webcrypto as Crypto);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    name: 'CN=gatesvr test',
    notBefore,
    notAfter: new Date(notBefore.getTime() + days * DAY_MS),
    keys,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    chain: Buffer.from(certificate.toString('pem')),
    key: Buffer.from(x509.PemConverter.encode(key, 'PRIVATE KEY')),
    hash: createHash('sha256').update(Buffer.from(certificate.rawData)).digest(),
  };
}
