import { Reason } from '../protocol/message-codec.js';
import { CloseCode } from '../protocol/protocol.js';

/** Kick's reasons and the close codes that say the same. */
export const kickCodes: Partial<Record<Reason, number>> = {
  [Reason.REPLACED]: CloseCode.CLOSE_REPLACED,
  [Reason.KICKED]: CloseCode.CLOSE_KICKED,
  [Reason.LOGOUT]: CloseCode.CLOSE_LOGOUT,
  [Reason.SLOW]: CloseCode.CLOSE_SLOW,
  [Reason.DRAINING]: CloseCode.CLOSE_DRAINING,
  [Reason.LOGIN_EXPIRED]: CloseCode.CLOSE_LOGIN_EXPIRED,
  [Reason.HEARTBEAT]: CloseCode.CLOSE_HEARTBEAT,
  [Reason.LEASE_LOST]: CloseCode.CLOSE_LEASE_LOST,
};
