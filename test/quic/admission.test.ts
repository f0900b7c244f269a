import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addressKey, mappedAddress, plainAddress } from '../../lib/address.js';
import { Admission, type Place } from '../../lib/quic/admission.js';

const limits = { maxConnections: 6, maxConnectionsPerAddress: 4, maxHandshakesPerAddress: 2, retryAbove: 3 };

describe('Admission', () => {
  it('bounds the handshakes of one address, and frees their places as they end', () => {
    const admission = new Admission(limits);
    const first = admission.begin('192.0.2.1');
    const second = admission.begin('::ffff:192.0.2.1');
    assert.equal(admission.judge('192.0.2.1', true), 'addressLimit');
    assert.equal(admission.judge('192.0.2.2', true), 'accept');
    admission.established(first);
    assert.equal(admission.judge('192.0.2.1', true), 'accept');
    admission.end(second);
    assert.equal(admission.handshaking, 0);
  });

  it('bounds the connections of one address, and of all', () => {
    const admission = new Admission(limits);
    const place = (address: string): Place => {
      const begun = admission.begin(address);
      admission.established(begun);
      return begun;
    };
    const places = Array.from({ length: 4 }, () => place('2001:db8::1'));
    assert.equal(admission.judge('2001:db8::ffff:1', false), 'addressLimit');
    assert.equal(admission.judge('2001:db8:0:1::1', false), 'accept');
    place('192.0.2.1');
    place('192.0.2.1');
    assert.equal(admission.judge('192.0.2.3', true), 'full');
    admission.end(places[0]!);
    assert.equal(admission.judge('192.0.2.3', true), 'accept');
  });

  it('asks for proof of the address from so many handshakes on, and only who hasn’t given it', () => {
    const admission = new Admission(limits);
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) admission.begin(address);
    assert.equal(admission.judge('192.0.2.4', false), 'retry');
    assert.equal(admission.judge('192.0.2.4', true), 'accept');
  });

  it('forgets an address with its last connection, in whatever order things end', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 40 }), (steps) => {
        const wide = { maxConnections: 99, maxConnectionsPerAddress: 1, maxHandshakesPerAddress: 99, retryAbove: 99 };
        const admission = new Admission(wide);
        const places = steps.map(([host]) => admission.begin(`192.0.2.${host}`));
        for (const [index, [, finished]] of steps.entries()) if (finished) admission.established(places[index]!);
        for (const place of places) admission.end(place);
        return admission.handshaking === 0 && admission.judge('192.0.2.0', false) === 'accept';
      }),
    );
  });
});

describe('addresses', () => {
  it('are shown plain and given to IPv6 sockets mapped', () => {
    assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
    assert.equal(plainAddress('2001:db8::1'), '2001:db8::1');
    assert.equal(mappedAddress('192.0.2.1'), '::ffff:192.0.2.1');
    assert.equal(mappedAddress('::1'), '::1');
  });

  it('count as one when one subscriber can have them all', () => {
    assert.equal(addressKey('::ffff:192.0.2.1'), '192.0.2.1');
    assert.equal(addressKey('2001:db8::1'), addressKey('2001:db8:0:0:ffff:1:2:3'));
    assert.notEqual(addressKey('2001:db8::1'), addressKey('2001:db8:0:1::1'));
    assert.equal(addressKey('::1'), '0:0:0:0');
    assert.equal(addressKey('fe80::1%eth0'), addressKey('fe80::2'));
  });
});
