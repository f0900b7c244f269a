import assert from 'node:assert/strict';
import { Instance } from '../../lib/upstream/instance.js';
import { FakeClock } from '../support/fake-clock.js';

function make(): { instance: Instance; clock: FakeClock; fail: (times: number) => void } {
  const clock = new FakeClock();
  const instance = new Instance('127.0.0.1:1', clock);
  const fail = (times: number): void => {
    for (let i = 0; i < times; i++) instance.failed(true);
  };
  return { instance, clock, fail };
}

describe('Instance', () => {
  it('is set aside for a second after five failures in a row', () => {
    const { instance, clock, fail } = make();
    fail(4);
    assert.equal(instance.ejected, false);
    fail(1);
    assert.equal(instance.ejected, true);
    clock.advance(999);
    assert.equal(instance.ejected, true);
    clock.advance(1);
    assert.equal(instance.ejected, false);
  });

  it('starts counting again after a success', () => {
    const { instance, fail } = make();
    fail(4);
    instance.succeeded();
    fail(4);
    assert.equal(instance.ejected, false);
  });

  it('does not count failures that are not its own', () => {
    const { instance } = make();
    for (let i = 0; i < 10; i++) instance.failed(false);
    assert.equal(instance.ejected, false);
    assert.equal(instance.failures, 10);
  });

  it('stays away longer each time, at most half a minute, until it works again', () => {
    const { instance, clock, fail } = make();
    const away: number[] = [];
    const eject = (): void => {
      fail(5);
      const from = clock.now();
      while (instance.ejected) clock.advance(100);
      away.push(clock.now() - from);
    };
    for (let i = 0; i < 7; i++) eject();
    instance.succeeded();
    eject();
    assert.deepEqual(away, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 1000]);
  });

  it('is not ready, and has no channel, before it is opened', () => {
    const { instance } = make();
    assert.equal(instance.ready, false);
    assert.throws(() => instance.channel);
    instance.close();
  });
});
