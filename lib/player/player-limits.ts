/** The bounds of one Player; defaults and reasons stand in the configuration table. */
export interface PlayerLimits {
  /** How long an absent Player is kept, in ms. */
  readonly resumeWindowMs: number;
  /** Units and bytes that may wait or be unacknowledged, in all. */
  readonly maxUnits: number;
  readonly maxBytes: number;
  /** What happens to a notify at the limit: it is refused to its sender, or the oldest units go. */
  readonly overflow: 'refuse' | 'drop-oldest';
  /** Requests accepted and not answered. */
  readonly maxPendingRequests: number;
  readonly maxBoundNotifies: number;
  /** How long a bound notify waits for a request that hasn't come, in ms. */
  readonly boundWaitMs: number;
  /** How long a login holds where Hello gives no time, in ms. */
  readonly loginMaxAgeMs: number;
  /** Longest frame, in bytes: bounds what may be bound to one request. */
  readonly maxFrameBytes: number;
  /** Players in all, live and away. */
  readonly maxPlayers: number;
}
