// Builds dist/ from lib/, certs/ and examples/: TypeScript, the generated protocol code, bundles for the browser.
// Skips what is up to date; `--force` builds everything.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePages } from './bundle-pages.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
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
  'scripts/bundle-pages.js',
]);
const isFresh = existsSync(outcome) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
if (!isFresh || process.argv.includes('--force')) {
  compile();
  copyGenerated();
  await bundlePages(join(dist, 'web'));
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
