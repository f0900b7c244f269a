import type { SlowLimits } from './slow-watch.js';

/** The bounds of one Session; defaults and reasons stand in the configuration table. */
export interface SessionLimits extends SlowLimits {
  /** From connection to Hello, and again from Hello to Welcome, in ms. */
  readonly loginTimeoutMs: number;
  /** How often the client is to be heard, in ms; told in Welcome. */
  readonly heartbeatIntervalMs: number;
  /** Silence after which the session ends, in ms; the second for clients that can't answer Ping (PROTOCOL 5). */
  readonly heartbeatTimeoutMs: number;
  readonly heartbeatTimeoutWithoutPingMs: number;
  /** Longest frame after Welcome, both ways, in bytes. */
  readonly maxFrameBytes: number;
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** Refused requests that a session may cause at once before it is closed; they flow back one a second. */
  readonly refusalBurst: number;
}
