import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Service } from '../lib/service/service.js';

/** What `close` gets: a gateway that stops at the same time answers no push any more. */
const CLOSE_MS = 1000;

/**
 * Runs an example service as a process: on `--port`, else PORT, else its own; on `--host`, else 127.0.0.1. Stops in
 * order on SIGINT and SIGTERM. Ends with one line and code 1 if it can't start.
 * @param close lets go of what the service's requests needed
 */
export async function runService(
  create: () => Service,
  defaultPort: number,
  close: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  try {
    const { host, port: wanted } = readAddress(defaultPort);
    const service = create();
    const port = await service.start(`${host}:${wanted}`);
    console.log(`${service.name} listens on ${host}:${port}`);
    const stop = async (): Promise<void> => {
      await service.stop();
      await Promise.race([close(), sleep(CLOSE_MS)]);
      process.exit(0);
    };
    process.once('SIGINT', () => void stop()).once('SIGTERM', () => void stop());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

function readAddress(defaultPort: number): { host: string; port: number } {
  const { values } = parseArgs({
    options: { host: { type: 'string', default: '127.0.0.1' }, port: { type: 'string' } },
  });
  const port = values.port ?? process.env.PORT ?? String(defaultPort);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`"${port}" is not a port (0 to 65535)`);
  return { host: values.host, port: Number(port) };
}
