import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  comesBack,
  defaultBackoff,
  errorCode,
  kickCode,
  kickReason,
  reconnectDelay,
} from '../../lib/client/reconnect-policy.js';
import { errorTable } from '../../lib/errors.js';
import type { ErrorKind } from '../../lib/errors.js';
import { Reason } from '../../lib/protocol/message-codec.js';
import { CloseCode } from '../../lib/protocol/protocol.js';

const broken = { code: 0, reason: '' };

describe('the reconnect policy', () => {
  it('waits between 0 and a ceiling that doubles up to the limit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, random) => {
        const delay = reconnectDelay(defaultBackoff, failures, broken, random);
        assert.ok(delay >= 0 && delay < Math.min(20_000, 250 * 2 ** failures));
      }),
    );
  });

  it('uses the whole range, so that clients spread out', () => {
    assert.equal(reconnectDelay(defaultBackoff, 3, broken, 0), 0);
    assert.equal(reconnectDelay(defaultBackoff, 3, broken, 0.5), 1000);
    assert.equal(reconnectDelay(defaultBackoff, 50, broken, 0.5), 10_000);
  });

  it('comes back after codes below 4500 and a broken link, and after no other', () => {
    for (const code of [0, 4001, 4008, 4429, 4499]) assert.equal(comesBack({ code, reason: '' }), true, `${code}`);
    for (const code of [4500, 4505, 4999]) assert.equal(comesBack({ code, reason: '' }), false, `${code}`);
  });

  it('agrees with the error table on what can be tried again', () => {
    for (const [name, kind] of Object.entries<ErrorKind>(errorTable)) {
      if (kind.closeCode !== undefined) {
        assert.equal(comesBack({ code: kind.closeCode, reason: '' }), kind.retry, name);
      }
    }
  });

  it('takes an Error frame without close code for something of the same kind', () => {
    for (const name of ['BAD_FRAME', 'UNAUTHENTICATED', 'IDENTITY_MISMATCH', 'UNSUPPORTED_PROTOCOL'] as const) {
      assert.equal(errorCode(errorTable[name].code), errorTable[name].closeCode);
    }
    assert.equal(comesBack({ code: errorCode(503), reason: '' }), true);
    assert.equal(comesBack({ code: errorCode(999), reason: '' }), true);
  });

  it('knows the same kicks by frame and by close code', () => {
    for (const reason of [Reason.REPLACED, Reason.KICKED, Reason.SLOW, Reason.LEASE_LOST]) {
      assert.equal(kickReason(kickCode(reason)), reason);
    }
    assert.equal(kickReason(CloseCode.CLOSE_PROTOCOL), undefined);
    assert.equal(comesBack({ code: kickCode(Reason.REASON_UNSPECIFIED), reason: '' }), false);
  });
});
