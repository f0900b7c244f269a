import { parseArgs } from 'node:util';
import { connect, type GatesvrClient } from '../../lib/client/node.js';
import { runDemo } from './demo/demo.js';
import { demoTransports, transportsOf, type DemoTransport } from './demo/network.js';
import { talk } from './interactive.js';
import { requestOnce } from './one-shot.js';
import { findSetUp, type Surroundings } from './surroundings.js';

const HELP = `The example client. It reaches the gateway that "npm start" runs, over QUIC or WebSocket.

  npm run client                                talk to it: type requests, cut the link
  npm run client -- --action echo --data hi     one request, its answer on standard output
  npm run client -- --demo                      50 clients, links cut in every phase, and the proof

Options
  --player NAME       who to log in as                           (you)
  --action ACTION     the one request to make
  --data TEXT         its payload; JSON for most actions
  --url URL           another gateway, with --token
  --token TOKEN       what its Hello service takes
  --hash BASE64       SHA-256 of its certificate, for one that no authority signed
  --transport WHAT    quic, websocket, or mixed: the better one  (mixed; with --demo quic)
                      that opens. In a mixed demo UDP comes and
                      goes, and clients change with it
  --demo              with:
    --clients N       how many                                   (50)
    --cuts N          cuts of each of the four phases, at least  (130)
    --seconds N       at least so long                           (10; with --kill 30)
    --kill SERVICE    SIGKILL it every 5 s: business, zone
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    player: { type: 'string', default: 'you' },
    action: { type: 'string' },
    data: { type: 'string', default: '' },
    url: { type: 'string' },
    token: { type: 'string' },
    hash: { type: 'string' },
    demo: { type: 'boolean', default: false },
    transport: { type: 'string' },
    clients: { type: 'string', default: '50' },
    cuts: { type: 'string', default: '130' },
    seconds: { type: 'string' },
    kill: { type: 'string' },
  },
});

async function main(): Promise<boolean> {
  if (values.help) {
    process.stdout.write(HELP);
    return true;
  }
  return values.demo ? demo() : single();
}

function demo(): Promise<boolean> {
  const { kill } = values;
  return runDemo({
    setUp: findSetUp(),
    transport: transport(values.transport ?? 'quic'),
    clients: count('clients', values.clients),
    cutsPerPhase: count('cuts', values.cuts),
    seconds: count('seconds', values.seconds ?? (kill === undefined ? '10' : '30')),
    kill,
    print: (text) => console.log(text),
    ...(process.stdout.isTTY ? { progress: (line: string) => process.stdout.write(`\r\x1b[K${line}`) } : {}),
  });
}

async function single(): Promise<boolean> {
  const client = open(surroundings());
  try {
    if (values.action === undefined) await talk(client);
    else return await requestOnce(client, values.action, values.data);
    return true;
  } finally {
    await client.close();
  }
}

function surroundings(): Surroundings {
  const { url, token, hash } = values;
  if (url === undefined) return findSetUp();
  if (token === undefined) throw new Error('--url needs --token');
  return { gatewayUrl: url, certificateHash: hash, token: () => Promise.resolve(token) };
}

function open(surroundings: Surroundings): GatesvrClient {
  const { gatewayUrl, certificateHash } = surroundings;
  const transports = transportsOf[transport(values.transport ?? 'mixed')];
  return connect({
    url: gatewayUrl,
    transports,
    getToken: () => surroundings.token(values.player),
    ...(certificateHash === undefined ? {} : { serverCertificateHashes: [certificateHash] }),
  });
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not "${text}"`);
  return value;
}

function transport(name: string): DemoTransport {
  const known = demoTransports.find((word) => word === name);
  if (known === undefined) throw new Error(`--transport is one of ${demoTransports.join(', ')}, not "${name}"`);
  return known;
}

main().then(
  (fine) => {
    process.exitCode = fine ? 0 : 1;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
