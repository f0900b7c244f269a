import assert from 'node:assert/strict';
import { status as grpcJsStatus } from '@grpc/grpc-js';
import fc from 'fast-check';
import { GrpcStatus, httpStatus, isGrpc, resetStatus, sentStatus } from '../../lib/upstream/grpc-status.js';

describe('a status that a service sent', () => {
  it('has the numbers and names of gRPC', () => {
    assert.deepEqual({ ...GrpcStatus }, { ...grpcJsStatus });
  });

  it('is UNKNOWN if there is no such', () => {
    for (const code of ['17', '-1', '', 'x', '1e1', '99999999999999999999']) {
      assert.equal(sentStatus(code, undefined).code, GrpcStatus.UNKNOWN);
    }
    assert.equal(sentStatus('16', undefined).code, GrpcStatus.UNAUTHENTICATED);
  });

  it('brings its message back from percent encoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(sentStatus('5', encodeURIComponent(text)).details, text);
      }),
    );
  });

  it('keeps a message as it is that is not properly encoded', () => {
    for (const text of ['100%', '%zz', '%ff']) assert.equal(sentStatus('5', text).details, text);
    fc.assert(
      fc.property(fc.string(), (text) => {
        sentStatus('5', text);
      }),
    );
  });
});

describe('a status that is made up', () => {
  it('follows the HTTP status, and is not the service’s', () => {
    const codes = [400, 401, 403, 404, 429, 502, 503, 504, 500, 204, undefined];
    const made = codes.map((code) => httpStatus(code, 'text/html'));
    assert.deepEqual(
      made.map(({ code }) => code),
      [13, 16, 7, 12, 14, 14, 14, 14, 2, 2, 2],
    );
    assert.ok(made.every(({ fromService, handedOver }) => !fromService && handedOver === 'maybe'));
  });

  it('follows the error of the reset stream; only REFUSED_STREAM says that nothing was processed', () => {
    const codes = Array.from({ length: 14 }, (_, code) => resetStatus(code));
    assert.deepEqual(
      codes.map(({ code }) => code),
      [13, 13, 13, 13, 13, 2, 13, 14, 1, 13, 13, 8, 7, 13],
    );
    assert.deepEqual(
      codes.flatMap(({ handedOver }, code) => (handedOver === 'maybe' ? [] : [[code, handedOver]])),
      [[7, 'refused']],
    );
  });
});

describe('isGrpc', () => {
  it('takes gRPC’s content type with a suffix or parameters', () => {
    for (const type of ['application/grpc', 'application/grpc+proto', 'application/grpc; charset=x']) {
      assert.equal(isGrpc(type), true);
    }
    for (const type of [undefined, '', 'application/grpc-web', 'text/html', 'x application/grpc']) {
      assert.equal(isGrpc(type), false);
    }
  });
});
