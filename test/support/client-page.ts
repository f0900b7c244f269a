import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { servePage, type ServedPage } from './served-page.js';

const entry = fileURLToPath(new URL('../../lib/client/browser.ts', import.meta.url));

/** A page in which `gatesvr` is the client for browsers. */
export async function serveClientPage(): Promise<ServedPage> {
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    globalName: 'gatesvr',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  return servePage(bundle.outputFiles[0]!.text);
}
