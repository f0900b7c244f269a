import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ProtoWriter } from '../../lib/protocol/proto-writer.js';
import { decodeTunnelRequest, LastAsker, writeTunnelRequest } from '../../lib/protocol/tunnel-codec.js';

const ordinary = { noNullPrototype: true };
const owner = fc.record(
  {
    id: fc.constantFrom('ann', 'bob', 'zoë ✓'),
    zone: fc.constantFrom('', 'north', 'south'),
    roles: fc.constantFrom([], ['admin']),
  },
  ordinary,
);
const request = fc.record(
  {
    owner,
    sessionId: fc.constantFrom('s1', 's2'),
    epoch: fc.constantFrom('e1', 'e2'),
    clientSeq: fc.integer({ min: 1, max: 1000 }),
    action: fc.constantFrom('echo', 'zone.move'),
    payload: fc.uint8Array({ maxLength: 300 }),
    headers: fc.constantFrom({}, { lang: 'de' }),
  },
  ordinary,
);

describe('writeTunnelRequest', () => {
  it('says of each request who asks, whoever asked before', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 20 }), (asked) => {
        const writer = new ProtoWriter();
        const asker = new LastAsker();
        for (const [index, each] of asked.entries()) writeTunnelRequest(writer, index + 1, 30_000, each, asker);
        const { requests } = decodeTunnelRequest(writer.written);
        assert.deepEqual(
          requests.map(({ id, playerId, zone, roles, payload, headers, ...rest }) => {
            const { sessionId, epoch, clientSeq, action, remainingMs } = rest;
            const owner = { id: playerId, zone, roles };
            return { id, owner, sessionId, epoch, clientSeq, action, payload: [...payload], headers, remainingMs };
          }),
          asked.map((each, index) => ({ id: index + 1, ...each, payload: [...each.payload], remainingMs: 30_000 })),
        );
      }),
    );
  });
});
