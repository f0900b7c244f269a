import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LatencyHistogram } from '../../../bench/support/latency-histogram.js';

describe('LatencyHistogram', () => {
  it('gives every quantile within a bucket: 1 µs or 1.6 %', () => {
    const latencies = fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const histogram = new LatencyHistogram();
        for (const value of values) histogram.observe(value);
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(q * values.length) - 1)]!;
        const given = histogram.quantile(q);
        assert.ok(given >= exact && given <= exact * (1 + 1 / 64) + 0.001, `${given} for ${exact}`);
      }),
    );
  });

  it('has none when nothing was observed', () => {
    assert.ok(Number.isNaN(new LatencyHistogram().quantile(0.5)));
  });
});
