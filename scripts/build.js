// Builds dist/ from lib/, certs/ and examples/: TypeScript, the generated protocol code, bundles for the browser.
// Skips what is up to date; `--force` builds everything.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const web = join(root, 'examples', 'web');
const stampFile = join(dist, '.build-stamp');
const outcome = join(dist, 'lib', 'cli.js');

const stamp = stampOf([
  'lib',
  'certs',
  'examples',
  'proto',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
]);
const isFresh = existsSync(outcome) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
if (!isFresh || process.argv.includes('--force')) {
  compile();
  copyGenerated();
  await bundlePages();
  writeFileSync(stampFile, stamp);
}

function compile() {
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
      cwd: root,
      stdio: 'inherit',
    });
  } catch {
    console.error('build: TypeScript found errors, see above');
    process.exit(1);
  }
}

/** TypeScript reads the declarations of generated JavaScript but leaves the JavaScript where it is. */
function copyGenerated() {
  const to = join(dist, 'lib', 'gen');
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(join(root, 'lib/gen'))) cpSync(join(root, 'lib/gen', name), join(to, name));
}

/** Every page script at the top of examples/web becomes one file; everything else there is copied as it is. */
async function bundlePages() {
  if (!existsSync(web)) return;
  const to = join(dist, 'web');
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

/** A digest of names, sizes and times of everything that goes into the build. */
function stampOf(sources) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (!existsSync(path)) return;
    const stats = statSync(path);
    if (stats.isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
    } else {
      hash.update(`${relative(root, path)} ${stats.size} ${stats.mtimeMs}\n`);
    }
  };
  for (const source of [...sources, relative(root, fileURLToPath(import.meta.url))]) add(join(root, source));
  return hash.digest('hex');
}
