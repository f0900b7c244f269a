import type { ErrorName } from '../errors.js';
import type { CounterName, GaugeName } from './metric-table.js';

/**
 * What the parts tell about their work. Cheap: a verb adds to plain numbers, which are turned into text when somebody
 * collects them. Names, labels and help stand in `metric-table.ts`.
 */
export interface Metrics {
  /**
   * A request was answered: by its service (`success`, also with an error code of the service's own), by an error of
   * the gateway's (`error`), or turned away before it was handed over (`drop`).
   * @param match      of the route that took it; "" if there is none
   * @param durationMs from the frame's arrival to the Response's place in the player's queue
   */
  requestFinished(match: string, service: string, result: RequestResult, durationMs: number): void;
  /**
   * A call to a service ended.
   * @param statusName gRPC's name of how it ended, "OK" when well
   * @param errorType  what kind of failure: "timeout", "connect_error", …; "" when it is none
   */
  upstreamFinished(service: string, statusName: string, errorType: string, durationMs: number): void;
  /** A push to many is done. */
  fannedOut(target: string, receivers: number): void;
  /** Something failed or was refused. */
  countError(error: ErrorName): void;
  /** Sets where a gauge's value comes from: a number, or one for each value of its label. Read when collected. */
  gauge(name: GaugeName, read: ReadMetric): void;
  /** Sets where a counter's value comes from: a plain number that a part counts up. Read when collected. */
  counterFrom(name: CounterName, read: ReadMetric): void;
}

export type RequestResult = 'success' | 'error' | 'drop';

/** A number; for a metric with a label one for each of the label's values; with several, one for each set of them. */
export type ReadMetric = () => number | Readonly<Record<string, number>> | readonly LabelledValue[];

export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Counts nothing. */
export const noMetrics: Metrics = {
  requestFinished: () => undefined,
  upstreamFinished: () => undefined,
  fannedOut: () => undefined,
  countError: () => undefined,
  gauge: () => undefined,
  counterFrom: () => undefined,
};
