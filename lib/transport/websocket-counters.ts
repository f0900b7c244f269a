/** What a WebSocket listener counts: plain numbers that only grow (but the gauges), read when metrics are collected. */
export class WebSocketCounters {
  /** TCP connections taken, and WebSockets made of them. */
  accepted = 0;
  established = 0;
  /** Connections that became no WebSocket, by why. */
  readonly refused = {
    full: 0,
    addressLimit: 0,
    tls: 0,
    plain: 0,
    tooSlow: 0,
    badRequest: 0,
    noUpgrade: 0,
    path: 0,
    origin: 0,
    subprotocol: 0,
    notAccepting: 0,
  };
  /** Gauges: TCP connections that stand, and those of them that are no WebSocket yet. */
  open = 0;
  handshaking = 0;
}
