import assert from 'node:assert/strict';
import { loadSync } from '@grpc/proto-loader';
import type { MethodDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { methods } from '../../lib/protocol/upstream-codec.js';
import type { Method } from '../../lib/protocol/upstream-codec.js';

/** Reads proto/upstream.proto by itself, with an implementation of its own. */
const loaded = loadSync('proto/upstream.proto', { longs: Number, enums: Number, defaults: true });

function theirs(service: string, name: string): MethodDefinition<object, object> {
  return (loaded[`gatesvr.upstream.v1.${service}`] as ServiceDefinition)[name]!;
}

const payload = Buffer.from([1, 2, 3]);
const notify = { topic: 'score', payload, headers: { a: 'b' }, id: 'n1' };

describe('the gRPC methods', () => {
  for (const [name, service, rpc, request, reply] of [
    [
      'login',
      'Hello',
      'Login',
      {
        token: 't',
        playerIdHint: 'p',
        sessionId: 's',
        peerAddress: '::1',
        clientVersion: 'v',
        headers: { a: 'b' },
        gatewayId: 'g',
        refresh: true,
      },
      { playerId: 'p', zone: 'z', roles: ['a', 'b'], data: payload, expiresInMs: Number.MAX_SAFE_INTEGER },
    ],
    ['logout', 'Hello', 'Logout', { playerId: 'p', epoch: 'e', reason: 'kicked', gatewayId: 'g' }, {}],
    [
      'process',
      'Upstream',
      'Process',
      {
        id: 1,
        playerId: 'p',
        sessionId: 's',
        zone: 'z',
        epoch: 'e',
        clientSeq: 2 ** 40,
        action: 'echo',
        payload,
        headers: { a: 'b' },
        remainingMs: 5,
        roles: ['r'],
        traceparent: 't',
      },
      { id: 1, code: 200, message: 'm', payload, headers: { a: 'b' }, before: [notify], after: [notify, notify] },
    ],
    ['getStatus', 'Upstream', 'GetStatus', {}, { serving: true, name: 'n', version: 'v', inFlight: 3 }],
  ] as const) {
    it(`${service}.${rpc} has the path, and reads and writes the messages, of upstream.proto`, () => {
      const method: Method<object, object, object, object> = methods[name];
      const definition = theirs(service, rpc);
      assert.equal(method.path, definition.path);
      const requestRead = definition.requestDeserialize(Buffer.from(method.encodeRequest(request)));
      const replyRead = definition.responseDeserialize(Buffer.from(method.encodeReply(reply)));
      assert.deepEqual(plain(requestRead), plain(request));
      assert.deepEqual(plain(replyRead), plain(reply));
      assert.deepEqual(plain(method.decodeRequest(definition.requestSerialize(request))), plain(request));
      assert.deepEqual(plain(method.decodeReply(definition.responseSerialize(reply))), plain(reply));
    });
  }

  it('refuse rubbish by throwing', () => {
    for (const method of Object.values(methods)) {
      assert.throws(() => method.decodeRequest(Uint8Array.of(0xff)));
      assert.throws(() => method.decodeReply(Uint8Array.of(0x0a, 0x7f)));
    }
  });

  /** Without prototypes. */
  function plain(message: object): unknown {
    return JSON.parse(JSON.stringify(message));
  }
});
