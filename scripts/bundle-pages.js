import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../examples/web', import.meta.url));

/** Every page script at the top of examples/web becomes one file in `to`; the other files there are copied as they are. */
export async function bundlePages(to) {
  if (!existsSync(web)) return;
  mkdirSync(to, { recursive: true });
  const entries = readdirSync(web, { withFileTypes: true }).filter((entry) => entry.isFile());
  const scripts = entries.filter(({ name }) => name.endsWith('.ts') && !name.endsWith('.d.ts'));
  for (const { name } of entries) {
    if (!name.endsWith('.ts') && name !== 'tsconfig.json') cpSync(join(web, name), join(to, name));
  }
  if (scripts.length === 0) return;
  const { build } = await import('esbuild');
  await build({
    entryPoints: scripts.map(({ name }) => join(web, name)),
    outdir: to,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    sourcemap: true,
    logLevel: 'warning',
  });
}
