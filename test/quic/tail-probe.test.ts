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

  /** When it asks of a peer that says nothing any more after 100. */
  function asked(probe: TailProbe, until: number): number[] {
    const times: number[] = [];
    probe.sent(100);
    for (let now = 100; now < until; now++) {
      if (probe.dueInMs(now) !== 0) continue;
      probe.probed(now);
      times.push(now);
    }
    return times;
  }

  it('asks a few times at the pace of answers while nothing comes, then ever later, and once a second in the end', () => {
    const times = asked(knowing(1), 5_000);
    assert.deepEqual(times, [112, 124, 136, 148, 160, 184, 232, 328, 520, 904, 1_672, 2_672, 3_672, 4_672]);
  });

  it('begins anew with the next packet after everything was acknowledged', () => {
    const probe = knowing(1);
    asked(probe, 5_000);
    probe.settled(6_000);
    probe.sent(7_000);
    assert.equal(probe.dueInMs(7_000), 12);
  });

  it('never asks a far peer sooner than it can answer', () => {
    assert.deepEqual(asked(knowing(2_000), 10_000), [3_105, 6_110, 9_115]);
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
