// Socket.IO as its package has it: WebSockets with TLS, no polling before. What it pushes comes from the process itself.
//
// With `recover` it keeps what clients miss and sends it when they come back (connectionStateRecovery).
//
//   socket-io-server CERTIFICATE_FILE [recover]
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { Server } from 'socket.io';
import { answerCommands } from '../support/commands.js';
import { PaceListener } from '../support/pace.js';
import { PushLoad, type NumberedPushes, type PushOrder } from '../support/push-load.js';
import { PushedPayload } from '../support/pushed-payload.js';

const HOST = '127.0.0.1';
/** No acknowledgement may take longer. */
const ACKNOWLEDGED_WITHIN_MS = 30_000;

const [certificateFile, recover] = process.argv.slice(2) as [string, string?];
const pem = readFileSync(certificateFile);
const https = createServer({ cert: pem, key: pem });
const server = new Server(https, {
  transports: ['websocket'],
  serveClient: false,
  ...(recover === undefined ? {} : { connectionStateRecovery: {} }),
});
let load: PushLoad | undefined;
const pace = await PaceListener.start((upTo) => load?.reached(upTo));

answerCommands({
  pacePort: () => pace.port,
  /** @param acknowledged whether each receiver acknowledges each push */
  push: (order: PushOrder & { readonly acknowledged: boolean }) => {
    load = new PushLoad(order, order.acknowledged ? pushAcknowledged : push);
    return load.run();
  },
  /** Pushes these numbers, whoever is there. */
  pushNumbers: ({ from, to, payloadBytes }: NumberedPushes) => {
    const payload = new PushedPayload(payloadBytes);
    for (let number = from; number <= to; number++) server.emit('push', payload.write(number));
  },
  connected: () => server.sockets.sockets.size,
});

function push(payload: Uint8Array): Promise<void> {
  server.emit('push', payload);
  return Promise.resolve();
}

async function pushAcknowledged(payload: Uint8Array): Promise<void> {
  await server.timeout(ACKNOWLEDGED_WITHIN_MS).emitWithAck('push', payload);
}

https.listen(0, HOST, () => {
  const address = https.address();
  console.log(`ready ${typeof address === 'object' && address !== null ? address.port : ''}`);
});
process.once('SIGTERM', () => process.exit(0));
