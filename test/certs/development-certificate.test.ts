import assert from 'node:assert/strict';
import { X509Certificate, createHash } from 'node:crypto';
import { hostsOf } from '../../certs/certificate.js';
import { makeDevelopmentCertificate } from '../../certs/development-certificate.js';
import { checkCertificate, refusePeer } from '../../lib/quic/certificate.js';

const DAY_MS = 24 * 3_600_000;

describe('makeDevelopmentCertificate', () => {
  const now = Date.UTC(2030, 5, 1);
  const hosts = ['localhost', '127.0.0.1', '::1'];

  it('makes what a browser takes by its hash: ECDSA P-256, at most 14 days, made out to the hosts', async () => {
    const { chain, notBefore, notAfter } = await makeDevelopmentCertificate({ hosts, now });
    const certificate = new X509Certificate(chain);
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
    assert.ok(notBefore < now && now < notAfter);
    assert.ok(notAfter - notBefore <= 14 * DAY_MS);
    assert.equal(certificate.checkHost('localhost'), 'localhost');
    assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
    assert.ok(certificate.checkIP('::1'));
    assert.equal(certificate.checkHost('example.org'), undefined);
    assert.equal(hostsOf(chain).length, 3);
  });

  it('gives the hash of the DER form and a key that belongs to it', async () => {
    const { chain, key, hash } = await makeDevelopmentCertificate({ hosts, now });
    const { raw } = new X509Certificate(chain);
    assert.deepEqual(Buffer.from(hash), createHash('sha256').update(raw).digest());
    checkCertificate({ chain, key });
    assert.equal(refusePeer([raw], [hash], 'localhost', now), undefined);
  });

  it('makes another key and serial number every time', async () => {
    const [a, b] = await Promise.all([1, 2].map(() => makeDevelopmentCertificate({ hosts, now })));
    assert.notDeepEqual(a!.key, b!.key);
    assert.notEqual(new X509Certificate(a!.chain).serialNumber, new X509Certificate(b!.chain).serialNumber);
  });

  it('refuses a life that browsers would refuse', async () => {
    await assert.rejects(makeDevelopmentCertificate({ hosts, now, days: 14 }), RangeError);
    await assert.rejects(makeDevelopmentCertificate({ hosts, now, days: 0 }), RangeError);
  });
});
