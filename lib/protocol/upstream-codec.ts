import './protobuf.js';
import type { Decoded, Encodable } from './protobuf.js';
import { gatesvr } from '../gen/upstream.js';
import { encodePlainAnswer } from './plain-answer.js';

import v1 = gatesvr.upstream.v1;

/** Messages ↔ bytes of `upstream.proto`, for the gateway and for services. Pure; a decoder throws on rubbish. */

export type LoginRequest = Decoded<v1.LoginRequest.$Properties>;
export type LoginReply = Decoded<v1.LoginReply.$Properties>;
export type LogoutRequest = Decoded<v1.LogoutRequest.$Properties>;
export type UpstreamRequest = Decoded<v1.UpstreamRequest.$Properties>;
export type UpstreamResponse = Decoded<v1.UpstreamResponse.$Properties>;
export type UpstreamNotify = Decoded<v1.UpstreamNotify.$Properties>;
export type StatusReply = Decoded<v1.StatusReply.$Properties>;

export type LoginRequestInit = Encodable<v1.LoginRequest.$Properties>;
export type LoginReplyInit = Encodable<v1.LoginReply.$Properties>;
export type LogoutRequestInit = Encodable<v1.LogoutRequest.$Properties>;
export type UpstreamRequestInit = Encodable<v1.UpstreamRequest.$Properties>;
export type UpstreamResponseInit = Encodable<v1.UpstreamResponse.$Properties>;
export type UpstreamNotifyInit = Encodable<v1.UpstreamNotify.$Properties>;
export type StatusReplyInit = Encodable<v1.StatusReply.$Properties>;

/** One gRPC method: its path on the wire and how its messages are read and written. */
export interface Method<Request, RequestInit, Reply, ReplyInit> {
  readonly path: string;
  readonly encodeRequest: (message: RequestInit) => Uint8Array;
  readonly decodeRequest: (bytes: Uint8Array) => Request;
  readonly encodeReply: (message: ReplyInit) => Uint8Array;
  readonly decodeReply: (bytes: Uint8Array) => Reply;
}

interface MessageType {
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
}

/** How the messages of one gRPC method are read and written. */
export function method<Request, RequestInit extends object, Reply, ReplyInit extends object>(
  path: string,
  request: MessageType,
  reply: MessageType,
): Method<Request, RequestInit, Reply, ReplyInit> {
  return {
    path,
    encodeRequest: (message) => request.encode(message).finish(),
    decodeRequest: (bytes) => request.decode(bytes) as Request,
    encodeReply: (message) => reply.encode(message).finish(),
    decodeReply: (bytes) => reply.decode(bytes) as Reply,
  };
}

const HELLO = '/gatesvr.upstream.v1.Hello';
const UPSTREAM = '/gatesvr.upstream.v1.Upstream';

/** The answer to the request `id`, as `Process` and `Tunnel` carry it. */
export function encodeAnswer(id: number, answer: UpstreamResponseInit): Uint8Array {
  return encodePlainAnswer(id, answer) ?? v1.UpstreamResponse.encode({ ...answer, id }).finish();
}

/** The gRPC methods that gateway and services share, by name. */
export const methods = {
  login: method<LoginRequest, LoginRequestInit, LoginReply, LoginReplyInit>(
    `${HELLO}/Login`,
    v1.LoginRequest,
    v1.LoginReply,
  ),
  logout: method<LogoutRequest, LogoutRequestInit, object, object>(`${HELLO}/Logout`, v1.LogoutRequest, v1.LogoutReply),
  process: method<UpstreamRequest, UpstreamRequestInit, UpstreamResponse, UpstreamResponseInit>(
    `${UPSTREAM}/Process`,
    v1.UpstreamRequest,
    v1.UpstreamResponse,
  ),
  getStatus: method<object, object, StatusReply, StatusReplyInit>(
    `${UPSTREAM}/GetStatus`,
    v1.StatusRequest,
    v1.StatusReply,
  ),
};
