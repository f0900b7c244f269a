import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a generator in the mode that compares instead of writing. */
function check(...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [...args, '--check'], { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

describe('what is generated and committed', () => {
  it('lib/gen is what proto/ says', () => {
    check('scripts/generate.js');
  });

  it('docs/configuration.md, docs/errors.md and the metrics in docs/operations.md are what the code says', () => {
    check('--import=tsx', 'scripts/document.js');
  });
});
