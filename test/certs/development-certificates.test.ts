import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '../../certs/certificate-source.js';
import { DevelopmentCertificates } from '../../certs/development-certificates.js';
import { GatesvrError } from '../../lib/errors.js';
import { noLog } from '../../lib/log.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/until.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('DevelopmentCertificates', () => {
  let parent: string;
  let directory: string;
  const started: DevelopmentCertificates[] = [];

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'gatesvr-certs-'));
    directory = join(parent, 'state', 'certs');
  });

  afterEach(async () => {
    for (const source of started.splice(0)) source.stop();
    await rm(parent, { recursive: true });
  });

  async function start(clock = new FakeClock(), hosts = ['localhost', '::1']): Promise<DevelopmentCertificates> {
    const source = new DevelopmentCertificates({ directory, hosts, clock, log: noLog });
    await source.start();
    started.push(source);
    return source;
  }

  it('keeps certificate and key for its owner alone', async () => {
    await start();
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    assert.equal((await stat(join(directory, 'development.pem'))).mode & 0o777, 0o600);
  });

  it('takes the kept one again', async () => {
    const first = await start();
    const second = await start();
    assert.deepEqual(second.current.hash, first.current.hash);
  });

  it('makes a new one when the kept one ends within three days', async () => {
    const first = await start();
    const later = new FakeClock();
    later.jumpWallTime(10 * DAY_MS + HOUR_MS);
    assert.notDeepEqual((await start(later)).current.hash, first.current.hash);
  });

  it('makes a new one when the kept one lacks a host, is damaged, or could be read by others', async () => {
    const first = await start();
    const second = await start(new FakeClock(), ['localhost', 'game.example']);
    assert.notDeepEqual(second.current.hash, first.current.hash);

    const path = join(directory, 'development.pem');
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 300));
    const third = await start(new FakeClock(), ['localhost', 'game.example']);
    assert.notDeepEqual(third.current.hash, second.current.hash);

    await chmod(path, 0o644);
    const fourth = await start(new FakeClock(), ['localhost', 'game.example']);
    assert.notDeepEqual(fourth.current.hash, third.current.hash);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('renews in time while it runs, and tells who listens', async () => {
    const clock = new FakeClock();
    const source = await start(clock);
    const first = source.current;
    const told: Certificate[] = [];
    source.onChange((certificate) => told.push(certificate));
    clock.jumpWallTime(9 * DAY_MS);
    await clock.run(HOUR_MS);
    assert.equal(source.current, first);
    clock.jumpWallTime(DAY_MS);
    clock.advance(HOUR_MS);
    await until(() => told.length === 1);
    assert.equal(source.current, told[0]);
    assert.ok(source.current.notAfter > first.notAfter);
    await clock.until(() => clock.pending === 1);
    source.stop();
    assert.equal(clock.pending, 0);
  });

  it('keeps the old one when a listener refuses the new one', async () => {
    const clock = new FakeClock();
    const source = await start(clock);
    const first = source.current;
    let asked = 0;
    source.onChange(() => {
      asked++;
      throw new Error('refused');
    });
    clock.jumpWallTime(11 * DAY_MS);
    clock.advance(HOUR_MS);
    await until(() => asked === 1);
    assert.equal(source.current, first);
  });

  it('says which directory cannot be used', async () => {
    await writeFile(join(parent, 'state'), 'a file where a directory should be');
    await assert.rejects(start(), (error: unknown) => {
      return error instanceof GatesvrError && error.error === 'BAD_CERTIFICATE' && error.message.includes(directory);
    });
  });
});
