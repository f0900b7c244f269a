import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../examples/web', import.meta.url));

/** Every script and style sheet at the top of examples/web becomes one file in `to`; the other files there are copied. */
export async function bundlePages(to) {
  if (!existsSync(web)) return;
  mkdirSync(to, { recursive: true });
  const entries = readdirSync(web, { withFileTypes: true }).filter((entry) => entry.isFile());
  const isBundled = ({ name }) => name.endsWith('.css') || (name.endsWith('.ts') && !name.endsWith('.d.ts'));
  for (const entry of entries) if (!isBundled(entry)) cpSync(join(web, entry.name), join(to, entry.name));
  const { build } = await import('esbuild');
  await build({
    entryPoints: entries.filter(isBundled).map(({ name }) => join(web, name)),
    outdir: to,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    sourcemap: true,
    logLevel: 'warning',
  });
}
