import { connect } from '../../lib/client/node.js';

// Asks once, loses its link, asks again and closes: run by test/client/node.test.ts as a process of its own.

const [url = '', hash = ''] = process.argv.slice(2);
const client = connect({ url, serverCertificateHashes: [hash], backoff: { baseMs: 200 } });
process.disconnect();
client.onStateChange((state) => {
  if (state === 'waiting') void client.request('echo', 'again').then(() => client.close());
});
await client.request('echo', 'first');
