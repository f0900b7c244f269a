import assert from 'node:assert/strict';
import { GatewayStand } from '../support/gateway-stand.js';
import { until } from '../support/until.js';
import { describe as describeCounts, isEmpty, manyCycles } from './cycles.js';
import { doubleLogin } from './double-login.js';
import { hostile } from './hostile.js';

/** The soak runs, short: what they find in hours is for `npm run soak`; that they work is seen here. */
describe('Soak', () => {
  async function holds(soak: typeof hostile, count: number): Promise<void> {
    const lines: string[] = [];
    const held = await soak.run(count, (line) => lines.push(line));
    assert.ok(held, lines.join('\n'));
  }

  it('two clients of one player at the same moment: one stays, the other is told [B11] [B12]', () =>
    holds(doubleLogin, 20));

  it('500 cycles of connect, login, request, disconnect leave nothing behind [B13]', async () => {
    const stand = await GatewayStand.start({ config: { player: { resumeWindowMs: 500 } } });
    try {
      await manyCycles(stand, 0, 500);
      await until(() => isEmpty(stand));
      assert.ok(isEmpty(stand), describeCounts(stand));
    } finally {
      await stand.stop();
    }
  });

  it('hostile clients are told and cut, good ones beside them go on [B4] [B5]', () => holds(hostile, 1));
});
