// Holds connections and does nothing with them: what they cost by themselves, in memory.
//
//   bare-gateway quic|wss CERTIFICATE_FILE
import { acceptQuic, acceptWss } from './accept.js';

const [transport, certificateFile] = process.argv.slice(2) as [string, string];
const silent = {
  data: (): void => undefined,
  datagram: (): void => undefined,
  drained: (): void => undefined,
  closed: (): void => undefined,
};

const { port } =
  transport === 'quic'
    ? await acceptQuic(certificateFile, (connection) => connection.open(silent))
    : await acceptWss(certificateFile, (socket) => socket.on('message', silent.data));
console.log(`ready ${port}`);
process.once('SIGTERM', () => process.exit(0));
