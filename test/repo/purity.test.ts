import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Bytes are Uint8Array; time, randomness and I/O are arguments. */
const forbiddenGlobals = new Set([
  ...['Buffer', 'process', 'global', 'globalThis', 'window', 'self', 'document', 'console'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  ...['queueMicrotask', 'Date', 'performance', 'crypto', 'require', 'fetch', 'WebSocket', 'WebTransport'],
  ...['navigator', 'requestAnimationFrame', 'MessageChannel', 'structuredClone'],
]);

/** Names of globals that a source text uses as values and may not, as "name line". */
function impurities(text: string): string[] {
  const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const report = (name: string, node: ts.Node): void => {
    found.push(`${name} ${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') report('Math.random', node);
    if (ts.isIdentifier(node) && forbiddenGlobals.has(node.text) && isGlobal(node)) report(node.text, node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** False where the identifier only names a property, a parameter or another declaration. */
function isGlobal(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  return !('name' in parent && parent.name === node) && !('propertyName' in parent && parent.propertyName === node);
}

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

describe('pure folders', () => {
  for (const folder of ['lib/protocol', 'lib/webtransport', 'lib/delivery']) {
    it(`${folder} uses no globals of a platform, no time and no randomness`, () => {
      const found = filesIn(folder).flatMap((file) =>
        impurities(readFileSync(join(root, file), 'utf8')).map((where) => `${file}: ${where}`),
      );
      assert.deepEqual(found, []);
    });
  }

  it('are watched for every way to reach a global', () => {
    for (const [text, expected] of [
      ['const a = Buffer.alloc(1);', 'Buffer 1'],
      ['\nsetTimeout(f, 1);', 'setTimeout 2'],
      ['const f = (now = Date.now()) => now;', 'Date 1'],
      ['const x = 1 + Math.random();', 'Math.random 1'],
      ['const x = new Date();', 'Date 1'],
      ['const o = { performance };', 'performance 1'],
      ['globalThis.setTimeout(f);', 'globalThis 1'],
      ['crypto.getRandomValues(a);', 'crypto 1'],
      ['export const t = process.hrtime;', 'process 1'],
    ] as const) {
      assert.deepEqual(impurities(text), [expected], text);
    }
  });

  it('may use the same names for properties, parameters and types', () => {
    assert.deepEqual(impurities('a.process(b); const o = { process: 1 }; interface A { document: 1 }'), []);
    assert.deepEqual(impurities('type B = Buffer; let x: Date | undefined; class C { process() {} }'), []);
    assert.deepEqual(impurities('// Buffer in a comment\nconst s = "Date";'), []);
  });
});
