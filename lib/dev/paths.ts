import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Compiled or run from source: whatever this file is, what it starts is too, and lies at the same place beside it. */
const ending = extname(import.meta.url);
const isSource = ending === '.ts';
/** Where `lib` and `examples` lie. */
const codeRoot = new URL('../../', import.meta.url);
const packageRoot = isSource ? codeRoot : new URL('../', codeRoot);

/** @param module path from the root, without ending: "examples/hello/main" */
export function modulePath(module: string): string {
  return fileURLToPath(new URL(`${module}${ending}`, codeRoot));
}

/** Where the page is built to. */
export function webRoot(): string {
  return fileURLToPath(new URL('dist/web', packageRoot));
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as { version: string };
  return version;
}

/** Whether this is the package in somebody's project, not a checkout of it. */
export function isInstalled(): boolean {
  return packageRoot.pathname.includes('/node_modules/');
}

/** Options of Node for a supervised process: the TypeScript loader where it is needed, and the guard against orphans. */
export function nodeOptions(): string[] {
  const guard = new URL(`exit-with-parent${ending}`, import.meta.url).href;
  return [...(isSource ? [`--import=${typeScriptLoader()}`] : []), `--import=${guard}`];
}

function typeScriptLoader(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}
