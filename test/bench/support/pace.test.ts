import assert from 'node:assert/strict';
import { PaceListener, PaceTeller } from '../../../bench/support/pace.js';
import { until } from '../../support/until.js';

describe('pace', () => {
  it('tells the newest number once a turn, to whoever listens', async () => {
    const heard: number[] = [];
    const listener = await PaceListener.start((upTo) => heard.push(upTo));
    const teller = await PaceTeller.connect(listener.port);
    teller.tell(1);
    teller.tell(70_000);
    await until(() => heard.length > 0);
    teller.tell(70_001);
    await until(() => heard.length > 1);
    assert.deepEqual(heard, [70_000, 70_001]);
    teller.close();
    listener.close();
  });
});
