import { connect } from 'node:net';
import { modulePath, nodeOptions } from './paths.js';
import type { Config } from '../config.js';
import type { DevPorts } from './ports.js';
import type { ProcessSpec } from './supervised-process.js';

/** What the services get to finish their requests (5 s), and a little. */
const SERVICE_STOP_MS = 7000;
/** The gateway's own limit for its stop (30 s), and a little. */
const GATEWAY_STOP_MS = 32_000;
const PROBE_TIMEOUT_MS = 2000;

const serviceNames = ['hello', 'business', 'zone'] as const;

export interface ServiceSettings {
  readonly ports: DevPorts;
  /** Signs the tokens that Hello takes. */
  readonly secret: string;
  readonly ledgerDirectory: string | undefined;
  /** The gateway's, for those who push. */
  readonly pushToken: string;
}

export function serviceSpecs({ ports, secret, ledgerDirectory, pushToken }: ServiceSettings): ProcessSpec[] {
  return serviceNames.map((name) => ({
    name,
    entry: modulePath(`examples/${name}/main`),
    args: ['--port', String(ports[name])],
    execArgv: nodeOptions(),
    env: {
      LEDGER_DIR: ledgerDirectory ?? '',
      GATEWAY_PUSH_ADDRESS: `127.0.0.1:${ports.push}`,
      GATEWAY_PUSH_TOKEN: pushToken,
      HELLO_TOKEN_SECRET: name === 'hello' ? secret : '',
      // grpc-js would add a line of its own to the error that the service reports.
      GRPC_VERBOSITY: 'NONE',
    },
    isReady: () => accepts(ports[name]),
    stopLimitMs: SERVICE_STOP_MS,
  }));
}

export interface GatewaySettings {
  readonly ports: DevPorts;
  /** Signs resume tokens, unless the configuration has a secret of its own. */
  readonly secret: string;
  /** Where its development certificate is kept. */
  readonly certificates: string;
  /** What file, environment and `settings` make of it. */
  readonly config: Config;
  readonly configFile: string | undefined;
  /** "key=value", over the file. */
  readonly settings: readonly string[];
}

/** The gateway as it is configured, but with the ports and the example services of this set-up. */
export function gatewaySpec({
  ports,
  secret,
  certificates,
  config,
  configFile,
  settings,
}: GatewaySettings): ProcessSpec {
  const examples = serviceNames.map((name) => [
    name,
    { ...config.services[name], addresses: [`127.0.0.1:${ports[name]}`] },
  ]);
  const given = [
    ...settings,
    `services=${JSON.stringify({ ...config.services, ...Object.fromEntries(examples) })}`,
    `listen.port=${ports.gateway}`,
    'admin.host=127.0.0.1',
    `admin.port=${ports.admin}`,
    'push.host=127.0.0.1',
    `push.port=${ports.push}`,
    `tls.directory=${certificates}`,
    ...(servesPlain(config) ? ['listen.plain=local'] : []),
    // Its output is a pipe, and people read it.
    ...(config.log.format === 'auto' ? ['log.format=pretty'] : []),
  ];
  return {
    name: 'gateway',
    entry: modulePath('lib/cli'),
    args: [
      'serve',
      ...(configFile === undefined ? [] : ['--config', configFile]),
      ...given.flatMap((setting) => ['--set', setting]),
    ],
    execArgv: nodeOptions(),
    // Kept over restarts, so that a client hears "store-lost" rather than that its token is unknown.
    env: config.player.tokenSecret === '' ? { GATESVR_PLAYER_TOKEN_SECRET: secret } : {},
    isReady: () => isGatewayReady(ports.admin),
    stopLimitMs: GATEWAY_STOP_MS,
  };
}

/**
 * Whether pages of this machine may use WebSockets without TLS: browsers can't be told by its hash to trust a development
 * certificate there.
 */
export function servesPlain({ listen, tls }: Config): boolean {
  return listen.transports.includes('websocket') && listen.plain !== 'proxies' && tls.certFile === '';
}

/** What the gateway says of itself; false if it doesn't answer. */
export async function isGatewayReady(adminPort: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const reply = await fetch(`http://127.0.0.1:${adminPort}/readyz`, { signal });
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    return false;
  }
}

/** Whether somebody listens there. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: PROBE_TIMEOUT_MS });
    const settle = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', settle(true)).once('error', settle(false)).once('timeout', settle(false));
  });
}
