import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { mutations } from './mutations.js';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** `npm run mutate` takes minutes; that none of its rows has gone stale is seen here. */
describe('The mutation table', () => {
  for (const { caseNumber, what, file, find, replace, tests } of mutations) {
    it(`finds the place of "${what}" [B${caseNumber}] once, and a test that names the case`, () => {
      assert.equal(read(file).split(find).length - 1, 1, `${file} holds it once`);
      assert.notEqual(find, replace);
      assert.ok(
        tests.some((path) => read(path).includes(`[B${caseNumber}]`)),
        `a test of ${tests.join(', ')} has the tag`,
      );
    });
  }
});
