import { encodeContent } from './payload.js';
import type { Content } from './payload.js';
import type { UpstreamNotifyInit, UpstreamResponseInit } from '../protocol/upstream-codec.js';

/** A message to the player beside the answer. */
export interface ReplyNotify extends Content {
  /** Not empty; "gatesvr." is reserved. */
  readonly topic: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly id?: string;
}

/** What a handler answers. Nothing at all is code 200 without payload. */
export interface Reply extends Content {
  /** 200 when left out. */
  readonly code?: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Delivered before the answer, in this order, as one unit with it. */
  readonly before?: readonly ReplyNotify[];
  /** Delivered after the answer, in this order, as one unit with it. */
  readonly after?: readonly ReplyNotify[];
}

/** @throws TypeError if the reply is one that can't be sent: the handler's mistake. */
export function encodeReply(reply: Reply): UpstreamResponseInit {
  return {
    code: checkCode(reply.code ?? 200),
    message: reply.message ?? '',
    payload: encodeContent(reply),
    headers: reply.headers ?? {},
    before: reply.before?.map(encodeNotify) ?? [],
    after: reply.after?.map(encodeNotify) ?? [],
  };
}

/** What the client gets in place of an answer. */
export function errorReply(code: number, message: string): UpstreamResponseInit {
  return { code, message };
}

/** @throws TypeError if it isn't a number the protocol can carry; 0 would read as 200. */
export function checkCode(code: number): number {
  if (!Number.isInteger(code) || code < 1 || code >= 2 ** 32) {
    throw new TypeError(`code ${code} is not an integer from 1 to 2^32 - 1`);
  }
  return code;
}

function encodeNotify(notify: ReplyNotify): UpstreamNotifyInit {
  if (notify.topic === '' || notify.topic.startsWith('gatesvr.')) {
    throw new TypeError(`"${notify.topic}" can't be the topic of a notify`);
  }
  return {
    topic: notify.topic,
    payload: encodeContent(notify),
    headers: notify.headers ?? {},
    id: notify.id ?? '',
  };
}
