import type { Log } from '../lib/log.js';
import type { Certificate } from './certificate-source.js';

/** Who is told of a new certificate. */
export class ChangeListeners {
  readonly #listeners: ((certificate: Certificate) => void)[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(listener: (certificate: Certificate) => void): void {
    this.#listeners.push(listener);
  }

  /** @returns false when a listener refused it */
  tell(certificate: Certificate): boolean {
    const until = new Date(certificate.notAfter).toISOString();
    try {
      for (const listener of this.#listeners) listener(certificate);
    } catch (error) {
      this.#log.error('the new certificate was refused; the old one stays', { until, error });
      return false;
    }
    this.#log.info('new certificate in use', { until });
    return true;
  }
}
