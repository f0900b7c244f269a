import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Clock } from '../../lib/clock.js';
import { RetryTokens } from '../../lib/quic/retry-token.js';

describe('RetryTokens', () => {
  let now = 0;
  const clock: Clock = { now: () => now, wallTime: () => 0, after: () => () => undefined };
  const address = { host: '192.0.2.7', port: 4433 };
  const originalId = randomBytes(12);
  const retryId = randomBytes(16);

  beforeEach(() => {
    now = 5_000_000;
  });

  it('gives back the original id to who shows the token from the same address', () => {
    const tokens = new RetryTokens(clock);
    assert.deepEqual(
      tokens.open(tokens.seal(address, originalId, retryId), address, retryId),
      Uint8Array.from(originalId),
    );
  });

  it('refuses another address, port, connection id or key', () => {
    const tokens = new RetryTokens(clock);
    const token = tokens.seal(address, originalId, retryId);
    assert.equal(tokens.open(token, { ...address, host: '192.0.2.8' }, retryId), undefined);
    assert.equal(tokens.open(token, { ...address, port: 4434 }, retryId), undefined);
    assert.equal(tokens.open(token, address, randomBytes(16)), undefined);
    assert.equal(new RetryTokens(clock).open(token, address, retryId), undefined);
  });

  it('refuses a token after ten seconds', () => {
    const tokens = new RetryTokens(clock);
    const token = tokens.seal(address, originalId, retryId);
    now += 10_000;
    assert.notEqual(tokens.open(token, address, retryId), undefined);
    now += 1000;
    assert.equal(tokens.open(token, address, retryId), undefined);
  });

  it('refuses whatever it did not write, of any length', () => {
    const tokens = new RetryTokens(clock);
    const token = tokens.seal(address, originalId, retryId);
    for (let length = 0; length < token.length; length++) {
      assert.equal(tokens.open(token.subarray(0, length), address, retryId), undefined);
    }
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Uint8Array.from(token);
        damaged[at]! ^= flip;
        return tokens.open(damaged, address, retryId) === undefined;
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => !tokens.open(bytes, address, retryId)));
  });
});
