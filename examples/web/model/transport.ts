/** What may carry a session. */
export type Transport = 'webtransport' | 'websocket';

/** `auto`: the client decides, and changes when one doesn't work. */
export type TransportChoice = 'auto' | Transport;

export const transportNames: Readonly<Record<Transport, string>> = {
  webtransport: 'WebTransport',
  websocket: 'WebSocket',
};
