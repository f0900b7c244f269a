import type { QueueCounters } from './delivery/ordered-message-queue.js';
import type { RequestProcessor } from './dispatch/request-processor.js';
import type { Metrics } from './metrics/metrics.js';
import type { PlayerManager } from './player/player-manager.js';
import type { PlayerCounters } from './player/player.js';
import type { PushCounters } from './push/push-counters.js';
import type { PushService } from './push/push-service.js';
import type { QuicCounters } from './quic/counters.js';
import type { SessionCounters, Traffic } from './session/session-counters.js';
import type { SessionManager } from './session/session-manager.js';
import type { TransportName } from './transport/transport.js';
import type { WebSocketCounters } from './transport/websocket-counters.js';
import type { UpstreamManager } from './upstream/upstream-manager.js';

/** The parts of a gateway that count in plain numbers. */
export interface CountingParts {
  readonly sessions: SessionManager;
  readonly sessionCounters: SessionCounters;
  readonly players: PlayerManager;
  readonly playerCounters: PlayerCounters;
  readonly queueCounters: QueueCounters;
  readonly processor: RequestProcessor;
  readonly pushes: PushService;
  readonly pushCounters: PushCounters;
  readonly upstream: UpstreamManager;
  readonly services: readonly string[];
  /** Undefined where the gateway has no QUIC port. */
  readonly quic: QuicCounters | undefined;
  /** Undefined where it has no WebSocket port. */
  readonly webSockets: WebSocketCounters | undefined;
}

/** Lets the metrics read what the parts count. Nothing here runs before somebody collects. */
export function exposeParts(metrics: Metrics, parts: CountingParts): void {
  exposeSessions(metrics, parts);
  exposePlayers(metrics, parts);
  exposeDelivery(metrics, parts);
  exposePushes(metrics, parts);
  exposeServices(metrics, parts);
  if (parts.quic !== undefined) exposeQuic(metrics, parts.quic);
  if (parts.webSockets !== undefined) exposeWebSockets(metrics, parts.webSockets);
}

function exposeSessions(metrics: Metrics, { sessions, sessionCounters }: CountingParts): void {
  const { traffic } = sessionCounters;
  metrics.counterFrom('gateway_bytes_in_total', () => eachTransport(traffic, ({ bytesIn }) => bytesIn));
  metrics.counterFrom('gateway_bytes_out_total', () => eachTransport(traffic, ({ bytesOut }) => bytesOut));
  metrics.gauge('gateway_transport_sessions_current', () => eachTransport(traffic, (of) => of.sessions));
  metrics.counterFrom('gateway_frames_in_total', () => sessionCounters.framesIn);
  metrics.counterFrom('gateway_sessions_opened_total', () => sessions.opened);
  metrics.counterFrom('gateway_sessions_refused_total', () => sessions.refused);
  metrics.counterFrom('gateway_slow_warnings_total', () => sessionCounters.slowWarnings);
  metrics.counterFrom('gateway_sessions_closed_total', () => Object.fromEntries(sessionCounters.ended));
  metrics.counterFrom('gateway_volatile_total', () => ({ ...sessionCounters.volatile }));
  metrics.counterFrom('gateway_player_rate_exceeded_total', () => sessionCounters.rateLimited);
  metrics.gauge('gateway_sessions_current', () => {
    const { authed, connected } = sessions.count();
    return { connected, authed };
  });
}

/** The transport in memory is for tests alone. */
function eachTransport(
  traffic: Readonly<Record<TransportName, Traffic>>,
  read: (traffic: Traffic) => number,
): Record<'webtransport' | 'websocket', number> {
  return { webtransport: read(traffic.webtransport), websocket: read(traffic.websocket) };
}

function exposePlayers(metrics: Metrics, { players, playerCounters }: CountingParts): void {
  metrics.counterFrom('gateway_logins_total', () => Object.fromEntries(players.verdicts));
  metrics.counterFrom('gateway_old_tokens_total', () => players.oldTokens);
  metrics.counterFrom('gateway_sessions_replaced_total', () => playerCounters.replacedSessions);
  metrics.gauge('gateway_players_current', () => {
    let live = 0;
    for (const player of players.all()) if (player.isLive) live++;
    return { live, away: players.size - live };
  });
  metrics.counterFrom('gateway_bound_notifies_total', () => ({
    late: playerCounters.lateNotifies,
    stranded: playerCounters.strandedNotifies,
    refused: playerCounters.refusedNotifies,
  }));
}

function exposeDelivery(metrics: Metrics, { players, playerCounters, queueCounters }: CountingParts): void {
  metrics.counterFrom('gateway_delivery_units_total', () => {
    const { acked, replayed, replaced, expired, dropped, voids } = queueCounters;
    return { acked, replayed, replaced, expired, dropped, void: voids, givenUp: playerCounters.givenUpUnits };
  });
  metrics.gauge('gateway_delivery_units_current', () => {
    const sum = { waiting: 0, unacknowledged: 0 };
    for (const { queue } of players.all()) {
      sum.waiting += queue.waitingUnits;
      sum.unacknowledged += queue.unackedUnits;
    }
    return sum;
  });
  metrics.gauge('gateway_delivery_bytes_current', () => {
    const sum = { waiting: 0, unacknowledged: 0 };
    for (const { queue } of players.all()) {
      sum.waiting += queue.waitingBytes;
      sum.unacknowledged += queue.unackedBytes;
    }
    return sum;
  });
}

function exposePushes(metrics: Metrics, { pushes, pushCounters }: CountingParts): void {
  metrics.counterFrom('gateway_pushes_total', () => pushCounters.pushes);
  metrics.counterFrom('gateway_pushes_repeated_total', () => pushCounters.repeated);
  metrics.counterFrom('gateway_push_receipts_total', () => pushCounters.receipts);
  metrics.counterFrom('gateway_kicks_total', () => pushCounters.kicks);
  metrics.gauge('gateway_push_fan_outs_current', () => pushes.running);
}

function exposeServices(metrics: Metrics, { services, processor, upstream, playerCounters }: CountingParts): void {
  metrics.counterFrom('gateway_late_answers_total', () => processor.late + playerCounters.lateAnswers);
  const each = (read: (service: string) => number) => () =>
    Object.fromEntries(services.map((service) => [service, read(service)]));
  metrics.gauge(
    'gateway_requests_in_flight',
    each((service) => processor.service(service)?.inFlight ?? 0),
  );
  metrics.gauge(
    'gateway_requests_queued',
    each((service) => processor.service(service)?.queued ?? 0),
  );
  metrics.gauge('gateway_upstream_ready', () =>
    Object.fromEntries(
      upstream.counters().map(({ name, instances }) => [name, instances.filter(({ ready }) => ready).length]),
    ),
  );
}

function exposeQuic(metrics: Metrics, quic: QuicCounters): void {
  metrics.counterFrom('gateway_quic_packets_in_total', () => quic.packetsIn);
  metrics.counterFrom('gateway_quic_packets_out_total', () => quic.packetsOut);
  metrics.counterFrom('gateway_quic_bytes_in_total', () => quic.bytesIn);
  metrics.counterFrom('gateway_quic_bytes_out_total', () => quic.bytesOut);
  metrics.gauge('gateway_quic_connections_current', () => ({ open: quic.open, handshaking: quic.handshaking }));
  metrics.counterFrom('gateway_quic_connections_total', () => ({
    accepted: quic.accepted,
    established: quic.established,
    retry: quic.retries,
    versionNegotiation: quic.versionNegotiations,
  }));
  metrics.counterFrom('gateway_quic_connections_ended_total', () => quic.ended);
  metrics.counterFrom('gateway_quic_datagrams_dropped_total', () => quic.dropped);
}

function exposeWebSockets(metrics: Metrics, webSockets: WebSocketCounters): void {
  metrics.gauge('gateway_websocket_connections_current', () => ({
    open: webSockets.open,
    handshaking: webSockets.handshaking,
  }));
  metrics.counterFrom('gateway_websocket_connections_total', () => ({
    accepted: webSockets.accepted,
    established: webSockets.established,
  }));
  metrics.counterFrom('gateway_websocket_refused_total', () => webSockets.refused);
}
