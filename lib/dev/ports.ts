import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { GatesvrError } from '../errors.js';

/** Port of each part; 0 takes a free one. */
export interface DevPorts {
  readonly hello: number;
  readonly business: number;
  readonly zone: number;
  /** UDP and TCP. */
  readonly gateway: number;
  readonly admin: number;
  readonly push: number;
  readonly page: number;
}

export const defaultPorts: DevPorts = {
  hello: 8081,
  business: 8082,
  zone: 8083,
  gateway: 8453,
  admin: 8454,
  push: 8455,
  page: 8080,
};

type Release = () => Promise<unknown>;

interface Held {
  readonly name: string;
  readonly port: number;
  readonly release: Release;
}

/**
 * Where free ports are looked for: below those that systems give to outgoing connections, of which one could take a port
 * between its release here and its use.
 */
const FREE_FROM = 20_000;
const FREE_TO = 32_768;
const MAX_TRIES = 100;

/**
 * The ports to use. All are held until each is known, so that no two are the same, and then released for the processes
 * that will use them.
 * @throws GatesvrError LISTEN_FAILED if one is in use
 */
export async function choosePorts(wanted: DevPorts): Promise<DevPorts> {
  const held: Held[] = [];
  try {
    // Fixed ones first: none of the free ones shall be taken from them.
    const entries = Object.entries(wanted) as [keyof DevPorts, number][];
    const wishes = [...entries.filter(([, port]) => port !== 0), ...entries.filter(([, port]) => port === 0)];
    for (const [name, port] of wishes) held.push(await hold(name, port));
    return Object.fromEntries(held.map(({ name, port }) => [name, port])) as unknown as DevPorts;
  } finally {
    await Promise.all(held.map(({ release }) => release()));
  }
}

async function hold(name: keyof DevPorts, wanted: number): Promise<Held> {
  for (let tries = 1; ; tries++) {
    const port = wanted === 0 ? randomInt(FREE_FROM, FREE_TO) : wanted;
    try {
      return { name, port, release: await (name === 'gateway' ? holdBoth(port) : holdTcp(port, '127.0.0.1')) };
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE' && wanted === 0 && tries < MAX_TRIES) continue;
      const why = code === 'EADDRINUSE' ? 'is in use' : `can't be had (${message})`;
      throw new GatesvrError('LISTEN_FAILED', `port ${port} (${name}) ${why}`, cause);
    }
  }
}

/** As the gateway will: on all addresses, IPv6's included where there is IPv6. */
async function holdBoth(port: number): Promise<Release> {
  const releaseUdp = await holdUdp(port);
  try {
    const releaseTcp = await holdTcp(port);
    return () => Promise.all([releaseUdp(), releaseTcp()]);
  } catch (error) {
    await releaseUdp();
    throw error;
  }
}

async function holdTcp(port: number, host?: string): Promise<Release> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  return () => new Promise((resolve) => server.close(resolve));
}

async function holdUdp(port: number): Promise<Release> {
  try {
    return await bindUdp('udp6', port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw error;
    return await bindUdp('udp4', port);
  }
}

async function bindUdp(type: 'udp4' | 'udp6', port: number): Promise<Release> {
  const socket = createSocket(type);
  socket.bind(port);
  await once(socket, 'listening');
  return () =>
    new Promise<void>((resolve) => {
      socket.close(resolve);
    });
}
