// The direction of dependencies, as rules. test/repo/dependencies.test.ts proves that each of them bites.

/** The only files that put parts together, and so import values from anywhere in lib. */
const COMPOSITION_ROOTS =
  '^lib/(gateway|cli|index)\\.ts$|^lib/client/(browser|node)\\.ts$|^lib/service/service\\.ts$|^lib/dev/';
/** What everybody may import values from: rules without I/O, and what has neither. */
const PURE_FOLDERS = '^lib/(protocol|webtransport|delivery)/';
const COMMON_FILES = '^lib/(address|errors|clock|timer-wheel|token-bucket)\\.ts$';
/** The public doors: `gatesvr`, `gatesvr/client`, `gatesvr/service`. */
const DOORS = '^lib/(index|client/(browser|node)|service/service)\\.ts$';

/** Package → where in lib and certs it may be imported. */
const HOMES = {
  '@grpc/grpc-js': '^lib/(push|service)/',
  '@hono/node-server': '^lib/(admin|dev)/',
  '@peculiar/x509': '^certs/',
  commander: '^lib/cli\\.ts$',
  'heap-js': '^lib/delivery/',
  hono: '^lib/(admin|dev)/',
  jose: '^lib/dev/',
  'prom-client': '^lib/metrics/',
  protobufjs: '^lib/(protocol|gen)/',
  'reflect-metadata': '^certs/',
  winston: '^lib/log\\.ts$',
  ws: '^lib/transport/websocket-',
  yaml: '^lib/config/',
};

const packagePath = (name) => `(^|/)node_modules/${name}/`;
const value = { dependencyTypesNot: ['type-only'] };

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Two files that need each other are one file, or a third is missing. Type imports count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'unresolvable',
      comment: 'The file or package is not there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'values-across-folders',
      comment: 'A folder takes values of pure folders and common files alone; everything else crosses as a type.',
      severity: 'error',
      from: { path: '^lib/([^/]+)/', pathNot: `${COMPOSITION_ROOTS}|^lib/gen/` },
      to: { ...value, path: '^(lib|certs)/', pathNot: `^lib/$1/|${PURE_FOLDERS}|${COMMON_FILES}|^lib/gen/` },
    },
    {
      name: 'values-into-root-files',
      comment:
        'The files at the root of lib are at the bottom: only config.ts has a folder, and composition roots any.',
      severity: 'error',
      from: { path: '^lib/[^/]+\\.ts$', pathNot: COMPOSITION_ROOTS },
      to: { ...value, path: '^(lib/[^/]+|certs)/', pathNot: '^lib/config/' },
    },
    {
      name: 'config-and-log-as-types',
      comment: 'Configuration and log are handed in: only composition roots make them.',
      severity: 'error',
      from: { path: '^(lib|certs)/', pathNot: COMPOSITION_ROOTS },
      to: { ...value, path: '^lib/(config|log)\\.ts$' },
    },
    {
      name: 'config-folder-is-private',
      comment: 'lib/config.ts is the door to lib/config/.',
      severity: 'error',
      from: { pathNot: '^lib/config(/|\\.ts$)|^test/' },
      to: { path: '^lib/config/' },
    },
    {
      name: 'generated-code-is-private',
      comment: 'lib/protocol is the door to the generated code.',
      severity: 'error',
      from: { path: '^(lib|certs|examples)/', pathNot: '^lib/(protocol|gen)/' },
      to: { path: '^lib/gen/' },
    },
    {
      name: 'values-into-certs',
      comment: 'certs/ makes certificates and knows nothing of the gateway.',
      severity: 'error',
      from: { path: '^certs/' },
      to: { ...value, path: '^lib/', pathNot: COMMON_FILES },
    },
    {
      name: 'pure-folders-stay-pure',
      comment: 'Bytes, events and time are arguments there: no node: modules.',
      severity: 'error',
      from: { path: PURE_FOLDERS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-folders-look-down',
      comment: 'Pure folders know pure folders and common files alone, as types too.',
      severity: 'error',
      from: { path: PURE_FOLDERS },
      to: { path: '^(lib|certs|examples)/', pathNot: `${PURE_FOLDERS}|${COMMON_FILES}|^lib/gen/` },
    },
    {
      name: 'client-runs-in-browsers',
      comment: 'Only node.ts of the client may need Node.',
      severity: 'error',
      from: { path: '^lib/client/', pathNot: '^lib/client/node\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browser-client-reaches-no-node-code',
      comment: 'Nothing that the browser client loads may need Node, however far away.',
      severity: 'error',
      from: { path: '^lib/client/browser\\.ts$' },
      to: { reachable: true, path: '^lib/(quic/|transport/(?!transport\\.ts)|client/node\\.ts)' },
    },
    {
      name: 'session-knows-no-router',
      comment: 'Sessions and dispatch meet in gateway.ts alone.',
      severity: 'error',
      from: { path: '^lib/session/' },
      to: { path: '^lib/(dispatch/(router|request-processor|dispatcher)|upstream/)' },
    },
    {
      name: 'nobody-looks-up-to-sessions',
      comment: 'A Player declares the Link that a Session implements; dispatch and upstream know neither.',
      severity: 'error',
      from: { path: '^lib/(player|dispatch|upstream|transport|quic)/' },
      to: { path: '^lib/session/' },
    },
    {
      name: 'examples-use-the-doors',
      comment: 'Examples show what users can write: they import the public doors.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(lib|certs)/', pathNot: DOORS },
    },
    {
      name: 'nobody-needs-examples',
      comment: 'The product does not depend on what shows or tests it.',
      severity: 'error',
      from: { path: '^(lib|certs)/' },
      to: { path: '^(examples|test|bench|scripts)/' },
    },
    {
      name: 'no-dev-dependency',
      comment: 'What runs needs nothing that is installed for development only.',
      severity: 'error',
      from: { path: '^(lib|certs)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'package-without-home',
      comment: 'A third-party package needs a home folder in this file.',
      severity: 'error',
      from: { path: '^(lib|certs)/' },
      to: { path: 'node_modules/', pathNot: Object.keys(HOMES).map(packagePath) },
    },
    ...Object.entries(HOMES).map(([name, home]) => ({
      name: `home-of-${name}`,
      comment: `${name} is imported in its home alone.`,
      severity: 'error',
      from: { path: '^(lib|certs)/', pathNot: home },
      to: { path: packagePath(name) },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
