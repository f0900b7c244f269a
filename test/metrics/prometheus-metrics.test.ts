import assert from 'node:assert/strict';
import { Histogram } from '../../lib/metrics/histogram.js';
import { durationBuckets, errorTypes, metricTable } from '../../lib/metrics/metric-table.js';
import { PrometheusMetrics } from '../../lib/metrics/prometheus-metrics.js';

describe('PrometheusMetrics', () => {
  /** The samples in the text format, by name and labels. */
  async function samples(metrics: PrometheusMetrics): Promise<Map<string, number>> {
    const lines = (await metrics.collect()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => {
        const cut = line.lastIndexOf(' ');
        return [line.slice(0, cut), Number(line.slice(cut + 1))];
      }),
    );
  }

  it('counts requests by route, service and result, and their durations in seconds', async () => {
    const metrics = new PrometheusMetrics();
    metrics.requestFinished('zone.*', 'zone', 'success', 3);
    metrics.requestFinished('zone.*', 'zone', 'success', 30);
    metrics.requestFinished('zone.*', 'zone', 'error', 60_000);
    metrics.requestFinished('', '', 'drop', 0);
    const found = await samples(metrics);
    const zone = 'cmd="zone.*",route_target="zone"';
    assert.equal(found.get(`gateway_requests_total{${zone},result="success"}`), 2);
    assert.equal(found.get(`gateway_requests_total{${zone},result="error"}`), 1);
    assert.equal(found.get('gateway_requests_total{cmd="",route_target="",result="drop"}'), 1);
    const bucket = (le: string) => found.get(`gateway_request_duration_seconds_bucket{${zone},le="${le}"}`);
    assert.deepEqual(['0.005', '0.025', '0.05', '10', '+Inf'].map(bucket), [1, 1, 2, 2, 3]);
    assert.equal(found.get(`gateway_request_duration_seconds_count{${zone}}`), 3);
    assert.equal(found.get(`gateway_request_duration_seconds_sum{${zone}}`), 60.033);
  });

  it('counts calls to services and the failures among them', async () => {
    const metrics = new PrometheusMetrics();
    metrics.upstreamFinished('business', 'OK', '', 2);
    metrics.upstreamFinished('business', 'DEADLINE_EXCEEDED', 'timeout', 2000);
    metrics.upstreamFinished('business', 'DEADLINE_EXCEEDED', 'timeout', 2000);
    const found = await samples(metrics);
    const timeout = 'target_service="business",status_code="DEADLINE_EXCEEDED",error_type="timeout"';
    assert.equal(found.get(`gateway_backend_errors_total{${timeout}}`), 2);
    assert.equal(found.get('gateway_backend_duration_seconds_count{target_service="business"}'), 3);
    assert.ok(![...found.keys()].some((name) => name.includes('status_code="OK"')));
  });

  it('counts errors by kind, several names of the error table under one', async () => {
    const metrics = new PrometheusMetrics();
    metrics.countError('BAD_FRAME');
    metrics.countError('FRAME_TOO_LARGE');
    metrics.countError('RATE_LIMITED');
    const found = await samples(metrics);
    assert.equal(found.get('gateway_errors_total{type="decode_failed"}'), 2);
    assert.equal(found.get('gateway_errors_total{type="rate_limited"}'), 1);
  });

  it('reads gauges and counters of the parts when collected, not before', async () => {
    const metrics = new PrometheusMetrics();
    let bytes = 0;
    metrics.gauge('gateway_sessions_current', () => ({ connected: 1, authed: 41 }));
    metrics.counterFrom('gateway_bytes_in_total', () => bytes);
    bytes = 7;
    const found = await samples(metrics);
    assert.equal(found.get('gateway_sessions_current{status="connected"}'), 1);
    assert.equal(found.get('gateway_sessions_current{status="authed"}'), 41);
    assert.equal(found.get('gateway_bytes_in_total'), 7);
    bytes = 8;
    assert.equal((await samples(metrics)).get('gateway_bytes_in_total'), 8);
  });

  it('refuses to read one metric from two places', () => {
    const metrics = new PrometheusMetrics();
    metrics.counterFrom('gateway_bytes_in_total', () => 0);
    assert.throws(() => {
      metrics.counterFrom('gateway_bytes_in_total', () => 0);
    }, /already been registered/);
  });

  it('shows the process beside it: memory, CPU, event loop, handles', async () => {
    const found = await samples(new PrometheusMetrics());
    assert.ok(found.get('process_resident_memory_bytes')! > 0);
    // What has run so far and which handles are open depends on how the tests were started.
    assert.ok(found.get('process_cpu_seconds_total')! >= 0);
    assert.ok(found.get('nodejs_active_handles_total')! >= 0);
    assert.ok(found.has('nodejs_eventloop_lag_p99_seconds'));
    const utilization = found.get('gateway_event_loop_utilization')!;
    assert.ok(utilization >= 0 && utilization <= 1);
  });

  it('keeps the metrics of two gateways in one process apart', async () => {
    const [a, b] = [new PrometheusMetrics(), new PrometheusMetrics()];
    a.countError('INTERNAL');
    assert.equal((await samples(a)).get('gateway_errors_total{type="internal"}'), 1);
    assert.equal((await samples(b)).get('gateway_errors_total{type="internal"}'), undefined);
  });

  it('gives text that has help and type for every metric', async () => {
    const metrics = new PrometheusMetrics();
    metrics.requestFinished('*', 'business', 'success', 1);
    const text = await metrics.collect();
    assert.ok(text.includes('# TYPE gateway_request_duration_seconds histogram\n'));
    assert.ok(text.includes(`# HELP gateway_errors_total ${metricTable.gateway_errors_total.help}\n`));
    assert.ok(text.endsWith('\n'));
    assert.equal(new Set(text.match(/^# TYPE \S+/gm)).size, text.match(/^# TYPE \S+/gm)!.length);
  });
});

describe('the metric table', () => {
  it('has no label that grows with the number of players', () => {
    for (const [name, { labels }] of Object.entries(metricTable)) {
      assert.ok(!labels.some((label) => /player|session|epoch|address/.test(label)), name);
    }
  });

  it('names counters …_total, durations …_seconds and everything gateway_…', () => {
    for (const [name, { type }] of Object.entries(metricTable)) {
      assert.match(name, /^gateway_[a-z_]+$/);
      assert.equal(name.endsWith('_total'), type === 'counter', name);
      if (type === 'histogram') assert.match(name, /_(seconds|receivers)$/);
    }
  });

  it('has the error kinds that dashboards ask for', () => {
    for (const type of ['auth_failed', 'decode_failed', 'route_not_found', 'backend_unavailable']) {
      assert.ok(Object.values(errorTypes).includes(type), type);
    }
  });
});

describe('Histogram', () => {
  it('counts a duration on a bound into the bucket of that bound', () => {
    const histogram = new Histogram(durationBuckets, 1000);
    for (const bound of durationBuckets) histogram.observe(bound * 1000);
    assert.deepEqual(
      histogram.buckets().map(({ count }) => count),
      [...durationBuckets.map((_, index) => index + 1), durationBuckets.length],
    );
  });
});
