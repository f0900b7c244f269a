import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { GatesvrError } from '../errors.js';
import type { Log } from '../log.js';
import type { PushReplyInit } from '../protocol/push-codec.js';
import type { BearerToken } from '../push/bearer-token.js';
import type { PushLane } from '../push/push-lane.js';
import type { PushService } from '../push/push-service.js';
import { PagesGuard } from './pages-guard.js';
import { broadcastOf, kickOf, kickReplyJson, pushOf, pushReplyJson } from './push-json.js';

export interface PushRoutesParts {
  readonly service: PushService;
  readonly token: BearerToken;
  /** Names in `Host` beside "localhost" and addresses. */
  readonly hosts: readonly string[];
  /** Longest frame of a client, in bytes. */
  readonly maxFrameBytes: number;
  readonly log: Log;
}

/** Room around the payload: the list of a broadcast has up to 10,000 players. */
const MAX_BYTES_BESIDE_PAYLOAD = 1 << 20;

/** `POST /v1/push`, `/v1/broadcast` and `/v1/kick`: what `Gateway` of `upstream.proto` takes, for who has no gRPC. */
export function pushRoutes(parts: PushRoutesParts): Hono {
  const { service, maxFrameBytes } = parts;
  const guard = new PagesGuard(parts.hosts);
  // A payload grows by a third in base64, and in JSON twice where every other character is escaped.
  const maxBytes = 2 * maxFrameBytes + MAX_BYTES_BESIDE_PAYLOAD;
  const app = new Hono();

  const admit: MiddlewareHandler = async (context, next) => {
    const header = (name: string) => context.req.header(name);
    const problem = guard.problem(header);
    if (problem !== undefined) throw new GatesvrError('NOT_FOR_PAGES', problem);
    if (!parts.token.allows(header('authorization')))
      throw new GatesvrError('BAD_TOKEN', 'authorization: Bearer TOKEN');
    checkContentType(header('content-type'));
    await next();
  };
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new GatesvrError('PAYLOAD_TOO_LARGE', `the body is over ${maxBytes} bytes`);
    },
  });
  app.on('POST', ['/push', '/broadcast', '/kick'], admit, limit);

  const replied = (take: (lane: PushLane) => void) => {
    return new Promise<PushReplyInit>((resolve) => take(service.lane({ reply: resolve })));
  };
  app.post('/push', async (context) => {
    const request = pushOf(await json(context));
    return answer(context, pushReplyJson(await replied((lane) => service.push(request, lane))));
  });
  app.post('/broadcast', async (context) => {
    const request = broadcastOf(await json(context));
    return answer(context, pushReplyJson(await replied((lane) => service.broadcast(request, lane))));
  });
  app.post('/kick', async (context) => answer(context, kickReplyJson(service.kick(kickOf(await json(context))))));

  app.onError((error, context) => {
    if (!(error instanceof GatesvrError)) throw error;
    const { code } = error.kind;
    parts.log.warn('push over HTTP refused', { code, reason: error.message });
    // What is left of the body is not read: the connection ends with the answer.
    context.header('connection', 'close');
    if (code === 401) context.header('www-authenticate', 'Bearer');
    return context.json({ outcome: 'refused', code, message: error.message }, code as 400);
  });
  return app;
}

/** Pages can send JSON in a form or as plain text without asking, but not with this content type. */
function checkContentType(contentType: string | undefined): void {
  if (/^application\/json *(; *charset="?utf-8"? *)?$/i.test(contentType ?? '')) return;
  const what =
    contentType === undefined ? 'there is no content-type' : `content-type is ${JSON.stringify(contentType)}`;
  throw new GatesvrError('NOT_JSON', `${what}: it has to be application/json`);
}

async function json(context: Context): Promise<unknown> {
  try {
    return JSON.parse(utf8.decode(await context.req.arrayBuffer()));
  } catch (error) {
    if (error instanceof GatesvrError) throw error;
    throw new GatesvrError('BAD_PUSH', `the body is no JSON (${(error as Error).message})`);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Refused, the HTTP status is the code: whoever looks at that alone sees it. */
function answer(context: Context, reply: Record<string, unknown>): Response {
  return context.json(reply, reply.code === 0 ? 200 : (reply.code as 400));
}
