/** Plain counters, read when metrics are scraped. */
export interface SessionCounters {
  bytesIn: number;
  bytesOut: number;
  framesIn: number;
  rateLimited: number;
  slowWarnings: number;
  /** Sessions that ended, by why: the name of an error or of a Kick's reason, bye, link-lost, peer-closed. */
  readonly ended: Map<string, number>;
}

export function newSessionCounters(): SessionCounters {
  return { bytesIn: 0, bytesOut: 0, framesIn: 0, rateLimited: 0, slowWarnings: 0, ended: new Map() };
}
