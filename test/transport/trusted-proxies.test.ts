import assert from 'node:assert/strict';
import { TrustedProxies } from '../../lib/transport/trusted-proxies.js';

describe('TrustedProxies', () => {
  const proxies = new TrustedProxies(['192.0.2.1', '10.0.0.0/8', '2001:db8::/32']);

  it('trust addresses and networks, IPv4 ones written as IPv6 too', () => {
    for (const address of ['192.0.2.1', '10.255.0.7', '2001:db8:1::1', '::ffff:10.1.2.3']) {
      assert.equal(proxies.trusts(address), true, address);
    }
    for (const address of ['192.0.2.2', '11.0.0.1', '2001:db9::1', '', 'localhost']) {
      assert.equal(proxies.trusts(address), false, address);
    }
    assert.equal(new TrustedProxies().trusts('127.0.0.1'), false);
  });

  for (const [what, heardFrom, header, client] of [
    ['who is no proxy is believed nothing', '198.51.100.7', '203.0.113.9', '198.51.100.7'],
    ['a proxy that says nothing is the client', '10.0.0.1', undefined, '10.0.0.1'],
    ['a proxy names its client', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [
      'what a client claims stands left of it, and counts for nothing',
      '10.0.0.1',
      '1.2.3.4, 203.0.113.9',
      '203.0.113.9',
    ],
    ['proxies behind proxies are passed over', '10.0.0.1', '203.0.113.9, 192.0.2.1,10.9.9.9', '203.0.113.9'],
    ['a chain of proxies alone ends at the first', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['ports and brackets are left off', '10.0.0.1', '[2001:db9::7]:4711', '2001:db9::7'],
    ['so are those of IPv4', '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['IPv4 written as IPv6 is IPv4', '::ffff:10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['an entry that is no address ends it', '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['so does an empty one', '10.0.0.1', '203.0.113.9, ,10.0.0.2', '10.0.0.2'],
    ['and an empty header', '10.0.0.1', '', '10.0.0.1'],
  ] as const) {
    it(what, () => {
      assert.equal(proxies.clientAddress(heardFrom, header), client);
    });
  }
});
