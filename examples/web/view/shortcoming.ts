import { isSupported } from '../../../lib/client/browser.js';
import { byId } from './dom.js';

/** What this browser lacks, undefined if nothing. */
export function findShortcoming(): 'insecure-context' | 'no-webtransport' | undefined {
  if (!isSecureContext) return 'insecure-context';
  return isSupported() ? undefined : 'no-webtransport';
}

/** Shows what is needed in place of the page. */
export function showShortcoming(shortcoming: 'insecure-context' | 'no-webtransport'): void {
  byId('app', HTMLElement).hidden = true;
  byId(shortcoming, HTMLElement).hidden = false;
  byId('needs', HTMLElement).hidden = false;
}
