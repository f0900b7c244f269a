// Writes lib/gen from proto/. `--check` compares instead and fails if they differ.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const header = '// Generated from proto/ by `npm run generate`. Do not edit.\n';
const scratch = mkdtempSync(join(tmpdir(), 'gatesvr-gen-'));
try {
  for (const name of ['gateway', 'upstream']) {
    for (const [path, text] of Object.entries(generate(name))) keep(path, text);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function generate(name) {
  const commented = join(scratch, `${name}.js`);
  const bare = join(scratch, `${name}.bare.js`);
  const types = join(scratch, `${name}.d.ts`);
  const flags = ['-t', 'static-module', '-w', 'esm', '-r', `gatesvr-${name}`, '--dependency', 'protobufjs/minimal.js'];
  const parts = ['--no-create', '--no-convert', '--no-verify', '--no-delimited', '--no-service', '--no-typeurl'];
  const proto = `proto/${name}.proto`;
  run('pbjs', [...flags, ...parts, '--force-number', '-o', commented, proto]);
  run('pbjs', [...flags, ...parts, '--force-number', '--no-comments', '-o', bare, proto]);
  run('pbts', ['-o', types, commented]);
  return {
    [`lib/gen/${name}.js`]: header + withoutLong(readFileSync(bare, 'utf8')),
    [`lib/gen/${name}.d.ts`]: header + readFileSync(types, 'utf8').replace('import Long = require("long");\n', ''),
  };
}

/** A default of 0 is 0, also where the `long` package is installed and this code was loaded before anybody switched it off. */
function withoutLong(code) {
  return code.replaceAll(/\$util\.Long \? \$util\.Long\.fromBits\(0,0,(?:true|false)\) : 0/g, '0');
}

function run(tool, args) {
  execFileSync(process.execPath, [join(root, 'node_modules', 'protobufjs-cli', 'bin', tool), ...args], { cwd: root });
}

function keep(path, text) {
  if (!process.argv.includes('--check')) {
    writeFileSync(join(root, path), text);
  } else if (readFileSync(join(root, path), 'utf8') !== text) {
    console.error(`${path} is not what proto/ generates: run \`npm run generate\``);
    process.exitCode = 1;
  }
}
