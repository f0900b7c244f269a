import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { refusePeer } from '../../lib/quic/certificate.js';
import { makeCertificate, type CertificateWishes } from '../support/certificate.js';

const DAY_MS = 24 * 3600 * 1000;

async function refusal(wishes: CertificateWishes, now = Date.now()): Promise<string | undefined> {
  const certificate = await makeCertificate(wishes);
  const der = new X509Certificate(certificate.chain).raw;
  return refusePeer([der], [new Uint8Array(32), certificate.hash], 'localhost', now);
}

describe('the check of a server’s certificate', () => {
  it('takes one of the expected certificates, as browsers do', async () => {
    assert.equal(await refusal({}), undefined);
    assert.equal(await refusal({ names: ['elsewhere.example'], addresses: [] }), undefined);
  });

  it('refuses what browsers refuse: too long a life, another key, another time', async () => {
    assert.match((await refusal({ days: 15 })) ?? '', /14 days/);
    assert.match((await refusal({ algorithm: 'P-384' })) ?? '', /P-256/);
    assert.match((await refusal({}, Date.now() + 11 * DAY_MS)) ?? '', /not valid now/);
    assert.match((await refusal({}, Date.now() - DAY_MS)) ?? '', /not valid now/);
  });

  it('refuses another certificate, none, and garbage', async () => {
    const der = new X509Certificate((await makeCertificate()).chain).raw;
    const { hash } = await makeCertificate();
    assert.match(refusePeer([der], [hash], 'localhost', Date.now()) ?? '', /not the expected one/);
    assert.match(refusePeer(null, [hash], 'localhost', Date.now()) ?? '', /no certificate/);
    assert.match(refusePeer([new Uint8Array(9)], [hash], 'localhost', Date.now()) ?? '', /cannot be read/);
  });
});
