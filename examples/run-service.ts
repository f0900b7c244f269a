import { parseArgs } from 'node:util';
import type { Service } from '../lib/service/service.js';

/**
 * Runs an example service as a process: `--port`, else PORT, else its own; HOST, else 127.0.0.1. Stops in order on
 * SIGINT and SIGTERM. Ends with one line and code 1 if it can't start.
 */
export async function runService(create: () => Service, defaultPort: number): Promise<void> {
  try {
    const host = process.env.HOST ?? '127.0.0.1';
    const wanted = readPort(defaultPort);
    const service = create();
    const port = await service.start(`${host}:${wanted}`);
    console.log(`${service.name} listens on ${host}:${port}`);
    const stop = (): void => void service.stop().then(() => process.exit(0));
    process.once('SIGINT', stop).once('SIGTERM', stop);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

function readPort(defaultPort: number): number {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const given = values.port ?? process.env.PORT;
  if (given === undefined) return defaultPort;
  if (!/^\d{1,5}$/.test(given) || Number(given) > 65_535) throw new Error(`"${given}" is not a port (0 to 65535)`);
  return Number(given);
}
