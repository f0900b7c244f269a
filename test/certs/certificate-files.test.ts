import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateFiles } from '../../certs/certificate-files.js';
import type { Certificate } from '../../certs/certificate-source.js';
import { makeDevelopmentCertificate } from '../../certs/development-certificate.js';
import { systemClock, type Clock } from '../../lib/clock.js';
import { GatesvrError } from '../../lib/errors.js';
import { noLog } from '../../lib/log.js';
import type { Log } from '../../lib/log.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/until.js';

describe('CertificateFiles', () => {
  let directory: string;
  let certFile: string;
  let keyFile: string;
  let source: CertificateFiles | undefined;
  let problems: string[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatesvr-certs-'));
    certFile = join(directory, 'chain.pem');
    keyFile = join(directory, 'key.pem');
    problems = [];
  });

  afterEach(async () => {
    source?.stop();
    source = undefined;
    await rm(directory, { recursive: true });
  });

  const log: Log = { ...noLog, error: (message) => problems.push(message) };

  async function start(clock: Clock = new FakeClock()): Promise<Certificate[]> {
    const told: Certificate[] = [];
    source = new CertificateFiles({ certFile, keyFile, clock, log });
    await source.start();
    source.onChange((certificate) => told.push(certificate));
    return told;
  }

  async function make(): Promise<Certificate> {
    return makeDevelopmentCertificate({ hosts: ['localhost'], now: Date.UTC(2025, 0, 1) });
  }

  /** Replaces both files as a careful tool does, so that neither is ever read half-written. */
  async function write({ chain, key }: { chain: Uint8Array; key: Uint8Array }): Promise<void> {
    for (const [path, content] of [
      [certFile, chain],
      [keyFile, key],
    ] as const) {
      await writeFile(`${path}.new`, content);
      await rename(`${path}.new`, path);
    }
  }

  it('reads the pair at start', async () => {
    const pair = await make();
    await write(pair);
    await start();
    assert.deepEqual(source!.current.hash, pair.hash);
  });

  for (const [what, spoil, problem] of [
    ['a missing file', () => rm(certFile), /chain\.pem cannot be read \(ENOENT/],
    ['a file that is no certificate', () => writeFile(certFile, 'rubbish'), /the certificate cannot be read/],
    ['a file that is no key', () => writeFile(keyFile, 'rubbish'), /the private key cannot be read/],
    [
      'the key of another certificate',
      async () => writeFile(keyFile, (await make()).key),
      /the private key is not the one of the certificate/,
    ],
  ] as const) {
    it(`refuses to start with ${what}`, async () => {
      await write(await make());
      await spoil();
      await assert.rejects(start(), (error: unknown) => {
        assert.ok(error instanceof GatesvrError);
        assert.equal(error.error, 'BAD_CERTIFICATE');
        assert.match(error.message, problem);
        return true;
      });
    });
  }

  it('takes a new pair when the files change', async () => {
    await write(await make());
    const told = await start(systemClock);
    const next = await make();
    await write(next);
    await until(() => told.length > 0);
    assert.deepEqual(told[0]!.hash, next.hash);
    assert.equal(source!.current, told[0]);
    assert.deepEqual(problems, []);
  });

  it('notices a change by polling where the file system tells of none', async () => {
    await write(await make());
    const clock = new FakeClock();
    const told = await start(clock);
    const next = await make();
    await write(next);
    clock.advance(30_000);
    await until(() => told.length > 0);
    assert.deepEqual(source!.current.hash, next.hash);
  });

  it('keeps the old pair, and says so once, while the new one does not fit', async () => {
    const first = await make();
    await write(first);
    const clock = new FakeClock();
    const told = await start(clock);
    const next = await make();
    await write({ chain: next.chain, key: first.key });
    clock.advance(30_000);
    await until(() => problems.length > 0);
    clock.advance(30_000);
    clock.advance(30_000);
    assert.deepEqual(source!.current.hash, first.hash);
    await write(next);
    await until(() => {
      clock.advance(30_000);
      return told.length > 0;
    });
    assert.deepEqual(source!.current.hash, next.hash);
    assert.equal(problems.length, 1);
  });

  it('leaves no timer behind', async () => {
    await write(await make());
    const clock = new FakeClock();
    await start(clock);
    source!.stop();
    assert.equal(clock.pending, 0);
  });
});
