// Runs the tests. Arguments go to mocha: `npm test -- test/quic --grep retry`.
//
// Some tests use programs that npm can't install. As root on Debian a missing one is installed; elsewhere its tests are
// pending, by name, and the line to type is printed. With CI=true a missing program is a failure.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Program → the Debian package it comes in, and the names it goes by. */
const programs = JSON.parse(readFileSync(join(root, 'test/support/system-programs.json'), 'utf8'));

const missing = Object.keys(programs).filter((name) => !isThere(name) && !install(name));
if (missing.length > 0) {
  const packages = missing.map((name) => programs[name].debianPackage).join(' ');
  console.error(`test: missing ${missing.join(', ')}; install with: sudo apt-get install --yes ${packages}`);
  if (process.env.CI === 'true') process.exit(1);
  console.error('test: the tests that use it are pending');
}

run('scripts/build.js', []);
run('node_modules/mocha/bin/mocha.js', withFiles(process.argv.slice(2)));

/** A folder stands for the tests in it, at any depth; without file or folder all tests run. */
function withFiles(args) {
  const testsIn = (folder) => `${folder.replace(/\/$/, '')}/**/*.test.ts`;
  const isPath = (arg) => existsSync(arg) || arg.includes('*');
  const given = args.map((arg) => (existsSync(arg) && statSync(arg).isDirectory() ? testsIn(arg) : arg));
  return args.some(isPath) ? given : [...given, testsIn('test')];
}

/** Runs a script with this Node and ends with its exit code if that isn't 0. */
function run(script, args) {
  console.log(`> node ${script} ${args.join(' ')}`.trimEnd());
  const { status, signal } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}

function isThere(name) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return programs[name].names.some((program) => folders.some((folder) => isExecutable(join(folder, program))));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install(name) {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false;
  console.log(`test: installing ${programs[name].debianPackage}`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args) => spawnSync('apt-get', args, { stdio: 'inherit', env: environment }).status === 0;
  aptGet('update');
  return aptGet('install', '--yes', '--no-install-recommends', programs[name].debianPackage) && isThere(name);
}
