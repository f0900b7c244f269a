import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { GatesvrError } from '../errors.js';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from 'hono';
import type { DevInfo } from './dev-state.js';
import type { ProcessStatus } from './supervised-process.js';
import type { TokenIssuer } from './token-issuer.js';

export interface PageServerParts {
  /** Directory of the built page. */
  readonly root: string;
  /** Signs tokens for whoever asks. */
  readonly tokens: TokenIssuer;
  readonly info: () => DevInfo;
  readonly processes: () => readonly ProcessStatus[];
  /** What the gateway says of itself; false if it doesn't answer. */
  readonly isGatewayReady: () => Promise<boolean>;
  /** Kills a process, which comes back. @returns false if none of that name runs */
  readonly kill: (name: string) => boolean;
}

/** As the example Hello takes them. */
const NAME = /^[^\s\p{C}]{1,64}$/u;
/** A browser sends a few hundred bytes and reads at once; whoever doesn't is cut. */
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 128;
/** Shown in place of the page while there is none. */
const NOT_BUILT = 'The page has not been built: run "npm run build" and load this again.\n';

/** Serves the page and what it asks of the development set-up, to this machine alone. */
export class PageServer {
  readonly #parts: PageServerParts;
  #server: Server | undefined;

  constructor(parts: PageServerParts) {
    this.#parts = parts;
  }

  /**
   * @param port 0 takes a free one
   * @returns the port
   * @throws GatesvrError LISTEN_FAILED
   */
  async start(port: number): Promise<number> {
    const server = createAdaptorServer({
      fetch: routes(this.#parts, () => this.#port).fetch,
      overrideGlobalObjects: false,
      serverOptions: {
        headersTimeout: REQUEST_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
      },
    }) as Server;
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        reject(new GatesvrError('LISTEN_FAILED', `page on port ${port}: ${error.message}`, error));
      });
      server.listen(port, '127.0.0.1', resolve);
    });
    this.#server = server;
    return this.#port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  get #port(): number {
    return (this.#server?.address() as AddressInfo | undefined)?.port ?? 0;
  }
}

function routes(parts: PageServerParts, port: () => number): Hono {
  const app = new Hono();
  app.use(thisMachineOnly(port));
  app.use(pageHeaders(parts.info().gateway.url));
  app.use('/dev/*', async (context, next) => {
    context.header('cache-control', 'no-store');
    await next();
  });
  app.get('/dev/info', (context) => context.json(parts.info()));
  app.get('/dev/status', async (context) =>
    context.json({ isGatewayReady: await parts.isGatewayReady(), processes: parts.processes() }),
  );
  app.get('/dev/token', (context) => giveToken(context, parts.tokens));
  app.post('/dev/kill', (context) => killProcess(context, parts));
  const takes: Readonly<Record<string, string>> = {
    '/dev/info': 'GET',
    '/dev/status': 'GET',
    '/dev/token': 'GET',
    '/dev/kill': 'POST',
  };
  app.all('/dev/*', (context) => {
    const allow = takes[context.req.path];
    if (allow === undefined) return refuse(context, 404, `there is no ${context.req.path}`);
    return context.json({ error: `${context.req.path} takes ${allow}` }, 405, { allow });
  });
  servePage(app, parts.root);
  app.onError((error, context) => {
    process.stderr.write(`${context.req.method} ${context.req.path} failed: ${error.stack ?? error.message}\n`);
    return context.json({ error: 'internal error' }, 500);
  });
  return app;
}

/** Another site that has made its name point at this machine sends its own name as Host: refused. */
function thisMachineOnly(port: () => number) {
  return async (context: Context, next: () => Promise<void>): Promise<Response | undefined> => {
    const host = context.req.header('host') ?? '';
    if (!ownHosts(port()).includes(host)) return refuse(context, 403, 'this server answers to localhost only');
    await next();
    return undefined;
  };
}

function ownHosts(port: number): string[] {
  return ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`);
}

function pageHeaders(gatewayUrl: string) {
  const { port } = new URL(gatewayUrl);
  const own = ["'self'"];
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: own,
      styleSrc: own,
      fontSrc: own,
      imgSrc: [...own, 'data:'],
      connectSrc: [
        ...own,
        ...['https', 'wss', 'ws'].flatMap((scheme) => [
          `${scheme}://localhost:${port}`,
          `${scheme}://127.0.0.1:${port}`,
        ]),
      ],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // The page comes by plain HTTP, on localhost.
    strictTransportSecurity: false,
  });
}

/** `?player=ann&zone=north&roles=a,b` */
async function giveToken(context: Context, tokens: TokenIssuer): Promise<Response> {
  const player = context.req.query('player') ?? '';
  const zone = context.req.query('zone');
  const roles = context.req.query('roles')?.split(',') ?? [];
  if (!NAME.test(player)) return refuse(context, 400, '"player" must be 1 to 64 characters without spaces');
  if (zone !== undefined && !NAME.test(zone)) {
    return refuse(context, 400, '"zone" must be 1 to 64 characters without spaces');
  }
  if (roles.length > 16 || !roles.every((role) => NAME.test(role))) {
    return refuse(context, 400, '"roles" must be at most 16 names between commas');
  }
  return context.json({ player, token: await tokens.sign({ player, zone, roles }) });
}

/** `?service=business`. A page of another site can send this request too: its Origin gives it away. */
function killProcess(context: Context, { kill, processes }: PageServerParts): Response {
  const origin = context.req.header('origin');
  if (origin !== `http://${context.req.header('host') ?? ''}`) {
    return refuse(context, 403, 'only the page itself may do that');
  }
  const name = context.req.query('service') ?? '';
  const names = processes().map((process) => process.name);
  if (!names.includes(name)) return refuse(context, 404, `"service" must be one of ${names.join(', ')}`);
  if (!kill(name)) return refuse(context, 409, `${name} does not run just now`);
  return context.json({ killed: name });
}

function servePage(app: Hono, root: string): void {
  if (existsSync(join(root, 'index.html'))) {
    app.use(
      serveStatic({
        root,
        onFound: (_path, context) => {
          context.header('cache-control', 'no-cache');
        },
      }),
    );
    app.notFound((context) => refuse(context, 404, `there is no ${context.req.path}`));
  } else {
    app.notFound((context) => context.text(NOT_BUILT, 503));
  }
}

function refuse(context: Context, code: 400 | 403 | 404 | 409, error: string): Response {
  return context.json({ error }, code);
}
