import { mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancelTimer, Clock } from '../lib/clock.js';
import { GatesvrError } from '../lib/errors.js';
import type { Log } from '../lib/log.js';
import type { Certificate, CertificateSource } from './certificate-source.js';
import { hostsOf, readCertificate } from './certificate.js';
import { ChangeListeners } from './change-listeners.js';
import { makeDevelopmentCertificate } from './development-certificate.js';

const DAY_MS = 24 * 3_600_000;
/** A page that was given the hash must be able to use it for a while yet. */
const RENEW_BEFORE_MS = 3 * DAY_MS;
const CHECK_INTERVAL_MS = 3_600_000;
/** Certificate and key in one file, so that they are replaced together. */
const FILE = 'development.pem';

export interface DevelopmentCertificatesOptions {
  /** Made if it isn't there, for its owner alone. */
  readonly directory: string;
  /** Names and addresses the certificate must be good for. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A development certificate that outlives the process: kept in a directory, taken again while it is good for three days
 * more, renewed in time while the gateway runs.
 */
export class DevelopmentCertificates implements CertificateSource {
  readonly #options: DevelopmentCertificatesOptions;
  readonly #listeners: ChangeListeners;
  #current: Certificate | undefined;
  #cancelCheck: CancelTimer | undefined;

  constructor(options: DevelopmentCertificatesOptions) {
    this.#options = options;
    this.#listeners = new ChangeListeners(options.log);
  }

  get current(): Certificate {
    if (this.#current === undefined) throw new Error('not started');
    return this.#current;
  }

  async start(): Promise<void> {
    this.#current = (await this.#kept()) ?? (await this.#make());
    this.#scheduleCheck();
  }

  onChange(listener: (certificate: Certificate) => void): void {
    this.#listeners.add(listener);
  }

  stop(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = undefined;
  }

  #scheduleCheck(): void {
    const cancel = this.#options.clock.after(CHECK_INTERVAL_MS, () => {
      void this.#renewIfDue().finally(() => {
        if (this.#cancelCheck === cancel) this.#scheduleCheck();
      });
    });
    this.#cancelCheck = cancel;
  }

  async #renewIfDue(): Promise<void> {
    if (this.#isFresh(this.current)) return;
    try {
      // Another gateway of this directory may have been faster.
      const renewed = (await this.#kept()) ?? (await this.#make());
      if (this.#cancelCheck !== undefined && this.#listeners.tell(renewed)) this.#current = renewed;
    } catch (error) {
      this.#options.log.warn('the development certificate cannot be renewed', { error });
    }
  }

  #isFresh({ notBefore, notAfter }: Certificate): boolean {
    const now = this.#options.clock.wallTime();
    return notBefore <= now && now + RENEW_BEFORE_MS < notAfter;
  }

  /** The one in the directory, if it still does. */
  async #kept(): Promise<Certificate | undefined> {
    const path = join(this.#options.directory, FILE);
    try {
      const pem = await readFile(path);
      const certificate = readCertificate(pem, pem, path);
      const hosts = hostsOf(pem);
      const isPrivate = ((await stat(path)).mode & 0o077) === 0 || process.platform === 'win32';
      const suits = this.#options.hosts.every((host) => hosts.some((known) => sameHost(known, host)));
      return isPrivate && suits && this.#isFresh(certificate) ? certificate : undefined;
    } catch {
      // Not there, or no certificate: a new one takes its place.
      return undefined;
    }
  }

  async #make(): Promise<Certificate> {
    const { directory, hosts, clock, log } = this.#options;
    const certificate = await makeDevelopmentCertificate({ hosts, now: clock.wallTime() });
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await replace(join(directory, FILE), Buffer.concat([certificate.chain, certificate.key]));
    } catch (error) {
      throw new GatesvrError('BAD_CERTIFICATE', `no certificate can be kept in ${directory}`, error);
    }
    log.info('development certificate made', { directory, hosts, until: new Date(certificate.notAfter).toISOString() });
    return certificate;
  }
}

/** Writes a file for its owner alone; whoever reads sees the old one or the new one, whole. */
async function replace(path: string, content: Uint8Array): Promise<void> {
  const scratch = `${path}.${process.pid}.tmp`;
  await unlink(scratch).catch(() => undefined);
  const file = await open(scratch, 'wx', 0o600);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
  await rename(scratch, path);
}

/** "::1" is written as "0:0:0:0:0:0:0:1" in a certificate that is read back. */
function sameHost(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

function canonical(host: string): string {
  return host.includes(':') ? new URL(`http://[${host}]`).hostname : host.toLowerCase();
}
