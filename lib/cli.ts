#!/usr/bin/env node
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { systemClock } from './clock.js';
import { describeConfig, loadConfig } from './config.js';
import type { LoadedConfig } from './config.js';
import { modulePath, packageVersion } from './dev/paths.js';
import { GatesvrError } from './errors.js';
import { createLog } from './log.js';
import { ProcessLife } from './process-life.js';

/** Commands of `gatesvr`. A start that fails says why in one line and ends with code 1. */

interface ConfigOptions {
  readonly config?: string;
  readonly set: readonly string[];
  readonly port?: string;
  readonly adminPort?: string;
  readonly pushPort?: string;
  readonly logLevel?: string;
}

interface DevCommandOptions extends ConfigOptions {
  readonly pagePort?: string;
  readonly helloPort?: string;
  readonly businessPort?: string;
  readonly zonePort?: string;
  readonly ledger: boolean;
}

/** Over `shutdown.totalTimeoutMs`, which the gateway keeps by itself: this limit is for a gateway that doesn't. */
const STOP_MARGIN_MS = 1000;
/** The development set-up stops page, gateway (30 s) and services (5 s). */
const DEV_STOP_TIMEOUT_MS = 45_000;
/** After a crash little can be trusted to finish. */
const CRASH_TIMEOUT_MS = 5000;

const program = new Command('gatesvr')
  .description('Client-facing gateway: WebTransport in, gRPC out, delivery in order and exactly once')
  .version(packageVersion());

withConfigOptions(program.command('serve').description('run the gateway')).action(serve);
withConfigOptions(
  program.command('config').description('print the effective configuration and where each value comes from'),
).action((options: ConfigOptions) => {
  process.stdout.write(describeConfig(load(options)));
});
withConfigOptions(program.command('dev').description('run gateway, example services and the page on this machine'))
  .option('--page-port <port>', 'TCP port of the page')
  .option('--hello-port <port>', 'TCP port of the Hello service')
  .option('--business-port <port>', 'TCP port of the Business service')
  .option('--zone-port <port>', 'TCP port of the Zone service')
  .option('--no-ledger', 'let the services keep no ledger')
  .action(develop);
program
  .command('client')
  .description('the example client, for what `gatesvr dev` runs; `gatesvr client --help` lists what it can')
  .argument('[options...]')
  .helpOption(false)
  .allowUnknownOption()
  .action(runClient);

// Whoever read the output has gone: no reason to end.
process.stdout.on('error', () => undefined);

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`gatesvr: ${startProblem(error)}\n`);
  process.exit(1);
});

function withConfigOptions(command: Command): Command {
  const collect = (value: string, values: readonly string[]): string[] => [...values, value];
  return command
    .option('-c, --config <file>', 'YAML or JSON file (GATESVR_CONFIG)')
    .option('-s, --set <key=value>', 'one setting, over file and environment; may be repeated', collect, [])
    .option('-p, --port <port>', 'the same as --set listen.port=…')
    .option('--admin-port <port>', 'the same as --set admin.port=…')
    .option('--push-port <port>', 'the same as --set push.port=…')
    .option('--log-level <level>', 'the same as --set log.level=…');
}

function load(options: ConfigOptions): LoadedConfig {
  return loadConfig({ file: options.config, environment: process.env, flags: settingsOf(options) });
}

/** What the command line sets, "key=value". */
function settingsOf(options: ConfigOptions): string[] {
  const named = [
    ['listen.port', options.port],
    ['admin.port', options.adminPort],
    ['push.port', options.pushPort],
    ['log.level', options.logLevel],
  ] as const;
  return [...options.set, ...named.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]))];
}

async function serve(options: ConfigOptions): Promise<void> {
  const { config } = load(options);
  // Loaded late, so that a wrong configuration is told at once.
  const { Gateway } = await import('./gateway.js');
  const log = createLog(config.log);
  const gateway = new Gateway(config, { log });
  new ProcessLife({
    process,
    clock: systemClock,
    log,
    stop: () => gateway.stop(),
    stopTimeoutMs: config.shutdown.totalTimeoutMs + STOP_MARGIN_MS,
    crashTimeoutMs: CRASH_TIMEOUT_MS,
  }).begin();
  await gateway.start();
}

async function develop(options: DevCommandOptions): Promise<void> {
  load(options);
  const { runDev } = await import('./dev/dev.js');
  const abort = new AbortController();
  const starting = runDev({
    config: options.config,
    settings: settingsOf(options),
    ports: {
      ...port('page', options.pagePort),
      ...port('hello', options.helloPort),
      ...port('business', options.businessPort),
      ...port('zone', options.zonePort),
    },
    ledger: options.ledger,
    signal: abort.signal,
  });
  new ProcessLife({
    process,
    clock: systemClock,
    log: createLog({ level: 'warn', format: 'auto' }),
    stop: async () => {
      abort.abort();
      const dev = await starting.catch(() => undefined);
      await dev?.stop();
    },
    stopTimeoutMs: DEV_STOP_TIMEOUT_MS,
    crashTimeoutMs: DEV_STOP_TIMEOUT_MS,
  }).begin();
  try {
    await starting;
  } catch (error) {
    // Stopped while it started: the process ends on its way.
    if (!abort.signal.aborted) throw error;
  }
}

/** The example client has a command line of its own. */
async function runClient(args: readonly string[]): Promise<void> {
  const module = modulePath('examples/quic-client/main');
  process.argv = [process.execPath, module, ...args];
  await import(pathToFileURL(module).href);
}

function port<const Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, number>> {
  if (value === undefined) return {};
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
    throw new GatesvrError('BAD_CONFIG', `the ${name} port is "${value}": allowed is an integer from 0 to 65535`);
  }
  return { [name]: Number(value) } as Partial<Record<Name, number>>;
}

/** One line for whoever started it; the stack only of what is no error of ours. */
function startProblem(error: unknown): string {
  if (error instanceof GatesvrError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
