/** What an endpoint counts: plain numbers that only grow (but the gauges), read when metrics are collected. */
export class QuicCounters {
  packetsIn = 0;
  packetsOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** Connections a server began, and those of both roles whose handshake finished. */
  accepted = 0;
  established = 0;
  /** Acknowledgements asked for because a peer was silent. */
  probes = 0;
  retries = 0;
  versionNegotiations = 0;
  /** Connections ended for what the peer did, by reason. */
  readonly ended = { junk: 0, handshakeTimeout: 0, idle: 0, writeQueue: 0, addressChanges: 0 };
  /** Datagrams thrown away, by reason. */
  readonly dropped = { malformed: 0, unknown: 0, badToken: 0, full: 0, addressLimit: 0, notAccepting: 0, send: 0 };
  /** Gauges: connections that stand, and those whose handshake runs. */
  open = 0;
  handshaking = 0;

  sent(datagramBytes: number): void {
    this.packetsOut++;
    this.bytesOut += datagramBytes;
  }
}
