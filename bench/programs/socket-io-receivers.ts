// Receivers of what Socket.IO sends, many in a process, each a client of its own package.
import { readFileSync } from 'node:fs';
import { io, type Socket } from 'socket.io-client';
import { answerCommands } from '../support/commands.js';
import { Receiving, type ReceiveOrder } from './receiving.js';
import { sideBySide } from './side-by-side.js';

const clients: Socket[] = [];
const receiving = new Receiving();

answerCommands({
  /** Connects further clients until there are `count`, or lets go those that are too many. */
  hold: async ({ url, certificateFile, count }: { url: string; certificateFile: string; count: number }) => {
    for (const client of clients.splice(count)) client.disconnect();
    const authority = readFileSync(certificateFile, 'utf8');
    await sideBySide(count - clients.length, () => open(url, authority));
  },
  begin: (order: ReceiveOrder) => receiving.begin(order),
  end: () => receiving.end(),
});
console.log('ready');

function open(url: string, authority: string): Promise<void> {
  const client = io(url, { transports: ['websocket'], forceNew: true, ca: authority });
  return new Promise((resolve, reject) => {
    client.once('connect_error', reject);
    client.once('connect', () => {
      const index = clients.push(client) - 1;
      client.on('push', (payload: Buffer, acknowledge?: () => void) => {
        receiving.received(index, payload);
        acknowledge?.();
      });
      client.on('disconnect', (reason) => receiving.problem(`a connection was lost: ${reason}`));
      resolve();
    });
  });
}
