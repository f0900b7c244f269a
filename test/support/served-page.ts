import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page of this machine with nothing to see: a secure context, with an Origin. */
export interface ServedPage {
  readonly url: string;
  stop(): void;
}

/** @param script runs in it */
export async function servePage(script = ''): Promise<ServedPage> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/script.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><title>test</title><script src="/script.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    stop: () => {
      server.close();
    },
  };
}
