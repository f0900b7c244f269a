import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CancelTimer, Clock } from '../lib/clock.js';
import { GatesvrError } from '../lib/errors.js';
import type { Log } from '../lib/log.js';
import type { Certificate, CertificateSource } from './certificate-source.js';
import { readCertificate } from './certificate.js';
import { ChangeListeners } from './change-listeners.js';

/** Whoever replaces certificate and key writes one after the other: both are read a moment after the last change. */
const SETTLE_MS = 500;
/** Not every file system tells of changes. */
const POLL_INTERVAL_MS = 30_000;

export interface CertificateFilesOptions {
  /** PEM files. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A certificate that somebody else provides in two files, read again when they change. */
export class CertificateFiles implements CertificateSource {
  readonly #options: CertificateFilesOptions;
  readonly #listeners: ChangeListeners;
  #current: Certificate | undefined;
  #watchers: FSWatcher[] = [];
  #cancelReload: CancelTimer | undefined;
  #cancelPoll: CancelTimer | undefined;
  /** What the files held when they were last looked at, so that a pair that can't be used is told once. */
  #seen: Certificate | undefined;
  #problem = '';
  #stopped = false;

  constructor(options: CertificateFilesOptions) {
    this.#options = options;
    this.#listeners = new ChangeListeners(options.log);
  }

  get current(): Certificate {
    if (this.#current === undefined) throw new Error('not started');
    return this.#current;
  }

  async start(): Promise<void> {
    const { certFile, keyFile, clock, log } = this.#options;
    this.#current = await this.#read();
    this.#seen = this.#current;
    const until = new Date(this.#current.notAfter).toISOString();
    if (this.#current.notAfter <= clock.wallTime()) log.warn('the certificate has expired', { certFile, until });
    // The directories, since a file is replaced by another one more often than it is written to.
    for (const directory of new Set([dirname(certFile), dirname(keyFile)])) this.#watch(directory);
    this.#schedulePoll();
  }

  onChange(listener: (certificate: Certificate) => void): void {
    this.#listeners.add(listener);
  }

  stop(): void {
    this.#stopped = true;
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
    this.#cancelReload?.();
    this.#cancelPoll?.();
  }

  #watch(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.#scheduleReload());
      watcher.on('error', () => watcher.close());
      this.#watchers.push(watcher);
    } catch (error) {
      this.#options.log.warn('changes of the certificate are noticed by polling alone', { directory, error });
    }
  }

  #scheduleReload(): void {
    this.#cancelReload?.();
    this.#cancelReload = this.#options.clock.after(SETTLE_MS, () => void this.#reload());
  }

  #schedulePoll(): void {
    this.#cancelPoll = this.#options.clock.after(POLL_INTERVAL_MS, () => {
      void this.#reload();
      this.#schedulePoll();
    });
  }

  async #reload(): Promise<void> {
    const { log } = this.#options;
    try {
      const read = await this.#read();
      if (this.#stopped || (this.#seen !== undefined && isSame(read, this.#seen))) return;
      this.#seen = read;
      this.#problem = '';
      if (this.#listeners.tell(read)) this.#current = read;
    } catch (error) {
      const problem = (error as Error).message;
      if (this.#stopped || problem === this.#problem) return;
      this.#seen = undefined;
      this.#problem = problem;
      log.error('the certificate files changed and cannot be used; the old certificate stays', { error });
    }
  }

  async #read(): Promise<Certificate> {
    const { certFile, keyFile } = this.#options;
    const [chain, key] = await Promise.all([readPem(certFile), readPem(keyFile)]);
    return readCertificate(chain, key, `${certFile}, ${keyFile}`);
  }
}

async function readPem(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new GatesvrError('BAD_CERTIFICATE', `${path} cannot be read (${(error as Error).message})`, error);
  }
}

function isSame(a: Certificate, b: Certificate): boolean {
  return Buffer.compare(a.chain, b.chain) === 0 && Buffer.compare(a.key, b.key) === 0;
}
