import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { GatesvrError } from '../errors.js';
import type { Log } from '../log.js';
import { pushRoutes, type PushRoutesParts } from './push-routes.js';

/** One condition of readiness, asked at every probe. */
export interface ReadinessCheck {
  readonly name: string;
  /** undefined when all is well, else the reason why not. */
  problem(): string | undefined;
}

export interface AdminParts {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Log;
  /** Ready is not live: a gateway that drains, or has lost Hello, lives and must not get new clients. */
  readonly ready: readonly ReadinessCheck[];
  readonly metrics: { readonly contentType: string; collect(): Promise<string> };
  readonly pushes: PushRoutesParts;
  /** A request that has not come whole by then is cut. */
  readonly requestTimeoutMs?: number;
}

/** Probes and Prometheus send a few hundred bytes and read at once; whoever doesn't is cut. */
const REQUEST_TIMEOUT_MS = 5000;
const TIMEOUT_CHECK_INTERVAL_MS = 250;
const KEEP_ALIVE_MS = 30_000;
const MAX_HEADER_BYTES = 8 * 1024;
/** Probes and scrapers are few; this bounds what strangers on the admin network can hold open. */
const MAX_CONNECTIONS = 128;
const MAX_REQUESTS_PER_CONNECTION = 1000;

/** The HTTP port for those who run the gateway: `/healthz`, `/readyz`, `/metrics`, `/v1/push` …. Never for clients. */
export class AdminServer {
  readonly #parts: AdminParts;
  #server: Server | undefined;

  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  /** Where it listens; only after `start`. */
  get address(): { readonly address: string; readonly port: number } {
    return this.#server?.address() as AddressInfo;
  }

  /** @throws GatesvrError LISTEN_FAILED when the address can't be had */
  async start(): Promise<void> {
    const { host, port, log, requestTimeoutMs = REQUEST_TIMEOUT_MS } = this.#parts;
    const server = createAdaptorServer({
      fetch: routes(this.#parts).fetch,
      overrideGlobalObjects: false,
      serverOptions: {
        headersTimeout: requestTimeoutMs,
        requestTimeout: requestTimeoutMs,
        connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
      },
    }) as Server;
    server.maxConnections = MAX_CONNECTIONS;
    server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(new GatesvrError('LISTEN_FAILED', `admin HTTP on ${host}:${port} (${why(error)})`, error));
      });
      server.listen(port, host, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', (error) => log.warn('admin HTTP failed', { error }));
    this.#server = server;
  }

  /** Answers nobody any more; what is being answered is cut. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
}

function routes({ ready, metrics, pushes, log }: AdminParts): Hono {
  const app = new Hono();
  app.get('/healthz', (context) => context.json({ status: 'live' }));
  app.get('/readyz', (context) => {
    const problems = Object.fromEntries(
      ready.flatMap((check) => {
        const problem = check.problem();
        return problem === undefined ? [] : [[check.name, problem]];
      }),
    );
    const isReady = Object.keys(problems).length === 0;
    return context.json({ status: isReady ? 'ready' : 'not ready', problems }, isReady ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    return context.body(await metrics.collect(), 200, { 'content-type': metrics.contentType });
  });
  app.route('/v1', pushRoutes(pushes));
  const methods = new Map(app.routes.map(({ path, method }) => [path, method]));
  app.all('*', (context) => {
    // The body of a request that wants something else is not read: the connection ends with the answer.
    context.header('connection', 'close');
    const method = methods.get(context.req.path);
    if (method !== undefined) {
      const allow = method === 'GET' ? 'GET, HEAD' : method;
      return context.json({ error: `${context.req.path} takes ${method}` }, 405, { allow });
    }
    return context.json({ error: `there is no ${context.req.path}; there is ${[...methods.keys()].join(', ')}` }, 404);
  });
  app.onError((error, context) => {
    log.error('admin request failed', { error, path: context.req.path });
    return context.json({ error: 'internal error' }, 500);
  });
  return app;
}

function why(error: NodeJS.ErrnoException): string {
  return error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
}
