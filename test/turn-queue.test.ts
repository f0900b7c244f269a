import assert from 'node:assert/strict';
import { TurnQueue } from '../lib/turn-queue.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('TurnQueue', () => {
  it('runs the work of a turn at its end, in order, and then says that it is done', async () => {
    const events: string[] = [];
    const { schedule } = new TurnQueue(() => events.push('done'));
    schedule(() => events.push('one'));
    schedule(() => events.push('two'));
    assert.deepEqual(events, []);
    await nextTurn();
    assert.deepEqual(events, ['one', 'two', 'done']);
  });

  it('leaves what the work schedules to the next turn', async () => {
    const events: string[] = [];
    const { schedule } = new TurnQueue();
    schedule(() => {
      events.push('one');
      schedule(() => events.push('two'));
    });
    await nextTurn();
    assert.deepEqual(events, ['one']);
    await nextTurn();
    assert.deepEqual(events, ['one', 'two']);
  });
});
