import { systemClock } from '../../lib/clock.js';
import { makeConfig, type ConfigInput } from '../../lib/config.js';
import { Gateway } from '../../lib/gateway.js';
import { noLog, type Log } from '../../lib/log.js';
import { QuicEndpoint } from '../../lib/quic/endpoint.js';
import type { EngineMissing } from '../../lib/quic/engine.js';
import { createService, ServiceError, type Actions, type Service } from '../../lib/service/service.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import type { Connection } from '../../lib/transport/transport.js';
import { WebSocketDialer } from '../../lib/transport/websocket-dialer.js';
import { WebTransportDialer } from '../../lib/transport/webtransport-dialer.js';
import { createBusiness } from '../../examples/business/business.js';
import { Ledger } from '../../examples/ledger/ledger.js';
import { createZone } from '../../examples/zone/zone.js';
import { makeCertificate, type TestCertificate } from './certificate.js';
import { FrameClient } from './frame-client.js';
import { quicEngine } from './quic.js';
import { pinTo } from './websocket.js';

const noLedger = new Ledger('none', undefined);

/** Logs "token-of-NAME" in as NAME. */
export function createTestHello(): Service {
  return createService({
    name: 'hello',
    hello: {
      login({ token }) {
        const name = /^token-of-(.+)$/.exec(token)?.[1];
        if (name === undefined) throw new ServiceError(401, 'the token is not known');
        return { playerId: name, zone: 'north' };
      },
      logout: () => undefined,
    },
  });
}

export interface StandOptions {
  readonly config?: ConfigInput;
  /** In place of the example Business. */
  readonly business?: Actions;
  readonly log?: Log;
  /** In place of one made for this stand; what `config.tls` names wins over both. */
  readonly certificate?: TestCertificate;
  /** What the gateway has in place of this platform's engine. */
  readonly quicEngine?: EngineMissing;
}

/** A whole gateway on this machine: real QUIC, real services over real gRPC, ports of its own. */
export class GatewayStand {
  private constructor(
    readonly gateway: Gateway,
    readonly services: Readonly<Record<'hello' | 'business' | 'zone', Service>>,
    readonly certificate: TestCertificate,
    readonly endpoint: QuicEndpoint,
  ) {}

  static async start({
    config = {},
    business,
    log = noLog,
    certificate: given,
    quicEngine: engine,
  }: StandOptions = {}): Promise<GatewayStand> {
    const services = {
      hello: createTestHello(),
      business:
        business === undefined ? createBusiness(noLedger) : createService({ name: 'business', actions: business }),
      zone: createZone(noLedger),
    };
    const addresses: Record<string, { addresses: string[] }> = {};
    for (const [name, service] of Object.entries(services)) {
      addresses[name] = { addresses: [`127.0.0.1:${await service.start('127.0.0.1:0')}`] };
    }
    const certificate = given ?? (await makeCertificate());
    const gateway = new Gateway(
      makeConfig({
        services: addresses,
        ...config,
        listen: { host: '127.0.0.1', port: 0, ...config.listen },
        admin: { port: 0, ...config.admin },
        push: { port: 0, ...config.push },
      }),
      {
        log,
        ...(config.tls === undefined ? { certificates: fixedCertificate(certificate) } : {}),
        ...(engine === undefined ? {} : { quicEngine: engine }),
      },
    );
    await gateway.start();
    const endpoint = new QuicEndpoint({ engine: quicEngine(), clock: systemClock });
    return new GatewayStand(gateway, services, certificate, endpoint);
  }

  get url(): string {
    return `https://127.0.0.1:${this.gateway.addresses.listen.port}/gatesvr`;
  }

  get dialer(): WebTransportDialer {
    return new WebTransportDialer(this.endpoint, new TimerWheel(systemClock), {
      trust: { hashes: [this.certificate.hash] },
    });
  }

  /** A client without rules, over a WebSocket with TLS. */
  async connectWebSocket(): Promise<FrameClient> {
    const timers = new TimerWheel(systemClock);
    const dialer = new WebSocketDialer({ clock: systemClock, timers, refuseServer: pinTo(this.certificate) });
    return new FrameClient(await dialer.dial(this.url, new AbortController().signal));
  }

  dial(): Promise<Connection> {
    return this.dialer.dial(this.url, new AbortController().signal);
  }

  /** A client without rules, over real QUIC. */
  async connect(): Promise<FrameClient> {
    return new FrameClient(await this.dial());
  }

  admin(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.gateway.addresses.admin.port}${path}`);
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await this.endpoint.stop(0, '');
    await Promise.all(Object.values(this.services).map((service) => service.stop({ limitMs: 0 })));
  }
}

function fixedCertificate({ chain, key, hash }: TestCertificate) {
  const current = { chain, key, hash, notBefore: 0, notAfter: Infinity };
  return { current, start: () => Promise.resolve(), onChange: () => undefined, stop: () => undefined };
}
