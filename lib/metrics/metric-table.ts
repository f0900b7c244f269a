import type { ErrorName } from '../errors.js';

/** Every metric of gatesvr: kind, labels, help. `docs/operations.md` is generated from it. No label is unbounded. */
export interface MetricKind {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

export const metricTable = {
  // Told by a verb of `Metrics` each.
  gateway_requests_total: {
    type: 'counter',
    labels: ['cmd', 'route_target', 'result'],
    help: 'Requests answered, by match of their route, service, and result: success, error or drop',
  },
  gateway_request_duration_seconds: {
    type: 'histogram',
    labels: ['cmd', 'route_target'],
    help: "From a request's arrival to the place of its Response in the player's queue",
  },
  gateway_backend_duration_seconds: {
    type: 'histogram',
    labels: ['target_service'],
    help: 'Calls to services, from hand-over to answer or failure',
  },
  gateway_backend_errors_total: {
    type: 'counter',
    labels: ['target_service', 'status_code', 'error_type'],
    help: 'Calls to services that failed, by gRPC status and kind of failure',
  },
  gateway_push_receivers: {
    type: 'histogram',
    labels: ['target'],
    help: 'Players who took a push to a zone, everyone or a list',
  },
  gateway_errors_total: {
    type: 'counter',
    labels: ['type'],
    help: 'What went wrong on the gateway or was refused, by kind',
  },

  // Read from the parts when collected.
  gateway_bytes_in_total: {
    type: 'counter',
    labels: ['transport'],
    help: 'Bytes of frames received from clients',
  },
  gateway_bytes_out_total: {
    type: 'counter',
    labels: ['transport'],
    help: 'Bytes of frames written to clients',
  },
  gateway_sessions_current: {
    type: 'gauge',
    labels: ['status'],
    help: 'Sessions that stand: connected (not logged in yet) or authed',
  },
  gateway_transport_sessions_current: {
    type: 'gauge',
    labels: ['transport'],
    help: 'Sessions that stand, by transport: webtransport or websocket',
  },
  gateway_sessions_opened_total: { type: 'counter', labels: [], help: 'Sessions opened' },
  gateway_sessions_closed_total: { type: 'counter', labels: ['reason'], help: 'Sessions ended, by why' },
  gateway_sessions_refused_total: {
    type: 'counter',
    labels: [],
    help: 'Connections turned away because the gateway was full or stopping',
  },
  gateway_sessions_replaced_total: {
    type: 'counter',
    labels: [],
    help: 'Sessions replaced by a later login or resume of the same player',
  },
  gateway_slow_warnings_total: { type: 'counter', labels: [], help: 'Clients warned that they fall behind' },
  gateway_frames_in_total: { type: 'counter', labels: [], help: 'Frames received from clients' },
  gateway_old_tokens_total: {
    type: 'counter',
    labels: [],
    help: 'Resume tokens refused because a later one is in use: a sign of theft',
  },
  gateway_late_answers_total: {
    type: 'counter',
    labels: [],
    help: 'Answers that came when their request, epoch or player had ended, and were dropped',
  },
  gateway_logins_total: { type: 'counter', labels: ['result'], help: 'Welcomes, by verdict of the resume' },
  gateway_players_current: { type: 'gauge', labels: ['status'], help: 'Players kept: live or away' },
  gateway_player_rate_exceeded_total: {
    type: 'counter',
    labels: [],
    help: 'Requests refused because their session was over its rate',
  },
  gateway_requests_in_flight: {
    type: 'gauge',
    labels: ['service'],
    help: 'Requests handed over and not yet answered',
  },
  gateway_requests_queued: { type: 'gauge', labels: ['service'], help: 'Requests that wait for a place at a service' },
  gateway_upstream_ready: {
    type: 'gauge',
    labels: ['service'],
    help: 'Instances of a service that can be reached',
  },
  gateway_delivery_units_current: {
    type: 'gauge',
    labels: ['state'],
    help: 'Units kept for players: waiting (never written) or unacknowledged',
  },
  gateway_delivery_bytes_current: { type: 'gauge', labels: ['state'], help: 'Bytes of the units kept for players' },
  gateway_delivery_units_total: {
    type: 'counter',
    labels: ['event'],
    help: 'What happened to units: acked, replayed, replaced, expired, dropped, void and more',
  },
  gateway_bound_notifies_total: {
    type: 'counter',
    labels: ['event'],
    help: 'What became of notifies bound to a request that were not placed: late, stranded, refused',
  },
  gateway_volatile_total: {
    type: 'counter',
    labels: ['event'],
    help: 'Volatile deliveries sent (datagram, stream) and dropped (tooLarge, noRoom, notWelcome)',
  },
  gateway_pushes_total: {
    type: 'counter',
    labels: ['target', 'class', 'outcome'],
    help: 'Pushes answered, by target, class and what became of them: delivered, kept, held, refused, dropped',
  },
  gateway_pushes_repeated_total: {
    type: 'counter',
    labels: [],
    help: 'Pushes that came again with an id that had taken effect, and counted once',
  },
  gateway_push_receipts_total: { type: 'counter', labels: ['kind'], help: 'Receipts told to senders, by kind' },
  gateway_push_fan_outs_current: {
    type: 'gauge',
    labels: [],
    help: 'Pushes on their way to many players, spread over turns of the event loop',
  },
  gateway_kicks_total: { type: 'counter', labels: ['result'], help: 'Kicks by services: found or refused' },
  gateway_quic_packets_in_total: { type: 'counter', labels: [], help: 'UDP datagrams received' },
  gateway_quic_packets_out_total: { type: 'counter', labels: [], help: 'UDP datagrams sent' },
  gateway_quic_bytes_in_total: { type: 'counter', labels: [], help: 'Bytes of UDP datagrams received' },
  gateway_quic_bytes_out_total: { type: 'counter', labels: [], help: 'Bytes of UDP datagrams sent' },
  gateway_quic_connections_current: {
    type: 'gauge',
    labels: ['state'],
    help: 'QUIC connections: open in all, and those of them whose handshake runs',
  },
  gateway_quic_connections_total: {
    type: 'counter',
    labels: ['event'],
    help: 'QUIC connections accepted, established, sent a Retry or a version negotiation',
  },
  gateway_quic_connections_ended_total: {
    type: 'counter',
    labels: ['reason'],
    help: 'QUIC connections ended for what the peer did',
  },
  gateway_quic_datagrams_dropped_total: {
    type: 'counter',
    labels: ['reason'],
    help: 'UDP datagrams thrown away',
  },
  gateway_websocket_connections_current: {
    type: 'gauge',
    labels: ['state'],
    help: 'TCP connections of clients: open in all, and those of them that are no WebSocket yet',
  },
  gateway_websocket_connections_total: {
    type: 'counter',
    labels: ['event'],
    help: 'TCP connections accepted, and WebSockets established over them',
  },
  gateway_websocket_refused_total: {
    type: 'counter',
    labels: ['reason'],
    help: 'TCP connections that became no WebSocket, by why',
  },

  // Of the process, beside prom-client's process_* and nodejs_* (event-loop lag, active handles, memory).
  gateway_event_loop_utilization: {
    type: 'gauge',
    labels: [],
    help: 'Share of the time since the last collection that the event loop was busy, 0 to 1',
  },
} as const satisfies Record<string, MetricKind>;

export type MetricName = keyof typeof metricTable;
type NameOf<T extends MetricKind['type']> = {
  [K in MetricName]: (typeof metricTable)[K]['type'] extends T ? K : never;
}[MetricName];
export type GaugeName = Exclude<NameOf<'gauge'>, 'gateway_event_loop_utilization'>;
export type CounterName = Exclude<
  NameOf<'counter'>,
  'gateway_requests_total' | 'gateway_backend_errors_total' | 'gateway_errors_total'
>;

/** What `gateway_errors_total` calls an error; what isn't named here counts under its own name in small letters. */
export const errorTypes: Partial<Record<ErrorName, string>> = {
  UNAUTHENTICATED: 'auth_failed',
  IDENTITY_MISMATCH: 'auth_failed',
  LOGIN_EXPIRED: 'auth_failed',
  BAD_FRAME: 'decode_failed',
  FRAME_TOO_LARGE: 'decode_failed',
  NO_ROUTE: 'route_not_found',
  UPSTREAM_UNAVAILABLE: 'backend_unavailable',
  UPSTREAM_FAILED: 'backend_failed',
  UPSTREAM_DEADLINE: 'backend_timeout',
};

/** Upper bounds of the buckets of `gateway_push_receivers`. */
export const fanOutBuckets = [0, 1, 10, 100, 1_000, 10_000, 100_000] as const;

/** Upper bounds of the other histograms' buckets, in seconds. */
export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
