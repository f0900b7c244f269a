import assert from 'node:assert/strict';
import { GatesvrError, errorTable } from '../lib/errors.js';
import type { ErrorKind, ErrorName } from '../lib/errors.js';
import { gatesvr } from '../lib/gen/gateway.js';

const rows = Object.entries(errorTable) as [ErrorName, ErrorKind][];
const closing = rows.flatMap(([name, { closeCode, retry }]) =>
  closeCode === undefined ? [] : [{ name, closeCode, retry }],
);
const closeCodes = new Map(Object.entries(gatesvr.v1.CloseCode) as [string, number][]);

describe('the error table', () => {
  it('uses only close codes that gateway.proto names', () => {
    const known = [...closeCodes.values()];
    for (const { name, closeCode } of closing) assert.ok(known.includes(closeCode), name);
  });

  it('leaves unused only the close codes of sessions that end without an error', () => {
    const used = new Set(closing.map(({ closeCode }) => closeCode));
    const unused = [...closeCodes].filter(([, code]) => !used.has(code));
    assert.deepEqual(unused.map(([name]) => name).sort(), [
      'CLOSE_KICKED',
      'CLOSE_LEASE_LOST',
      'CLOSE_LEAVING',
      'CLOSE_LOGOUT',
      'CLOSE_RECONNECT',
      'CLOSE_UNSPECIFIED',
    ]);
  });

  it('tells the client to reconnect, by the range of the close code, exactly where a retry helps', () => {
    for (const { name, closeCode, retry } of closing) {
      assert.ok(closeCode >= 4000 && closeCode < 5000, name);
      assert.equal(closeCode < 4500, retry, name);
    }
  });

  it('uses only codes of PROTOCOL 8', () => {
    const codes = [400, 401, 403, 404, 408, 409, 413, 415, 426, 429, 499, 500, 501, 502, 503, 504, 507];
    for (const [name, { code }] of rows) assert.ok(codes.includes(code), `${name} ${code}`);
  });

  it('uses only failing status numbers of gRPC', () => {
    for (const [name, { grpcStatus }] of rows) {
      assert.ok(Number.isInteger(grpcStatus) && grpcStatus >= 1 && grpcStatus <= 16, name);
    }
  });

  it('has a text of its own for each error, without internals', () => {
    assert.equal(new Set(rows.map(([, { text }]) => text)).size, rows.length);
    for (const [name, { text }] of rows) assert.match(text, /^[a-z][a-zA-Z0-9 ,']+$/, name);
  });
});

describe('GatesvrError', () => {
  it('says what is wrong in general, then in this case', () => {
    assert.equal(new GatesvrError('NO_ROUTE').message, 'no service takes this action');
    assert.equal(new GatesvrError('NO_ROUTE', 'fly').message, 'no service takes this action: fly');
  });

  it('keeps the cause for logs and its row for those who answer', () => {
    const cause = new Error('internal');
    const error = new GatesvrError('UPSTREAM_FAILED', 'zone', cause);
    assert.equal(error.cause, cause);
    assert.equal(error.error, 'UPSTREAM_FAILED');
    assert.equal(error.kind, errorTable.UPSTREAM_FAILED);
    assert.ok(!error.message.includes('internal'));
    assert.ok(!('cause' in new GatesvrError('NO_ROUTE')));
  });
});
