/** Where requests of an action go and on what terms. */
export interface Route {
  /** An action ("echo"), or a prefix that ends in "*" ("zone.*", "*"). Also the metrics label: bounded by configuration. */
  readonly match: string;
  /** Name of the service in the configuration. */
  readonly service: string;
  /** Roles of which the login must have granted at least one; empty: any logged-in player. */
  readonly auth: readonly string[];
  /** When a Response gets its place in the order: when it is ready, or when its request came. */
  readonly ordering: 'completion' | 'arrival';
  /** A player's next request to this service waits until the one before it is answered. */
  readonly serial: boolean;
  /** Milliseconds from acceptance to the answer. */
  readonly timeoutMs: number;
  /** Executing twice does no harm: may be retried after hand-over. */
  readonly idempotent: boolean;
}
