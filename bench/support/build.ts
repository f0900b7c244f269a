import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programsDirectory = join(root, 'dist/bench');

/** What runs as a process of its own beside the gateway and the services. */
const programs = {
  'gatesvr-clients': 'bench/programs/gatesvr-clients.ts',
  'gatesvr-receivers': 'bench/programs/gatesvr-receivers.ts',
  'gatesvr-pusher': 'bench/programs/gatesvr-pusher.ts',
  'ws-clients': 'bench/programs/ws-clients.ts',
  'floor-clients': 'bench/programs/floor-clients.ts',
  'socket-io-receivers': 'bench/programs/socket-io-receivers.ts',
  'ws-gateway': 'bench/yardstick/ws-gateway.ts',
  'bare-gateway': 'bench/yardstick/bare-gateway.ts',
  'bidi-gateway': 'bench/yardstick/bidi-gateway.ts',
  'bidi-service': 'bench/yardstick/bidi-service.ts',
  'socket-io-server': 'bench/yardstick/socket-io-server.ts',
  'floor-gateway': 'bench/yardstick/floor/floor-gateway.ts',
  probe: 'bench/programs/probe.ts',
};

export type Program = keyof typeof programs;

/**
 * Builds all that is measured as plain JavaScript: the gateway as it is published, and the programs beside it without
 * a loader that would add to their cost.
 */
export async function buildPrograms(): Promise<void> {
  execFileSync(process.execPath, [join(root, 'scripts/build.js')], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await build({
    entryPoints: Object.fromEntries(Object.entries(programs).map(([name, file]) => [name, join(root, file)])),
    outdir: programsDirectory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
}

export function programPath(program: Program): string {
  return join(programsDirectory, `${program}.mjs`);
}

/** @param module of the built gateway and services: "lib/cli" */
export function builtPath(module: string): string {
  return join(root, 'dist', `${module}.js`);
}

export const protoPath = join(root, 'proto/upstream.proto');
