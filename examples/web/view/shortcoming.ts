import { byId } from './dom.js';

/** Shows in place of the page what it needs, if that is missing. @returns whether it is */
export function showShortcoming(): boolean {
  if (isSecureContext) return false;
  byId('app', HTMLElement).hidden = true;
  byId('insecure-context', HTMLElement).hidden = false;
  return true;
}
