import assert from 'node:assert/strict';
import { systemClock } from '../lib/clock.js';
import { noLog } from '../lib/log.js';
import { shutDown, type Phase } from '../lib/shutdown.js';

const never = new Promise<void>(() => undefined);
const limits = { partTimeoutMs: 30_000, totalTimeoutMs: 60_000 };

describe('shutDown', () => {
  it('runs the phases one after the other', async () => {
    const seen: string[] = [];
    const phase = (name: string): Phase => ({
      name,
      run: async () => {
        seen.push(`${name} begins`);
        await Promise.resolve();
        seen.push(`${name} ends`);
      },
    });
    assert.deepEqual(await shutDown([phase('drain'), phase('close')], limits, systemClock, noLog), []);
    assert.deepEqual(seen, ['drain begins', 'drain ends', 'close begins', 'close ends']);
  });

  it('forces a phase that never ends, names it and goes on [B24]', async () => {
    const seen: string[] = [];
    const phases: Phase[] = [
      { name: 'stuck', run: () => never, force: () => seen.push('forced') },
      { name: 'last', run: () => void seen.push('last') },
    ];
    const forced = await shutDown(phases, { ...limits, partTimeoutMs: 20 }, systemClock, noLog);
    assert.deepEqual([forced, seen], [['stuck'], ['forced', 'last']]);
  });

  it('has a limit for all phases together [B24]', async () => {
    const stuck = (name: string): Phase => ({ name, run: () => never });
    const forced = await shutDown(
      [stuck('one'), stuck('two'), stuck('three')],
      { partTimeoutMs: 30_000, totalTimeoutMs: 20 },
      systemClock,
      noLog,
    );
    assert.deepEqual(forced, ['one', 'two', 'three']);
  });

  it('goes on after a phase that fails', async () => {
    const failing: Phase = {
      name: 'failing',
      run: () => {
        throw new Error('broken');
      },
    };
    let reached = false;
    await shutDown([failing, { name: 'next', run: () => void (reached = true) }], limits, systemClock, noLog);
    assert.equal(reached, true);
  });
});
