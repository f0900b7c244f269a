import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../lib/client/node.js';
import type { ClientTransport, GatesvrClient } from '../../lib/client/node.js';
import { noLog, type Log } from '../../lib/log.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { GatewayStand } from '../support/gateway-stand.js';
import { until } from '../support/until.js';

const TRANSPORTS: readonly ClientTransport[] = ['webtransport', 'websocket'];
/** Clients of each transport that stay for the whole test, and their requests under way. */
const STAYING = 3;
const SIDE_BY_SIDE = 8;
const REPLACEMENTS = 3;

describe('Gateway: its certificate is replaced while clients are at work, over QUIC and over WebSocket', function () {
  this.timeout(180_000);
  let directory: string;
  let stand: GatewayStand;
  let clients: GatesvrClient[];
  let logged: string[];
  let isOver: boolean;
  let players = 0;
  const log: Log = { ...noLog, error: (message) => logged.push(message), child: () => log };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-certs-'));
    clients = [];
    logged = [];
    isOver = false;
  });

  afterEach(async () => {
    isOver = true;
    await Promise.all(clients.map((client) => client.close()));
    await stand.stop();
    rmSync(directory, { recursive: true });
  });

  function write(chain: Uint8Array, key: Uint8Array): void {
    writeFileSync(join(directory, 'new.key'), key);
    writeFileSync(join(directory, 'new.pem'), chain);
    renameSync(join(directory, 'new.key'), join(directory, 'server.key'));
    renameSync(join(directory, 'new.pem'), join(directory, 'server.pem'));
  }

  async function startWith({ chain, key }: TestCertificate): Promise<void> {
    write(chain, key);
    stand = await GatewayStand.start({
      config: {
        tls: { certFile: join(directory, 'server.pem'), keyFile: join(directory, 'server.key') },
        // Clients ask as fast as they are answered: on a fast machine faster than the default allows.
        session: { requestsPerSecond: 1_000_000, requestBurst: 1_000_000 },
      },
      log,
    });
  }

  /** A new player that trusts these certificates alone. */
  function arrive(transport: ClientTransport, ...trusted: TestCertificate[]): GatesvrClient {
    const client = connect({
      url: stand.url,
      token: `token-of-player-${++players}`,
      serverCertificateHashes: trusted.map(({ hash }) => Buffer.from(hash).toString('base64')),
      transports: [transport],
    });
    clients.push(client);
    return client;
  }

  /** Whether a new connection is shown this one. */
  async function shows(transport: ClientTransport, certificate: TestCertificate): Promise<boolean> {
    const client = arrive(transport, certificate);
    const isShown = await Promise.race([
      client.ready().then(() => true),
      new Promise<boolean>((resolve) => client.onError(() => resolve(false))),
    ]);
    await client.close();
    return isShown;
  }

  /** Asks again whenever it is answered, until the test is over. @returns how many answers came */
  async function work(client: GatesvrClient): Promise<number> {
    const line = async (): Promise<number> => {
      let answers = 0;
      for (; !isOver; answers++) {
        const text = `${answers}`;
        assert.equal((await client.request('echo', text)).text(), text);
      }
      return answers;
    };
    const lines = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, line));
    return lines.reduce((sum, answers) => sum + answers, 0);
  }

  /** Players come, ask and go, one after the other, until the test is over. @returns how many */
  async function comeAndGo(transport: ClientTransport, trusted: () => readonly TestCertificate[]): Promise<number> {
    let visits = 0;
    for (; !isOver; visits++) {
      const client = arrive(transport, ...trusted());
      const failed = new Promise<never>((_resolve, reject) => client.onError(reject));
      await Promise.race([client.request('echo', 'hello'), failed]);
      await client.close();
    }
    return visits;
  }

  it('nobody is disconnected or turned away, and who comes sees the new one', async () => {
    let current = await makeCertificate();
    const issued = [current];
    await startWith(current);
    const staying = TRANSPORTS.flatMap((transport) =>
      Array.from({ length: STAYING }, () => arrive(transport, current)),
    );
    await Promise.all(staying.map((client) => client.ready()));
    const working = Promise.all(staying.map(work));
    const visiting = Promise.all(TRANSPORTS.map((transport) => comeAndGo(transport, () => issued)));

    for (let i = 0; i < REPLACEMENTS; i++) {
      const next = await makeCertificate();
      issued.push(next);
      write(next.chain, next.key);
      for (const transport of TRANSPORTS) {
        while (!(await shows(transport, next)));
        assert.equal(await shows(transport, current), false);
      }
      current = next;
    }

    const answeredBefore = staying.map(({ progress }) => progress.position);
    await until(() => staying.every(({ progress }, i) => progress.position > answeredBefore[i]! + SIDE_BY_SIDE));
    isOver = true;
    const [answers, visits] = await Promise.all([working, visiting]);
    assert.ok(answers.every((count) => count > 0) && visits.every((count) => count > 0));
    for (const { counters } of staying) {
      assert.equal(counters.losses, 0);
      assert.deepEqual(counters.resumes, { FULL: 0, PARTIAL: 0, FRESH: 1 });
    }
    assert.deepEqual(logged, []);
  });

  it('the old one stays on both transports when the new files can’t be used, and that is logged', async () => {
    const [current, other] = [await makeCertificate(), await makeCertificate()];
    await startWith(current);
    const staying = TRANSPORTS.map((transport) => arrive(transport, current));
    const working = Promise.all(staying.map(work));
    write(other.chain, current.key);
    await until(() => logged.length > 0);
    assert.deepEqual(logged, ['the certificate files changed and cannot be used; the old certificate stays']);
    for (const transport of TRANSPORTS) {
      assert.deepEqual([await shows(transport, current), await shows(transport, other)], [true, false]);
    }
    isOver = true;
    await working;
    assert.ok(staying.every(({ counters }) => counters.losses === 0));
  });
});
