import './protobuf.js';
import type { Decoded, Encodable } from './protobuf.js';
import { gatesvr } from '../gen/upstream.js';
import { method } from './upstream-codec.js';

import v1 = gatesvr.upstream.v1;

/** Messages ↔ bytes of the Gateway service in `upstream.proto`: what services call. Pure; a decoder throws on rubbish. */

export const MessageClass = v1.MessageClass;
export type MessageClass = v1.MessageClass;
export const PushPlace = v1.Place;
export type PushPlace = v1.Place;
export const ReceiptWish = v1.ReceiptWish;
export type ReceiptWish = v1.ReceiptWish;
export const PushOutcome = v1.PushOutcome;
export type PushOutcome = v1.PushOutcome;
export const ReceiptKind = v1.ReceiptKind;
export type ReceiptKind = v1.ReceiptKind;

/** `kind` is undefined where no target was given, or one of a kind that this version doesn't know. */
export type Target = { readonly onlineOnly: boolean } & (
  | { readonly kind: 'playerId'; readonly playerId: string }
  | { readonly kind: 'sessionId'; readonly sessionId: string }
  | { readonly kind: 'zone'; readonly zone: string }
  | { readonly kind: 'everyone'; readonly everyone: boolean }
  | { readonly kind?: undefined }
);

/** Numbers of enums may be ones that this version doesn't know. */
export type PushRequest = Omit<Decoded<v1.PushRequest.$Properties>, 'target'> & { target?: Target | null };
export type PushReply = Decoded<v1.PushReply.$Properties>;
export type Receipt = Decoded<v1.Receipt.$Properties>;
export type PushEvent =
  | { readonly event: 'reply'; readonly reply: PushReply }
  | { readonly event: 'receipt'; readonly receipt: Receipt }
  | { readonly event?: undefined };
export interface BroadcastRequest {
  push?: PushRequest | null;
  playerIds: string[];
}
export type KickRequest = Decoded<v1.KickRequest.$Properties>;
export type KickReply = Decoded<v1.KickReply.$Properties>;

export type PushRequestInit = Encodable<v1.PushRequest.$Properties>;
export type PushReplyInit = Encodable<v1.PushReply.$Properties>;
export type PushEventInit = Encodable<v1.PushEvent.$Properties>;
export type BroadcastRequestInit = Encodable<v1.BroadcastRequest.$Properties>;
export type KickRequestInit = Encodable<v1.KickRequest.$Properties>;
export type KickReplyInit = Encodable<v1.KickReply.$Properties>;

const GATEWAY = '/gatesvr.upstream.v1.Gateway';

/** The gRPC methods that services call, by name; those of `pushStream` are one message of a stream each way. */
export const pushMethods = {
  push: method<PushRequest, PushRequestInit, PushReply, PushReplyInit>(`${GATEWAY}/Push`, v1.PushRequest, v1.PushReply),
  pushStream: method<PushRequest, PushRequestInit, PushEvent, PushEventInit>(
    `${GATEWAY}/PushStream`,
    v1.PushRequest,
    v1.PushEvent,
  ),
  broadcast: method<BroadcastRequest, BroadcastRequestInit, PushReply, PushReplyInit>(
    `${GATEWAY}/Broadcast`,
    v1.BroadcastRequest,
    v1.PushReply,
  ),
  kick: method<KickRequest, KickRequestInit, KickReply, KickReplyInit>(`${GATEWAY}/Kick`, v1.KickRequest, v1.KickReply),
};

/** Where a service that registers itself will call; not served yet. */
export const REGISTER_PATH = `${GATEWAY}/Register`;
