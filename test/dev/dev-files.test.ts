import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDevelopmentCertificate } from '../../certs/development-certificate.js';
import { certificateHash } from '../../lib/dev/certificate-hash.js';
import { removeState, writeState } from '../../lib/dev/dev-state.js';
import { newLedgerDirectory } from '../../lib/dev/ledger-directory.js';
import { LineSplitter } from '../../lib/dev/line-splitter.js';
import { choosePorts } from '../../lib/dev/ports.js';
import { keptSecret } from '../../lib/dev/token-issuer.js';
import type { AddressInfo } from 'node:net';
import type { DevState } from '../../lib/dev/dev-state.js';

const free = { hello: 0, business: 0, zone: 0, gateway: 0, admin: 0, push: 0, page: 0 };

describe('the files of the development set-up', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-dev-files-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('keep the token secret, for this user alone', () => {
    const path = join(directory, 'deep', 'secret');
    const secret = keptSecret(path);
    assert.ok(Buffer.byteLength(secret) >= 32);
    assert.equal(keptSecret(path), secret);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('replace a token secret that is too short', () => {
    const path = join(directory, 'secret');
    writeFileSync(path, 'short\n');
    const secret = keptSecret(path);
    assert.ok(Buffer.byteLength(secret) >= 32);
    assert.equal(keptSecret(path), secret);
  });

  it('keep the state until it is removed', () => {
    const path = join(directory, 'deep', 'dev.json');
    const state = { pid: 1, version: '1' } as DevState;
    writeState(path, state);
    writeState(path, { ...state, version: '2' });
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { pid: 1, version: '2' });
    assert.deepEqual(readdirSync(join(directory, 'deep')), ['dev.json']);
    removeState(path);
    removeState(path);
    assert.equal(existsSync(path), false);
  });

  it('keep the ledgers of five starts', () => {
    const parent = join(directory, 'ledger');
    for (let start = 1; start <= 7; start += 1) {
      mkdirSync(newLedgerDirectory(parent, new Date(Date.UTC(2025, 0, start))), { recursive: true });
    }
    assert.deepEqual(
      readdirSync(parent).map((name) => name.slice(0, 10)),
      ['2025-01-03', '2025-01-04', '2025-01-05', '2025-01-06', '2025-01-07'],
    );
  });

  it('tell the hash of the certificate that the gateway keeps, once there is one', async () => {
    assert.equal(certificateHash(directory), null);
    const certificate = await makeDevelopmentCertificate({ hosts: ['localhost'], now: Date.now() });
    writeFileSync(join(directory, 'development.pem'), Buffer.concat([certificate.chain, certificate.key]));
    assert.equal(certificateHash(directory), Buffer.from(certificate.hash).toString('base64'));
    const der = new X509Certificate(certificate.chain).raw;
    assert.equal(certificateHash(directory), createHash('sha256').update(der).digest('base64'));
  });
});

describe('the ports of the development set-up', () => {
  it('are free ones where none is given, all different', async () => {
    const ports = await choosePorts(free);
    assert.deepEqual(Object.keys(ports).sort(), Object.keys(free).sort());
    assert.equal(new Set(Object.values(ports)).size, Object.keys(free).length);
    assert.deepEqual(await choosePorts(ports), ports);
  });

  it('are refused by name and number when they are in use', async () => {
    const tcp = createServer().listen(0, '127.0.0.1');
    const udp = createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
    const { port } = tcp.address() as AddressInfo;
    try {
      await assert.rejects(choosePorts({ ...free, business: port }), {
        error: 'LISTEN_FAILED',
        message: new RegExp(`port ${port} \\(business\\) is in use`),
      });
      // Which needs both.
      for (const taken of [port, udp.address().port]) {
        await assert.rejects(choosePorts({ ...free, gateway: taken }), {
          error: 'LISTEN_FAILED',
          message: new RegExp(`port ${taken} \\(gateway\\) is in use`),
        });
      }
    } finally {
      tcp.close();
      udp.close();
    }
  });
});

describe('the output of a process', () => {
  it('comes as lines, however it is cut', () => {
    const text = 'one\ntwo\r\n\nthree';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const lines: string[] = [];
      const splitter = new LineSplitter((line) => lines.push(line));
      splitter.push(text.slice(0, cut));
      splitter.push(text.slice(cut));
      splitter.end();
      assert.deepEqual(
        lines.map((line) => line.replace('\r', '')),
        ['one', 'two', '', 'three'],
      );
    }
  });

  it('is cut where a line does not end', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    splitter.push('x'.repeat(200_000));
    splitter.end();
    assert.ok(lines.every((line) => line.length <= 65_536));
    assert.equal(lines.join(''), 'x'.repeat(200_000));
  });
});
