import type { Clock } from '../lib/clock.js';
import type { Config } from '../lib/config.js';
import type { Log } from '../lib/log.js';
import { CertificateFiles } from './certificate-files.js';
import type { CertificateSource } from './certificate-source.js';
import { DevelopmentCertificates } from './development-certificates.js';

const THIS_MACHINE = ['localhost', '127.0.0.1', '::1'];
const EVERY_ADDRESS = ['::', '0.0.0.0'];

/** The certificate that the configuration names, or a development certificate if it names none. */
export function configuredCertificates({ tls, listen }: Config, clock: Clock, log: Log): CertificateSource {
  const { certFile, keyFile, directory } = tls;
  if (certFile !== '') return new CertificateFiles({ certFile, keyFile, clock, log });
  const hosts = EVERY_ADDRESS.includes(listen.host) ? THIS_MACHINE : [...new Set([...THIS_MACHINE, listen.host])];
  return new DevelopmentCertificates({ directory, hosts, clock, log });
}
