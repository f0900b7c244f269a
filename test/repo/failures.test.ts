import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runDev, type Dev } from '../../lib/dev/dev.js';
import { errorTable, type ErrorName } from '../../lib/errors.js';
import { CloseCode, reconnects } from '../../lib/protocol/protocol.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/failures.md'), 'utf8');

/** Cells of the table's row that begins with `first`. */
function rows(heading: string): string[][] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('docs/failures.md', () => {
  it('has every close code, and says of each whether the client comes back', () => {
    const codes = Object.values(CloseCode)
      .map(Number)
      .filter((code) => code > 0);
    const told = new Map(rows('The gateway ends the session').map(([code, , what]) => [Number(code), what]));
    assert.deepEqual([...told.keys()].sort(), codes.sort());
    for (const [code, what] of told) assert.equal(what?.startsWith('ends'), !reconnects(code), `${code}: ${what}`);
  });

  it('gives the codes of the error table', () => {
    const named = rows('A request fails').flatMap(([, code]) => {
      const [, number, name] = /^(\d+) `(\w+)`$/.exec(code!) ?? [];
      return name === undefined ? [] : [[name, Number(number)] as const];
    });
    assert.ok(named.length > 10);
    for (const [name, code] of named) assert.equal(errorTable[name as ErrorName].code, code, name);
  });

  describe('its example', function () {
    this.timeout(120_000);
    let folder: string;
    let dev: Dev | undefined;

    beforeEach(() => {
      mkdirSync(join(root, 'test/output'), { recursive: true });
      folder = mkdtempSync(join(root, 'test/output/failures-'));
    });

    afterEach(async () => {
      await dev?.stop();
      rmSync(folder, { recursive: true });
    });

    it('prints what the page says', async () => {
      const ports = { hello: 0, business: 0, zone: 0, gateway: 0, admin: 0, page: 0 };
      dev = await runDev({
        ports,
        directory: join(folder, '.gatesvr'),
        output: new PassThrough().resume(),
        ledger: false,
      });
      const [, snippet = ''] = /^```js outcomes\.mjs\n([^]*?)^```$/m.exec(page) ?? [];
      const [, promised] = /^prints, against `npm start`,\n\n```text\n([^]*?)^```$/m.exec(page) ?? [];
      writeFileSync(join(folder, 'outcomes.mjs'), snippet.replace('http://localhost:8080/', dev.state.pageUrl));
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'outcomes.mjs')]);
      assert.equal(stdout, promised);
    });
  });
});
