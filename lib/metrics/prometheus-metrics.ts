import { performance } from 'node:perf_hooks';
import { Registry, collectDefaultMetrics } from 'prom-client';
import type { Metric } from 'prom-client';
import type { ErrorName } from '../errors.js';
import { Histogram } from './histogram.js';
import { durationBuckets, errorTypes, fanOutBuckets, metricTable } from './metric-table.js';
import type { CounterName, GaugeName, MetricName } from './metric-table.js';
import type { LabelledValue, Metrics, ReadMetric, RequestResult } from './metrics.js';

type Labels = Record<string, string>;

const MS_PER_SECOND = 1000;

/** One line of the text format. `metricName` where it isn't the metric's own: `…_bucket`, `…_sum`, `…_count`. */
interface Sample {
  readonly metricName?: string;
  readonly labels: Labels;
  readonly value: number;
}

interface RequestStats {
  readonly service: string;
  readonly results: Record<RequestResult, number>;
  readonly duration: Histogram;
}

interface UpstreamStats {
  readonly duration: Histogram;
  /** By gRPC status name, then by kind of failure. */
  readonly errors: Map<string, Map<string, number>>;
}

/**
 * Metrics as Prometheus collects them. On the hot path only numbers change; prom-client's registry asks for samples
 * when somebody collects.
 */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Map<string, RequestStats>();
  readonly #upstreams = new Map<string, UpstreamStats>();
  readonly #errors = new Map<string, number>();
  readonly #fanOuts = new Map<string, Histogram>();
  #loopUtilization = performance.eventLoopUtilization();

  constructor() {
    this.#collect('gateway_requests_total', () => this.#requestSamples());
    this.#collect('gateway_request_duration_seconds', () =>
      [...this.#requests].flatMap(([cmd, { service, duration }]) =>
        histogramSamples('gateway_request_duration_seconds', { cmd, route_target: service }, duration),
      ),
    );
    this.#collect('gateway_backend_duration_seconds', () =>
      [...this.#upstreams].flatMap(([target_service, { duration }]) =>
        histogramSamples('gateway_backend_duration_seconds', { target_service }, duration),
      ),
    );
    this.#collect('gateway_backend_errors_total', () => this.#upstreamErrorSamples());
    this.#collect('gateway_errors_total', () =>
      [...this.#errors].map(([type, value]): Sample => ({ labels: { type }, value })),
    );
    this.#collect('gateway_push_receivers', () =>
      [...this.#fanOuts].flatMap(([target, sizes]) => histogramSamples('gateway_push_receivers', { target }, sizes)),
    );
    this.#collect('gateway_event_loop_utilization', () => [{ labels: {}, value: this.#takeLoopUtilization() }]);
  }

  requestFinished(match: string, service: string, result: RequestResult, durationMs: number): void {
    let stats = this.#requests.get(match);
    if (stats === undefined) {
      stats = {
        service,
        results: { success: 0, error: 0, drop: 0 },
        duration: new Histogram(durationBuckets, MS_PER_SECOND),
      };
      this.#requests.set(match, stats);
    }
    stats.results[result]++;
    stats.duration.observe(durationMs);
  }

  upstreamFinished(service: string, statusName: string, errorType: string, durationMs: number): void {
    let stats = this.#upstreams.get(service);
    if (stats === undefined) {
      stats = { duration: new Histogram(durationBuckets, MS_PER_SECOND), errors: new Map() };
      this.#upstreams.set(service, stats);
    }
    stats.duration.observe(durationMs);
    if (errorType === '') return;
    let byType = stats.errors.get(statusName);
    if (byType === undefined) {
      byType = new Map();
      stats.errors.set(statusName, byType);
    }
    byType.set(errorType, (byType.get(errorType) ?? 0) + 1);
  }

  countError(error: ErrorName): void {
    const type = errorTypes[error] ?? error.toLowerCase();
    this.#errors.set(type, (this.#errors.get(type) ?? 0) + 1);
  }

  fannedOut(target: string, receivers: number): void {
    let sizes = this.#fanOuts.get(target);
    if (sizes === undefined) {
      sizes = new Histogram(fanOutBuckets);
      this.#fanOuts.set(target, sizes);
    }
    sizes.observe(receivers);
  }

  gauge(name: GaugeName, read: ReadMetric): void {
    this.#collect(name, () => readSamples(name, read));
  }

  counterFrom(name: CounterName, read: ReadMetric): void {
    this.#collect(name, () => readSamples(name, read));
  }

  /** Of the text that `collect` gives. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything in Prometheus' text format, the process's own metrics included. */
  async collect(): Promise<string> {
    return (await this.#registry.metrics()) + (await processRegistry().metrics());
  }

  /** Registers a metric in the shape prom-client gives its own: a name and a `get` that yields samples. */
  #collect(name: MetricName, samples: () => Sample[]): void {
    const { help, type } = metricTable[name];
    const metric = { name, get: () => Promise.resolve({ name, help, type, values: samples(), aggregator: 'sum' }) };
    this.#registry.registerMetric(metric as unknown as Metric);
  }

  #requestSamples(): Sample[] {
    return [...this.#requests].flatMap(([cmd, { service, results }]) =>
      Object.entries(results).map(([result, value]) => ({ labels: { cmd, route_target: service, result }, value })),
    );
  }

  #upstreamErrorSamples(): Sample[] {
    return [...this.#upstreams].flatMap(([target_service, { errors }]) =>
      [...errors].flatMap(([status_code, byType]) =>
        [...byType].map(([error_type, value]) => ({ labels: { target_service, status_code, error_type }, value })),
      ),
    );
  }

  #takeLoopUtilization(): number {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#loopUtilization);
    this.#loopUtilization = now;
    return utilization;
  }
}

/**
 * prom-client's process_* and nodejs_*. One for the process, whatever the number of gateways in it, because each
 * collection starts an event-loop timer and a GC observer that can't be stopped.
 */
let ofProcess: Registry | undefined;

function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

function histogramSamples(name: MetricName, labels: Labels, histogram: Histogram): Sample[] {
  const buckets = histogram.buckets();
  return [
    ...buckets.map(({ le, count }) => ({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: count })),
    { metricName: `${name}_sum`, labels, value: histogram.sum },
    { metricName: `${name}_count`, labels, value: buckets.at(-1)!.count },
  ];
}

function readSamples(name: GaugeName | CounterName, read: ReadMetric): Sample[] {
  const value = read();
  if (typeof value === 'number') return [{ labels: {}, value }];
  if (isSamples(value)) return value.map(({ labels, value: count }) => ({ labels: { ...labels }, value: count }));
  const [label] = metricTable[name].labels;
  if (label === undefined) throw new Error(`${name} has no label`);
  return Object.entries(value).map(([of, number]) => ({ labels: { [label]: of }, value: number }));
}

function isSamples(value: object): value is readonly LabelledValue[] {
  return Array.isArray(value);
}
