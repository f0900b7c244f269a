import assert from 'node:assert/strict';
import { checkReport, Load, type LoadClient } from '../../../bench/support/load.js';
import { until } from '../../support/until.js';

const order = { ms: 20, inFlight: 2, payloadBytes: 64 };

/** Answers in a later turn, each request with what `answer` makes of it. */
function client(answer: (self: LoadClient, payload: Uint8Array, load: Load) => void): LoadClient {
  const self: LoadClient = {
    send: (payload, load) => setImmediate(() => answer(self, payload, load)),
    flush: () => undefined,
  };
  return self;
}

describe('Load', () => {
  it('counts answers that are what was sent', async () => {
    const report = await new Load(order).run([client((self, payload, load) => load.answered(self, payload))]);
    assert.ok(report.answered >= 2);
    assert.deepEqual(report.problems, {});
    assert.ok(report.p50Ms <= report.p99Ms);
    checkReport('gatesvr', report);
  });

  it('counts neither refusals nor wrong answers, and says what they were', async () => {
    let count = 0;
    const report = await new Load(order).run([
      client((self, payload, load) => {
        count++;
        if (count === 1) load.failed(self, 'Response 503 overloaded');
        else load.answered(self, count === 2 ? payload.slice(1) : payload.fill(1, 8));
      }),
    ]);
    assert.equal(report.answered, 0);
    assert.deepEqual(report.problems, { 'Response 503 overloaded': 1, 'an answer that is no echo': count - 1 });
    assert.throws(() => checkReport('gatesvr', report), /gatesvr: 1 × Response 503 overloaded, \d+ × an answer/);
  });

  it('sends at its pace whatever is unanswered, and counts every answer', async () => {
    const waiting: (() => void)[] = [];
    const slow = client((self, payload, load) => void waiting.push(() => load.answered(self, payload)));
    const running = new Load({ ...order, ms: 500, perSecond: 1000 }).run([slow]);
    await until(() => waiting.length >= 3);
    const isOver = setInterval(() => waiting.splice(0).forEach((answer) => answer()), 1);
    const { answered, problems } = await running;
    clearInterval(isOver);
    assert.ok(answered >= 3);
    assert.deepEqual(problems, {});
  });

  it('ends at once when it is spoiled', async () => {
    const spoiling = client((_self, _payload, load) => load.spoiled('the connection was closed'));
    const report = await new Load({ ...order, ms: 600_000 }).run([spoiling]);
    assert.throws(() => checkReport('gatesvr', report), /the connection was closed/);
  });

  it('does not pass with no answers at all', () => {
    const none = { p50Ms: NaN, p99Ms: NaN, p999Ms: NaN, maxMs: 0, overSecond: 0 };
    const report = { answered: 0, problems: {}, elapsedMs: 1, ...none };
    assert.throws(() => checkReport('gatesvr', report), /nothing was answered/);
  });
});
