import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
  readonly dev?: boolean;
}

const lockText = readFileSync(`${root}package-lock.json`, 'utf8');
const { packages } = JSON.parse(lockText) as { packages: Record<string, LockedPackage> };
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  dependencies: Record<string, string>;
  scripts: Record<string, string>;
  bin: Record<string, string>;
  exports: Record<string, unknown>;
};
const locked = Object.entries(packages).filter(([path]) => path !== '');

describe('package-lock.json', () => {
  it('holds no download addresses, so that it works with any registry', () => {
    assert.deepEqual(
      locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path),
      [],
    );
    assert.doesNotMatch(lockText, /"resolved"/);
    assert.match(readFileSync(`${root}.npmrc`, 'utf8'), /^omit-lockfile-registry-resolved=true$/m);
  });

  it('holds a digest of every package', () => {
    assert.deepEqual(
      locked.filter(([, { integrity, link }]) => link !== true && integrity === undefined).map(([path]) => path),
      [],
    );
  });

  it('has no install script but of packages that work without it', () => {
    const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = new Set(withScript.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    // esbuild's only makes its start faster; protobufjs' prints a notice; fsevents is for macOS, where it is optional.
    const harmless = ['esbuild', 'protobufjs', 'fsevents'];
    assert.deepEqual(
      [...names].filter((name) => !harmless.includes(name)),
      [],
    );
  });

  it('says the same as package.json', () => {
    const { dependencies } = packages[''] as { dependencies: Record<string, string> };
    assert.deepEqual(dependencies, manifest.dependencies);
  });
});

describe('package.json', () => {
  it("needs no script that npm runs by itself: they don't run with ignore-scripts", () => {
    const hooks = /^(pre|post)(install|test|start|build|check|pack|publish)|^(prepare|install|prepublishOnly)$/;
    assert.deepEqual(
      Object.keys(manifest.scripts).filter((name) => hooks.test(name)),
      [],
    );
  });

  it('has the three doors and nothing else', () => {
    assert.deepEqual(Object.keys(manifest.exports), ['.', './client', './service', './package.json']);
  });
});
