import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientStates } from '../../lib/client/client-state.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { sessionStates } from '../../lib/session/session-state.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const notOurs = /^(node_modules|dist|\.gatesvr|test\/(vectors|output))\//;

const documents = readdirSync(root, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? markdownIn(entry.name) : [entry.name]))
  .filter((path) => path.endsWith('.md') && !notOurs.test(path));

function markdownIn(folder: string): string[] {
  if (notOurs.test(`${folder}/`) || folder === '.git') return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Without blocks and spans of code, where brackets mean something else. */
function prose(text: string): string {
  return text.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
}

/** Targets of Markdown's links and pictures, and of HTML's. */
function targets(text: string): string[] {
  const markdown = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)];
  const html = [...prose(text).matchAll(/(?:href|src|srcset)="([^"]+)"/g)];
  return [...markdown, ...html].map(([, target]) => target!);
}

/** Anchors as GitHub makes them. */
function anchors(text: string): string[] {
  const headings = text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The table behind a mark, as the rows' cells; code quotes are taken off. */
function tableAfter(mark: string, text: string): string[][] {
  const [, behind = ''] = text.split(mark);
  const [table = ''] = /^\|[^]*?\n(?!\|)/m.exec(behind) ?? [];
  return table
    .trim()
    .split('\n')
    .filter((_, index) => index !== 1)
    .map((row) => row.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll('`', '')));
}

type Transitions = Readonly<Record<string, { readonly on: Readonly<Record<string, string | undefined>> }>>;

function transitionsIn(table: string[][]): Record<string, Record<string, string>> {
  const [[, ...events] = [], ...rows] = table;
  return Object.fromEntries(
    rows.map(([state = '', ...cells]) => [
      state,
      Object.fromEntries(events.map((event, index) => [event, cells[index]!]).filter(([, next]) => next !== '')),
    ]),
  );
}

function transitionsOf(states: Transitions): Record<string, unknown> {
  return Object.fromEntries(Object.entries(states).map(([state, { on }]) => [state, { ...on }]));
}

describe('the documents', () => {
  it('are found', () => {
    for (const path of ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md']) assert.ok(documents.includes(path));
  });

  for (const path of documents) {
    it(`${path} links to what is there`, () => {
      const text = read(path);
      const broken = targets(text).filter((target) => {
        if (/^(https?|mailto):/.test(target)) return false;
        const [file = '', anchor] = target.split('#');
        const linked = file === '' ? path : join(dirname(path), file);
        if (!existsSync(join(root, linked))) return true;
        return anchor !== undefined && !anchors(read(linked)).includes(anchor);
      });
      assert.deepEqual(broken, []);
    });

    it(`${path} names commands, files and settings that exist`, () => {
      const text = read(path);
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      const commands = [...text.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name!);
      assert.deepEqual(
        commands.filter((name) => !(name in scripts)),
        [],
      );
      const paths = [...text.matchAll(/`((?:lib|test|docs|examples|bench|proto|scripts|certs)\/[\w./-]*)`/g)];
      assert.deepEqual(
        paths.map(([, name]) => name!).filter((name) => !existsSync(join(root, name))),
        [],
      );
      const known = new Set([...read('docs/configuration.md').matchAll(/^### `(.*)`$/gm)].map(([, key]) => key!));
      const sections = new Set([...known].map((key) => key.split('.')[0]!));
      const settings = [...text.matchAll(/`([a-z]+)\.(?!ts`|js`|proto`)([a-z][A-Za-z]+)`/g)].filter(([, section]) =>
        sections.has(section!),
      );
      assert.deepEqual(
        settings.map(([, section, name]) => `${section}.${name}`).filter((key) => !known.has(key)),
        [],
      );
    });
  }

  it('docs/architecture.md has the state tables of the code', () => {
    const text = read('docs/architecture.md');
    assert.deepEqual(transitionsIn(tableAfter('<!-- session states -->', text)), transitionsOf(sessionStates));
    assert.deepEqual(transitionsIn(tableAfter('<!-- client states -->', text)), transitionsOf(clientStates));
  });

  it('docs/architecture.md has the phases of the stop, in their order', () => {
    const [, ...rows] = tableAfter('<!-- shutdown phases -->', read('docs/architecture.md'));
    const inCode = [...read('lib/gateway.ts').matchAll(/\{ name: '(\w+)', run:/g)].map(([, name]) => name);
    assert.deepEqual(
      rows.map(([name]) => name),
      inCode,
    );
  });

  it('docs/architecture.md names every folder of lib', () => {
    const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' });
    const folders = new Set(files.filter((name) => name.endsWith('.ts')).map((name) => dirname(name)));
    const named = [...read('docs/architecture.md').matchAll(/^\| `lib\/(\w+)`/gm)].map(([, name]) => name!);
    assert.deepEqual([...named, '.'].sort(), [...folders].sort());
  });

  it('docs/protocol.md has every close code', () => {
    const rows = read('docs/protocol.md').matchAll(/^\| (\d+) +\| `(CLOSE_\w+)`/gm);
    const documented = Object.fromEntries([...rows].map(([, code, name]) => [name!, Number(code)]));
    const inProto = Object.entries(CloseCode).filter(([, value]) => typeof value === 'number');
    assert.deepEqual(documented, Object.fromEntries(inProto));
  });
});
