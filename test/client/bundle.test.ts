import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';

/** What a page downloads, in bytes after gzip; raise it knowingly. */
const LIMIT_GZIPPED = 40 * 1024;

const entry = fileURLToPath(new URL('../../lib/client/browser.ts', import.meta.url));

describe('the client for browsers', () => {
  let code: Uint8Array;
  let metafile: Metafile;

  before(async () => {
    const result = await build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    code = result.outputFiles[0]!.contents;
    metafile = result.metafile;
  });

  it('bundles without a module of Node.js', () => {
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
    assert.deepEqual(
      imports.filter(({ external, path }) => external === true || path.startsWith('node:')),
      [],
    );
    assert.doesNotMatch(new TextDecoder().decode(code), /["']node:/);
  });

  it('holds the client alone: nothing of gateway, QUIC or services', () => {
    const folders = new Set(
      Object.keys(metafile.inputs).map((path) => /(?:^|\/)lib\/([^/]+)\//.exec(path)?.[1] ?? 'elsewhere'),
    );
    folders.delete('elsewhere');
    assert.deepEqual([...folders].sort(), ['client', 'gen', 'protocol']);
  });

  it(`is at most ${LIMIT_GZIPPED / 1024} KiB, gzipped`, function () {
    const gzipped = gzipSync(code).length;
    this.test!.title += `: ${(gzipped / 1024).toFixed(1)} KiB, ${(code.length / 1024).toFixed(1)} KiB unpacked`;
    assert.ok(gzipped <= LIMIT_GZIPPED, `${gzipped} bytes`);
  });
});
