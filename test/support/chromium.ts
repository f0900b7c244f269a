import { createHash, X509Certificate } from 'node:crypto';
import { chromium, type Browser } from 'playwright-core';
import type { TestCertificate } from './certificate.js';
import { requireProgram } from './system-programs.js';

/** No sandbox, since tests may run as root; nothing of its own on the network. */
const FLAGS = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Without Chromium the tests of the context are pending.
 * @param trusted taken over `https:` and `wss:` as if an authority had signed it
 */
export function launchChromium(context: Mocha.Context, trusted?: TestCertificate): Promise<Browser> {
  const executablePath = requireProgram(context, 'chromium');
  const trust = trusted === undefined ? [] : [`--ignore-certificate-errors-spki-list=${keyHash(trusted)}`];
  return chromium.launch({ executablePath, args: [...FLAGS, ...trust] });
}

/** SHA-256 of the public key, base64. */
function keyHash({ chain }: TestCertificate): string {
  const key = new X509Certificate(chain).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}
