import { readFileSync } from 'node:fs';

/** How to reach a running gateway. */
export interface Surroundings {
  readonly gatewayUrl: string;
  /** SHA-256 of the certificate, base64; undefined: trust the authorities that Node.js trusts. */
  readonly certificateHash: string | undefined;
  token(player: string, zone?: string): Promise<string>;
}

/** The development set-up that `npm start` runs. */
export interface DevSetUp extends Surroundings {
  readonly ledgerDirectory: string | undefined;
  /** Process id of a service now; undefined while it isn't running. */
  pidOf(service: string): number | undefined;
}

interface DevState {
  readonly pid: number;
  readonly pageUrl: string;
  readonly gateway: { readonly url: string; readonly certificateHash: string | null };
  readonly processes: Readonly<Record<string, { readonly pid: number | null }>>;
  readonly ledgerDirectory: string | null;
}

const STATE_FILE = '.gatesvr/dev.json';

/**
 * Finds the set-up that runs from this directory.
 * @throws Error when there is none
 */
export function findSetUp(stateFile = STATE_FILE): DevSetUp {
  const { gateway, pageUrl, ledgerDirectory } = readState(stateFile);
  return {
    gatewayUrl: gateway.url,
    certificateHash: gateway.certificateHash ?? undefined,
    ledgerDirectory: ledgerDirectory ?? undefined,
    token: (player, zone) => askForToken(pageUrl, player, zone),
    pidOf: (service) => readState(stateFile).processes[service]?.pid ?? undefined,
  };
}

function readState(path: string): DevState {
  let state: DevState;
  try {
    state = JSON.parse(readFileSync(path, 'utf8')) as DevState;
  } catch (cause) {
    throw new Error('no gateway runs here: start one with "npm start", or name one with --url and --token', { cause });
  }
  if (!isRunning(state.pid)) throw new Error(`${path} is a leftover: start the gateway with "npm start"`);
  return state;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function askForToken(pageUrl: string, player: string, zone: string | undefined): Promise<string> {
  const query = new URLSearchParams({ player, ...(zone === undefined ? {} : { zone }) });
  const response = await fetch(new URL(`/dev/token?${query}`, pageUrl));
  const { token, error } = (await response.json()) as { token?: string; error?: string };
  if (token === undefined) throw new Error(`no token for ${player}: ${error ?? response.statusText}`);
  return token;
}
