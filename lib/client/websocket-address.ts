import type { ClientOptions } from './client-options.js';

/** Where the WebSockets of a gateway's address are: at `wss:` of it, but for the one whose WebSocket address was given. */
export function webSocketAddresses({
  url: configured,
  webSocketUrl,
}: Pick<ClientOptions, 'url' | 'webSocketUrl'>): (url: string) => string {
  return (url) => (webSocketUrl !== undefined && url === configured ? webSocketUrl : url.replace(/^http/, 'ws'));
}
