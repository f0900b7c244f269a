import assert from 'node:assert/strict';
import { TailProbe } from '../../lib/quic/tail-probe.js';

/** A probe that knows a peer whose answers take `responseMs`. */
function knowing(responseMs: number): TailProbe {
  const probe = new TailProbe();
  probe.sent(0);
  probe.settled(responseMs);
  return probe;
}

describe('TailProbe', () => {
  it('asks for nothing before it knows how long answers take', () => {
    const probe = new TailProbe();
    probe.sent(100);
    assert.equal(probe.dueInMs(10_000), undefined);
    assert.equal(probe.helps(10_000), false);
  });

  it('asks for nothing while everything is acknowledged', () => {
    assert.equal(knowing(1).dueInMs(10_000), undefined);
  });

  it('leaves a peer the time to keep an acknowledgement back', () => {
    const probe = knowing(0.5);
    probe.sent(100);
    assert.equal(probe.dueInMs(100), 12);
    assert.equal(probe.dueInMs(112), 0);
  });

  it('waits longer for a peer that is farther away, from the last packet on', () => {
    const probe = knowing(100);
    probe.sent(1_000);
    probe.sent(1_050);
    assert.equal(probe.dueInMs(1_050), 155);
  });

  it('asks again while nothing comes, a few times, and anew after the next packet that was acknowledged', () => {
    const probe = knowing(1);
    probe.sent(100);
    const asked: number[] = [];
    for (let now = 100; now < 1_000; now++) {
      if (probe.dueInMs(now) !== 0) continue;
      probe.probed(now);
      asked.push(now);
    }
    assert.deepEqual(asked, [112, 124, 136, 148, 160]);
    probe.settled(1_000);
    probe.sent(2_000);
    assert.equal(probe.dueInMs(2_000), 12);
  });

  it('learns nothing from answers to what was sent again or asked for', () => {
    const probe = knowing(20);
    probe.sent(100);
    probe.probed(200);
    probe.settled(5_000);
    probe.sent(6_000);
    probe.repeated();
    probe.settled(9_000);
    probe.sent(10_000);
    assert.equal(probe.dueInMs(10_000), 35);
  });

  it('follows answers that take longer than before', () => {
    const probe = knowing(20);
    for (let i = 1; i < 50; i++) {
      probe.sent(i * 1_000);
      probe.settled(i * 1_000 + 60);
    }
    probe.sent(100_000);
    assert.equal(Math.round(probe.dueInMs(100_000)!), 95);
  });

  it('leaves it to the engine where that sends sooner than a question would be answered', () => {
    const probe = knowing(50);
    assert.equal(probe.helps(40), false);
    assert.equal(probe.helps(60), true);
  });
});
