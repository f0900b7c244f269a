import assert from 'node:assert/strict';
import { SteadyTraffic } from '../../../examples/web/model/steady-traffic.js';

describe('steady traffic', () => {
  let asked: string[];
  let unanswered: number;
  let traffic: SteadyTraffic;
  let now: number;

  beforeEach(() => {
    asked = [];
    unanswered = 0;
    traffic = new SteadyTraffic(
      ({ action }) => asked.push(action),
      () => unanswered,
    );
    traffic.rate = 100;
    now = performance.now();
    traffic.tick(now);
    asked = [];
  });

  afterEach(() => {
    traffic.rate = 0;
  });

  it('makes as many requests as the time that went by stands for', () => {
    for (let ms = 20; ms <= 1000; ms += 20) traffic.tick(now + ms);
    assert.ok(Math.abs(asked.length - 100) <= 1, `${asked.length} requests`);
    assert.ok(new Set(asked).size > 3);
  });

  it('makes up for a quarter of a second at most after a sleep', () => {
    traffic.tick(now + 60_000);
    assert.ok(asked.length <= 26, `${asked.length} requests`);
  });

  it('waits while too many requests are unanswered', () => {
    unanswered = 200;
    traffic.tick(now + 200);
    assert.deepEqual(asked, []);
  });
});
