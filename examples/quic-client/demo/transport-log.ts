import type { ClientTransport, GatesvrClient } from '../../../lib/client/node.js';

/** Over what one client's sessions went, one after the other. */
export class TransportLog {
  readonly sessions: Record<ClientTransport, number> = { webtransport: 0, websocket: 0 };
  /** Sessions over another transport than the one before, by the new one. */
  readonly changesTo: Record<ClientTransport, number> = { webtransport: 0, websocket: 0 };
  #last: ClientTransport | undefined;

  welcomed(transport: GatesvrClient['transport']): void {
    if (transport !== 'webtransport' && transport !== 'websocket') return;
    this.sessions[transport]++;
    if (this.#last !== undefined && this.#last !== transport) this.changesTo[transport]++;
    this.#last = transport;
  }
}
