import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const configFile = join(root, '.dependency-cruiser.cjs');
const config = createRequire(import.meta.url)(configFile) as { forbidden: { name: string }[] };

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** Runs the rules over a tree and returns "file rule" of every violation. */
function cruise(directory: string, folders: readonly string[]): Set<string> {
  const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [depcruise, '--config', configFile, '--output-type', 'json', ...folders],
    { cwd: directory, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  assert.ok(stdout.startsWith('{'), stderr);
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return new Set(summary.violations.map(({ from, rule }) => `${from} ${rule.name}`));
}

/** Files that break no rule, and give the others something to import. */
const lawful: Record<string, string> = {
  'lib/errors.ts': 'export const errors = 1;',
  'lib/log.ts': "import winston from 'winston';\nexport const log = winston; export interface Log { a: 1 }",
  'lib/config.ts':
    "import { load } from './config/load.js';\nexport const config = load; export interface Config { a: 1 }",
  'lib/config/load.ts': "import { parse } from 'yaml';\nexport const load = parse;",
  'lib/gen/gateway.ts': "export * from 'protobufjs/minimal.js';",
  'lib/protocol/codec.ts': "import '../gen/gateway.js';\nimport '../errors.js';\nexport const codec = 1;",
  'lib/delivery/queue.ts':
    "import { Heap } from 'heap-js';\nimport { codec } from '../protocol/codec.js';\nexport const queue = [Heap, codec];",
  'lib/transport/transport.ts': 'export interface Connection { a: 1 }',
  'lib/transport/listener.ts': "import 'node:net';\nexport const listener = 1;",
  'lib/quic/engine.ts': 'export const engine = 1;',
  'lib/dispatch/router.ts': 'export const router = 1; export interface Route { a: 1 }',
  'lib/session/session.ts':
    "import type { Log } from '../log.js';\nimport type { Player } from '../player/player.js';\nimport { queue } from '../delivery/queue.js';\nexport const session = queue; export type S = [Log, Player]; export interface Session { a: 1 }",
  'lib/player/player.ts':
    "import type { Connection } from '../transport/transport.js';\nexport interface Player { a: Connection }",
  'lib/client/core.ts':
    "import type { Connection } from '../transport/transport.js';\nexport const core = 1; export type C = Connection;",
  'lib/client/browser.ts': "import { core } from './core.js';\nexport const browser = core;",
  'lib/client/node.ts':
    "import 'node:net';\nimport { listener } from '../transport/listener.js';\nexport const node = listener;",
  'lib/service/service.ts': "import { status } from '@grpc/grpc-js';\nexport const service = status;",
  'lib/gateway.ts':
    "import { session } from './session/session.js';\nimport { log } from './log.js';\nimport { config } from './config.js';\nimport { maker } from '../certs/maker.js';\nexport const gateway = [session, log, config, maker];",
  'certs/maker.ts': "import { errors } from '../lib/errors.js';\nexport const maker = errors;",
  'examples/hello.ts': "import { service } from '../lib/service/service.js';\nexport const hello = service;",
};

/** Rule → a file that breaks it. */
const unlawful: Record<string, { file: string; text: string; others?: Record<string, string> }> = {
  'no-cycle': {
    file: 'lib/upstream/a.ts',
    text: "import type { B } from './b.js';\nexport interface A { b: B }",
    others: { 'lib/upstream/b.ts': "import type { A } from './a.js';\nexport interface B { a: A }" },
  },
  unresolvable: { file: 'lib/player/lost.ts', text: "import './nowhere.js';" },
  'values-across-folders': {
    file: 'lib/player/values.ts',
    text: "import { router } from '../dispatch/router.js';\nexport const value = router;",
  },
  'values-into-root-files': {
    file: 'lib/shutdown.ts',
    text: "import { engine } from './quic/engine.js';\nexport const value = engine;",
  },
  'config-and-log-as-types': {
    file: 'lib/push/log.ts',
    text: "import { log } from '../log.js';\nexport const value = log;",
  },
  'config-folder-is-private': {
    file: 'lib/push/config.ts',
    text: "import type { load } from '../config/load.js';\nexport type Load = typeof load;",
  },
  'generated-code-is-private': {
    file: 'lib/session/generated.ts',
    text: "import type * as gateway from '../gen/gateway.js';\nexport type Gateway = typeof gateway;",
  },
  'values-into-certs': {
    file: 'certs/gateway.ts',
    text: "import { engine } from '../lib/quic/engine.js';\nexport const value = engine;",
  },
  'pure-folders-stay-pure': { file: 'lib/webtransport/impure.ts', text: "import 'node:crypto';" },
  'pure-folders-look-down': {
    file: 'lib/delivery/looking-up.ts',
    text: "import type { Connection } from '../transport/transport.js';\nexport type C = Connection;",
  },
  'client-runs-in-browsers': {
    file: 'lib/client/files.ts',
    text: "import type { Stats } from 'node:fs';\nexport type S = Stats;",
  },
  'browser-client-reaches-no-node-code': {
    file: 'lib/client/browser.ts',
    text: "import { helper } from './helper.js';\nexport const browser = helper;",
    others: {
      'lib/client/helper.ts': "import { listener } from '../transport/listener.js';\nexport const helper = listener;",
    },
  },
  'session-knows-no-router': {
    file: 'lib/session/routing.ts',
    text: "import type { Route } from '../dispatch/router.js';\nexport type R = Route;",
  },
  'nobody-looks-up-to-sessions': {
    file: 'lib/player/session.ts',
    text: "import type { Session } from '../session/session.js';\nexport type S = Session;",
  },
  'examples-use-the-doors': {
    file: 'examples/inside.ts',
    text: "import type { Route } from '../lib/dispatch/router.js';\nexport type R = Route;",
  },
  'nobody-needs-examples': {
    file: 'lib/dev/example.ts',
    text: "import { hello } from '../../examples/hello.js';\nexport const value = hello;",
  },
  'no-dev-dependency': { file: 'lib/dev/development.ts', text: "import 'esbuild';" },
  'package-without-home': { file: 'lib/dev/homeless.ts', text: "import 'esbuild';" },
};

const homes = ['@grpc/grpc-js', '@hono/node-server', '@peculiar/x509', 'commander', 'heap-js', 'hono', 'jose'];
const moreHomes = ['prom-client', 'protobufjs', 'reflect-metadata', 'winston', 'ws', 'yaml'];
for (const name of [...homes, ...moreHomes]) {
  const specifier = name === 'protobufjs' ? 'protobufjs/minimal.js' : name;
  unlawful[`home-of-${name}`] = { file: `lib/session/${name.replace(/\W/g, '-')}.ts`, text: `import '${specifier}';` };
}

describe('the rules of dependencies', () => {
  let directory: string;
  let found: Set<string>;

  async function write(files: Record<string, string>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
  }

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatesvr-dependencies-'));
    for (const file of ['package.json', 'tsconfig.json']) await copyFile(join(root, file), join(directory, file));
    await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
    await write(lawful);
  });

  after(() => rm(directory, { recursive: true }));

  it('let pass what follows them', () => {
    assert.deepEqual([...cruise(directory, ['lib', 'certs', 'examples'])], []);
  });

  it('hold in this repository', () => {
    assert.deepEqual([...cruise(root, ['lib', 'certs', 'examples'])], []);
  });

  it('each have an example that breaks them', () => {
    assert.deepEqual(Object.keys(unlawful).sort(), config.forbidden.map(({ name }) => name).sort());
  });

  describe('are broken by', () => {
    before(async () => {
      for (const { file, text, others } of Object.values(unlawful)) await write({ [file]: text, ...others });
      found = cruise(directory, ['lib', 'certs', 'examples']);
    });

    for (const [rule, { file }] of Object.entries(unlawful)) {
      it(`${file}: ${rule}`, () => {
        assert.ok(
          found.has(`${file} ${rule}`),
          `only found ${[...found].filter((one) => one.startsWith(file)).join()}`,
        );
      });
    }
  });
});

describe('the layout', () => {
  it('has no folder in lib that the design does not name', async () => {
    const known = [
      ...['admin', 'client', 'config', 'delivery', 'dev', 'dispatch', 'gen', 'metrics', 'player', 'protocol'],
      ...['push', 'quic', 'service', 'session', 'transport', 'upstream', 'webtransport'],
    ];
    const entries = await readdir(join(root, 'lib'), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    assert.deepEqual(
      folders.filter((name) => !known.includes(name)),
      [],
    );
  });
});
