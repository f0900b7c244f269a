import type { QuicConnection } from '../quic/connection.js';
import type { QuicEndpoint } from '../quic/endpoint.js';
import { WheelTimer, type TimerWheel } from '../timer-wheel.js';
import { http3Code } from '../webtransport/http3-error.js';
import type { SessionRequest } from '../webtransport/session-request.js';
import { Http3Link } from './http3-link.js';
import { defaultSessionAccess, refuseSession, type SessionAccess } from './session-access.js';
import type { Connection, Listener, Peer } from './transport.js';
import { WebTransportConnection } from './webtransport-connection.js';

export interface WebTransportListenerOptions extends SessionAccess {
  /** How long a client may take from the end of the QUIC handshake to a session. */
  readonly sessionDeadlineMs: number;
}

export const defaultWebTransportListenerOptions: WebTransportListenerOptions = {
  ...defaultSessionAccess,
  sessionDeadlineMs: 5000,
};

/** Serves WebTransport sessions over a QUIC endpoint, one for each QUIC connection. */
export class WebTransportListener implements Listener {
  readonly #endpoint: QuicEndpoint;
  readonly #options: WebTransportListenerOptions;
  readonly #timers: TimerWheel;
  #accept: ((connection: Connection) => void) | undefined;

  /**
   * @param endpoint with a certificate; this listener starts and stops it
   * @param timers for deadlines; coarse is good enough
   */
  constructor(endpoint: QuicEndpoint, timers: TimerWheel, options: Partial<WebTransportListenerOptions> = {}) {
    this.#endpoint = endpoint;
    this.#timers = timers;
    this.#options = { ...defaultWebTransportListenerOptions, ...options };
  }

  get address(): Peer {
    return this.#endpoint.address;
  }

  async start(accept: (connection: Connection) => void): Promise<void> {
    this.#accept = accept;
    await this.#endpoint.start((quic) => {
      this.#connected(quic);
    });
  }

  stopAccepting(): void {
    this.#accept = undefined;
    this.#endpoint.stopAccepting();
  }

  async stop(): Promise<void> {
    this.stopAccepting();
    await this.#endpoint.stop(http3Code.NO_ERROR, 'the gateway stops');
  }

  #connected(quic: QuicConnection): void {
    const deadline = new WheelTimer(() => {
      quic.close(http3Code.NO_ERROR, 'no session in time');
    });
    const link = new Http3Link('server', quic, {
      sessionRequested: (request) => {
        const refusal = this.#refusal(request);
        if (refusal !== undefined) {
          request.reject(refusal);
          return;
        }
        this.#timers.disarm(deadline);
        this.#serve(link, request);
      },
      closed: () => {
        this.#timers.disarm(deadline);
      },
    });
    this.#timers.arm(deadline, this.#options.sessionDeadlineMs);
    quic.open(link);
  }

  #serve(link: Http3Link, request: SessionRequest): void {
    const session = request.accept();
    const connection = new WebTransportConnection(link, session, session.openBidi(), this.#timers);
    connection.attach();
    this.#accept?.(connection);
  }

  /** @returns an HTTP status, undefined when the session may begin */
  #refusal(request: SessionRequest): number | undefined {
    if (this.#accept === undefined) return 503;
    return refuseSession(this.#options, request.path, request.origin);
  }
}
