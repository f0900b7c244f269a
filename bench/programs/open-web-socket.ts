import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

export interface OpenWebSocket {
  readonly socket: WebSocket;
  /** What carries it: a TCP or TLS socket. */
  readonly stream: Socket;
}

/**
 * Opens a WebSocket as every client of a benchmark has it: without compression.
 * @param authority PEM; whom to trust when the address begins with wss:
 */
export function openWebSocket(url: string, authority?: Buffer): Promise<OpenWebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      ...(authority === undefined ? {} : { ca: authority }),
    });
    let stream: Socket;
    socket.once('upgrade', (response: IncomingMessage) => (stream = response.socket));
    socket.once('open', () => resolve({ socket, stream })).once('error', reject);
  });
}
