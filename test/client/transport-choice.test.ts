import assert from 'node:assert/strict';
import { TransportChoice } from '../../lib/client/transport-choice.js';
import type { Dialer, TransportName } from '../../lib/transport/transport.js';

function dialer(transport: TransportName): Dialer {
  return { transport, dial: () => Promise.reject(new Error('nobody dials here')) };
}

describe('the choice of a transport', () => {
  let choice: TransportChoice;

  beforeEach(() => {
    const dialers = [dialer('webtransport'), dialer('websocket')];
    choice = new TransportChoice({ dialers, upgradeMs: 1000, stableMs: 10_000 });
  });

  const order = (): string[] => choice.order.map(({ transport }) => transport);
  const wait = (): number => choice.upgradeDelay(0.5);

  it('begins in the order that was asked for, and then with what served last', () => {
    assert.deepEqual(order(), ['webtransport', 'websocket']);
    choice.served('websocket');
    assert.deepEqual(order(), ['websocket', 'webtransport']);
    choice.served('webtransport');
    assert.deepEqual(order(), ['webtransport', 'websocket']);
  });

  it('passes over a transport whose session broke at once, and waits longer before it is tried again', () => {
    choice.served('webtransport');
    choice.broke('webtransport', 9_999);
    assert.deepEqual(order(), ['websocket', 'webtransport']);
    assert.equal(wait(), 2000);
  });

  it('keeps a transport that worked for long, and forgets what was in vain before', () => {
    choice.triedInVain();
    choice.served('webtransport');
    choice.broke('webtransport', 10_000);
    assert.deepEqual(order(), ['webtransport', 'websocket']);
    assert.equal(wait(), 1000);
  });

  it('knows what is better than that in use', () => {
    assert.deepEqual(choice.betterThan('webtransport'), []);
    assert.deepEqual(
      choice.betterThan('websocket').map(({ transport }) => transport),
      ['webtransport'],
    );
    assert.deepEqual(choice.betterThan('memory'), []);
  });

  it('doubles the wait with each try in vain, up to sixteen times, spread by a quarter to both sides', () => {
    const waits = Array.from({ length: 6 }, () => {
      const now = wait();
      choice.triedInVain();
      return now;
    });
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 16_000]);
    assert.equal(choice.upgradeDelay(0), 12_000);
    choice.forget();
    assert.equal(choice.upgradeDelay(0), 750);
  });
});
