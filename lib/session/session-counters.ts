import type { TransportName } from '../transport/transport.js';

/** What passed over one transport. */
export interface Traffic {
  bytesIn: number;
  bytesOut: number;
  /** Sessions that stand. */
  sessions: number;
}

/** Plain counters, read when metrics are scraped. */
export interface SessionCounters {
  readonly traffic: Readonly<Record<TransportName, Traffic>>;
  framesIn: number;
  rateLimited: number;
  slowWarnings: number;
  readonly volatile: VolatileCounters;
  /** Sessions that ended, by why: the name of an error or of a Kick's reason, bye, link-lost, peer-closed. */
  readonly ended: Map<string, number>;
}

/** What became of volatile Deliveries: sent as a datagram or on the stream, or dropped and why. */
export interface VolatileCounters {
  datagram: number;
  stream: number;
  tooLarge: number;
  /** The connection was full, or a turn's share of it. */
  noRoom: number;
  notWelcome: number;
}

export function newSessionCounters(): SessionCounters {
  return {
    traffic: { webtransport: noTraffic(), websocket: noTraffic(), memory: noTraffic() },
    framesIn: 0,
    rateLimited: 0,
    slowWarnings: 0,
    volatile: { datagram: 0, stream: 0, tooLarge: 0, noRoom: 0, notWelcome: 0 },
    ended: new Map(),
  };
}

function noTraffic(): Traffic {
  return { bytesIn: 0, bytesOut: 0, sessions: 0 };
}
