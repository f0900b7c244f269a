// Receivers of what Socket.IO sends, many in a process, each a client of its own package.
import { readFileSync } from 'node:fs';
import { io, type Socket } from 'socket.io-client';
import { answerCommands } from '../support/commands.js';
import { Receivers } from './receivers.js';
import { sideBySide } from './side-by-side.js';

const clients: Socket[] = [];
const receivers = new Receivers();

answerCommands({
  ...receivers.commands(() => {
    for (const client of clients) client.connect();
  }),
  /** Connects further clients until there are `count`, or lets go those that are too many. */
  hold: async ({ url, certificateFile, count }: { url: string; certificateFile: string; count: number }) => {
    for (const client of clients.splice(count)) client.disconnect();
    const authority = readFileSync(certificateFile, 'utf8');
    await sideBySide(count - clients.length, () => open(url, authority));
  },
  /** The pusher waits for acknowledgements itself. */
  acknowledged: () => undefined,
  /** Breaks all links. A `disconnect` would say that nobody comes back. */
  leave: () => {
    for (const client of clients) client.io.engine.close();
  },
});
console.log('ready');

function open(url: string, authority: string): Promise<void> {
  // It comes back when it is told to.
  const client = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ca: authority });
  return new Promise((resolve, reject) => {
    client.once('connect_error', reject);
    client.once('connect', () => {
      const index = clients.push(client) - 1;
      client.on('push', (payload: Buffer, last?: unknown) => {
        receivers.received(index, payload);
        // Where connections are recovered it is the place in the history instead.
        if (typeof last === 'function') (last as () => void)();
      });
      client.on('connect', () => receivers.cameBack(client.recovered));
      client.on('connect_error', (error) => receivers.problem(String(error)));
      resolve();
    });
  });
}
