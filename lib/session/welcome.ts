import type { Attached } from '../player/player-manager.js';
import type { WelcomeInit } from '../protocol/message-codec.js';
import { PROTOCOL_VERSION } from '../protocol/protocol.js';
import type { SessionLimits } from './session-limits.js';

/** The frame that tells a client who it is and where it stands (PROTOCOL 1). */
export function welcomeFrom(
  sessionId: string,
  { player, arrival, resumeToken, data }: Attached,
  limits: SessionLimits,
  features: string[],
): WelcomeInit {
  return {
    sessionId,
    playerId: player.id,
    zone: player.zone,
    epoch: player.epoch,
    resume: arrival.verdict,
    resumeReason: arrival.reason,
    lostFrom: arrival.lostFrom,
    lostTo: arrival.lostTo,
    lastClientSeq: player.lastClientSeq,
    nextServerSeq: arrival.nextServerSeq,
    resumeToken,
    heartbeatIntervalMs: limits.heartbeatIntervalMs,
    maxFrameBytes: limits.maxFrameBytes,
    data,
    inFlight: arrival.inFlight,
    protocol: PROTOCOL_VERSION,
    features,
  };
}
