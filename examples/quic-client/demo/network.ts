import type { ClientTransport, ConnectOptions } from '../../../lib/client/node.js';
import { UdpValve } from './udp-valve.js';

/** What the demo's clients go over. mixed: UDP is taken away and comes back, again and again. */
export type DemoTransport = 'quic' | 'websocket' | 'mixed';

export const demoTransports: readonly DemoTransport[] = ['quic', 'websocket', 'mixed'];

export const transportsOf: Record<DemoTransport, readonly ClientTransport[]> = {
  quic: ['webtransport'],
  websocket: ['websocket'],
  mixed: ['webtransport', 'websocket'],
};

/** How long UDP is there, and how long it is away, in ms: every client loses its link once or more in each. */
const PHASE_MS = 1500;

/** A better transport is tried again soon; a client that is told that the network has changed doesn't wait for it. */
const UPGRADE_MS = 500;

export type Route = Pick<ConnectOptions, 'url' | 'webSocketUrl' | 'transports' | 'upgradeMs'>;

/** The network between the demo's clients and their gateway. */
export class Network {
  readonly #valve: UdpValve | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** How often UDP was taken away. */
  outages = 0;

  private constructor(
    /** How clients reach the gateway. */
    readonly route: Route,
    valve?: UdpValve,
  ) {
    this.#valve = valve;
  }

  /** @param gatewayUrl of a gateway on this machine, where it is `mixed` */
  static async to(gatewayUrl: string, transport: DemoTransport): Promise<Network> {
    const transports = transportsOf[transport];
    if (transport !== 'mixed') return new Network({ url: gatewayUrl, transports });
    const { port, pathname } = new URL(gatewayUrl);
    const valve = await UdpValve.start(Number(port));
    const url = `https://127.0.0.1:${valve.port}${pathname}`;
    const webSocketUrl = gatewayUrl.replace(/^https/, 'wss');
    return new Network({ url, webSocketUrl, transports, upgradeMs: UPGRADE_MS }, valve);
  }

  /** @param changed called when UDP has come back */
  start(changed: () => void): void {
    const valve = this.#valve;
    if (valve === undefined) return;
    this.#timer = setInterval(() => {
      valve.isOpen = !valve.isOpen;
      if (valve.isOpen) changed();
      else this.outages++;
    }, PHASE_MS);
  }

  /** UDP is there from now on. */
  calm(): void {
    clearInterval(this.#timer);
    if (this.#valve !== undefined) this.#valve.isOpen = true;
  }

  /** When the clients are gone. */
  stop(): void {
    this.calm();
    this.#valve?.stop();
  }
}
