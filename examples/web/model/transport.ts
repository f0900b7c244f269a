import type { GatesvrClient } from '../../../lib/client/browser.js';

/** What may carry a session. */
export type Transport = NonNullable<GatesvrClient['transport']>;

export const transportNames: Readonly<Record<Transport, string>> = {
  webtransport: 'WebTransport',
  websocket: 'WebSocket',
  memory: 'memory',
};
