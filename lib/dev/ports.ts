import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { GatesvrError } from '../errors.js';

/** Port of each part; 0 takes a free one. */
export interface DevPorts {
  readonly hello: number;
  readonly business: number;
  readonly zone: number;
  /** UDP. */
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

interface Held {
  readonly name: string;
  readonly port: number;
  readonly release: () => Promise<unknown>;
}

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
  try {
    return { name, ...(await (name === 'gateway' ? holdUdp(wanted) : holdTcp(wanted))) };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is in use' : `can't be had (${message})`;
    throw new GatesvrError('LISTEN_FAILED', `port ${wanted} (${name}) ${why}`, cause);
  }
}

async function holdTcp(wanted: number): Promise<Omit<Held, 'name'>> {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { port, release: () => new Promise((resolve) => server.close(resolve)) };
}

/** As QUIC will: on all addresses, IPv6's included where there is IPv6. */
async function holdUdp(wanted: number): Promise<Omit<Held, 'name'>> {
  try {
    return await bindUdp('udp6', wanted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw error;
    return await bindUdp('udp4', wanted);
  }
}

async function bindUdp(type: 'udp4' | 'udp6', wanted: number): Promise<Omit<Held, 'name'>> {
  const socket = createSocket(type);
  socket.bind(wanted);
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    release: () =>
      new Promise<void>((resolve) => {
        socket.close(resolve);
      }),
  };
}
