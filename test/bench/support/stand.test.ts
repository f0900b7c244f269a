import assert from 'node:assert/strict';
import { Stand } from '../../../bench/support/stand.js';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('Stand', function () {
  this.timeout(180_000);

  it('tells the CPU time of its processes and leaves none behind', async () => {
    const stand = await Stand.start();
    const clients = await stand.startProgram('gatesvr-clients');
    const { pids } = stand;
    try {
      await clients.ask('hold', { target: stand.target, count: 1 });
      assert.ok((await stand.gateway.cpu()) > 0);
      assert.equal(pids.length, 4);
      assert.ok(pids.every(isAlive));
    } finally {
      await stand.stop();
    }
    assert.deepEqual(pids.filter(isAlive), []);
  });

  it('tells which part did not start', async () => {
    await assert.rejects(Stand.start(['session.requestBurst=none']), /gateway ended: code 1/);
  });
});
