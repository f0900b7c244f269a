import { status } from '@grpc/grpc-js';
import { Calls } from './calls.js';
import { bind, createGrpcServer, duplex, loginStatus, unary } from './grpc-server.js';
import { dispatchActions } from './handler.js';
import { encodeLogin } from './login.js';
import { ServiceError } from './service-error.js';
import { ServedTunnel } from './served-tunnel.js';
import { standardErrorLog } from './service-log.js';
import { systemClock } from '../clock.js';
import { decodeTunnelRequest, TUNNEL_PATH } from '../protocol/tunnel-codec.js';
import { methods } from '../protocol/upstream-codec.js';
import { TimerWheel } from '../timer-wheel.js';
import type { sendUnaryData, Server } from '@grpc/grpc-js';
import type { Clock } from '../clock.js';
import type { Actions, Handler } from './handler.js';
import type { LoginHandlers } from './login.js';
import type { ServedMethod } from './grpc-server.js';
import type { ServiceLog } from './service-log.js';
import type { LoginRequest, LogoutRequest } from '../protocol/upstream-codec.js';

/** The public door `gatesvr/service`: what an author of a service behind the gateway needs. */
export { ServiceError } from './service-error.js';
export { decodeJson, decodeText, encodeContent } from './payload.js';
export type { Context } from './context.js';
export type { Actions, Answer, Handler } from './handler.js';
export type { LoginHandlers, LoginResult } from './login.js';
export type { Content } from './payload.js';
export { connectGateway } from './gateway-client.js';
export type { GatewayClient, GatewayClientOptions, Kick } from './gateway-client.js';
export { PushError } from './push-error.js';
export type { Broadcast, Push, PushMessage, PushReceipt, PushResult, PushTarget } from './push.js';
export type { Reply, ReplyNotify } from './reply.js';
export type { ServiceRequest } from './request.js';
export type { ServiceLog } from './service-log.js';
export type { LoginRequest, LogoutRequest } from '../protocol/upstream-codec.js';

export interface ServiceOptions {
  /** For status and logs. */
  readonly name: string;
  readonly version?: string;
  /** Handlers by action; another action is answered 404. */
  readonly actions?: Actions;
  /** Takes every action, in place of `actions`. */
  readonly handler?: Handler;
  /** Goes around the handler of every request, unknown actions included: for logs, checks, traces. */
  readonly wrap?: (handler: Handler) => Handler;
  /** Makes this a Hello service. */
  readonly hello?: LoginHandlers;
  /**
   * Requests under way at once; one more is answered 503. Default 4,096: four gateways with the 1,024 in flight that
   * each allows a service.
   */
  readonly maxInFlight?: number;
  /** Bytes of a message in either direction. Default 16 MiB + 64 KiB: the largest frame a gateway can be set to. */
  readonly maxMessageBytes?: number;
  readonly log?: ServiceLog;
  readonly clock?: Clock;
}

export interface StopOptions {
  /** Milliseconds that requests under way get to finish. Default 5,000. */
  readonly limitMs?: number;
}

/** A service behind the gateway. Runs once: stopped, it stays stopped. */
export interface Service {
  readonly name: string;
  /** Requests under way. */
  readonly inFlight: number;
  /**
   * Listens. Plain gRPC without TLS: meant for the network between gateways and services.
   * @param address "host:port"; port 0 takes a free one
   * @returns the port
   * @throws GatesvrError LISTEN_FAILED
   */
  start(address: string): Promise<number>;
  /** Takes no more requests, lets those under way finish, aborts them at the limit. Repeated: the same stop. */
  stop(options?: StopOptions): Promise<void>;
}

/** Nothing listens until `start`. */
export function createService(options: ServiceOptions): Service {
  return new GrpcService(options);
}

class GrpcService implements Service {
  readonly name: string;
  readonly #version: string;
  readonly #clock: Clock;
  readonly #log: ServiceLog;
  readonly #calls: Calls;
  readonly #server: Server;
  #stopping: Promise<void> | undefined;

  constructor(options: ServiceOptions) {
    const { name, actions = {}, wrap, maxInFlight = 4096, maxMessageBytes = (16 << 20) + (64 << 10) } = options;
    const handler = options.handler ?? dispatchActions(name, actions);
    this.name = name;
    this.#version = options.version ?? '';
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? standardErrorLog;
    this.#calls = new Calls({
      name,
      handler: wrap === undefined ? handler : wrap(handler),
      wheel: new TimerWheel(this.#clock),
      log: this.#log,
      maxInFlight,
      maxMessageBytes,
    });
    this.#server = createGrpcServer(
      [...this.#upstreamMethods(), ...(options.hello === undefined ? [] : this.#helloMethods(options.hello))],
      maxMessageBytes,
    );
  }

  get inFlight(): number {
    return this.#calls.inFlight;
  }

  start(address: string): Promise<number> {
    return bind(this.#server, address);
  }

  stop({ limitMs = 5000 }: StopOptions = {}): Promise<void> {
    this.#stopping ??= new Promise((resolve) => {
      const cancelLimit = this.#clock.after(limitMs, () => {
        this.#calls.abortAll('the service stops');
        this.#server.forceShutdown();
        resolve();
      });
      this.#server.tryShutdown(() => {
        cancelLimit();
        resolve();
      });
    });
    return this.#stopping;
  }

  #upstreamMethods(): ServedMethod[] {
    return [
      unary(methods.process, (call, done) => {
        const running = this.#calls.start(call.request, {
          answered: (_call, response) => {
            done(null, response);
          },
        });
        call.on('cancelled', () => {
          running.abort('the gateway cancelled');
        });
      }),
      duplex(TUNNEL_PATH, decodeTunnelRequest, (stream) => new ServedTunnel(stream, this.#calls)),
      unary(methods.getStatus, (_call, done) => {
        const serving = this.#stopping === undefined;
        const { name, inFlight } = this;
        done(null, methods.getStatus.encodeReply({ serving, name, version: this.#version, inFlight }));
      }),
    ];
  }

  #helloMethods(hello: LoginHandlers): ServedMethod[] {
    const login = async (request: LoginRequest): Promise<Uint8Array> =>
      methods.login.encodeReply(encodeLogin(await hello.login(request)));
    const logout = async (request: LogoutRequest): Promise<Uint8Array> => {
      await hello.logout?.(request);
      return methods.logout.encodeReply({});
    };
    return [
      unary(methods.login, (call, done) => {
        this.#settle('login', login(call.request), done);
      }),
      unary(methods.logout, (call, done) => {
        this.#settle('logout', logout(call.request), done);
      }),
    ];
  }

  #settle(what: string, reply: Promise<Uint8Array>, done: sendUnaryData<Uint8Array>): void {
    reply.then(
      (bytes) => {
        done(null, bytes);
      },
      (error: unknown) => {
        if (error instanceof ServiceError) {
          done({ code: loginStatus(error.code), details: error.message });
        } else {
          this.#log.error(`${this.name}: ${what} failed`, error);
          done({ code: status.INTERNAL, details: `${what} failed` });
        }
      },
    );
  }
}
