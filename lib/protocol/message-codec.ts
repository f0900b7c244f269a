import './protobuf.js';
import type { Decoded, Encodable } from './protobuf.js';
import { gatesvr } from '../gen/gateway.js';
import { GatesvrError } from '../errors.js';
import { readRequestFrame } from './request-frame.js';
import { encodeLoneResponse } from './response-body.js';
import { numberFieldSize, varintSize, writeNumberField, writeVarint } from './varint.js';

import v1 = gatesvr.v1;

/**
 * Messages ↔ bytes of `gateway.proto`, for both ends. Pure. Frames go out in delimited form, length first, and come in
 * without it, as FrameDecoder hands them out.
 */

export const Resume = v1.Resume;
export type Resume = v1.Resume;
export const Outcome = v1.Outcome;
export type Outcome = v1.Outcome;
export const Reason = v1.Reason;
export type Reason = v1.Reason;

export type Hello = Decoded<v1.Hello.$Properties>;
export type Request = Decoded<v1.Request.$Properties>;
export type Welcome = Decoded<v1.Welcome.$Properties>;
export type Response = Decoded<v1.Response.$Properties>;
export type Notify = Decoded<v1.Notify.$Properties>;
export type End = Decoded<v1.End.$Properties>;
export type Heartbeat = Decoded<v1.Heartbeat.$Properties>;
export type Pong = Decoded<v1.Pong.$Properties>;
export type Kick = Decoded<v1.Kick.$Properties>;
export type Reconnect = Decoded<v1.Reconnect.$Properties>;
export type Slow = Decoded<v1.Slow.$Properties>;
export type ErrorMessage = Decoded<v1.Error.$Properties>;

/** One part of a Delivery. `kind` is undefined for a kind this version doesn't know. */
export type Item =
  | { kind: 'response'; response: Response }
  | { kind: 'notify'; notify: Notify }
  | { kind: 'end'; end: End }
  | { kind?: undefined };

/** `body` is undefined for a bare acknowledgement and for a body this version doesn't know. */
export type ClientFrame = { seq: number; ack: number } & (
  | { body: 'hello'; hello: Hello }
  | { body: 'request'; request: Request }
  | { body: 'heartbeat'; heartbeat: Heartbeat }
  | { body: 'bye'; bye: { reason: Reason } }
  | { body: 'cancel'; cancel: { clientSeq: number } }
  | { body: 'refresh'; refresh: { token: string } }
  | { body?: undefined }
);

export type ServerFrame = { seq: number; ack: number; first: number } & (
  | { body: 'welcome'; welcome: Welcome }
  | { body: 'delivery'; delivery: { items: Item[] } }
  | { body: 'replayed'; replayed: { upTo: number } }
  | { body: 'pong'; pong: Pong }
  | { body: 'kick'; kick: Kick }
  | { body: 'reconnect'; reconnect: Reconnect }
  | { body: 'slow'; slow: Slow }
  | { body: 'error'; error: ErrorMessage }
  | { body: 'ping'; ping: object }
  | { body: 'refreshed'; refreshed: { code: number; expiresInMs: number } }
  | { body?: undefined }
);

export type ClientFrameInit = Encodable<v1.ClientFrame.$Properties>;
export type HelloInit = Encodable<v1.Hello.$Properties>;
export type WelcomeInit = Encodable<v1.Welcome.$Properties>;
export type ResponseInit = Encodable<v1.Response.$Properties>;
export type NotifyInit = Encodable<v1.Notify.$Properties>;
export type ItemInit = Encodable<v1.Item.$Properties>;
/** A control frame's body, without sequence numbers. */
export type ServerBodyInit = Omit<Encodable<v1.ServerFrame.$Properties>, 'seq' | 'ack' | 'first'>;

/**
 * Reads the frame from `start` up to `end`; the payload of a request is a view of the bytes.
 * @throws GatesvrError BAD_FRAME when it is no ClientFrame or holds a number beyond 2^53
 */
export function decodeClientFrame(bytes: Uint8Array, start = 0, end = bytes.length): ClientFrame {
  const request = readRequestFrame(bytes, start, end);
  if (request !== undefined) return request;
  const frame = decode(() => v1.ClientFrame.decode(bytes.subarray(start, end))) as unknown as ClientFrame;
  safe(frame.seq, 'seq');
  safe(frame.ack, 'ack');
  if (frame.body === 'hello') safe(frame.hello.lastServerSeq, 'last_server_seq');
  if (frame.body === 'cancel') safe(frame.cancel.clientSeq, 'client_seq');
  return frame;
}

/** @throws GatesvrError BAD_FRAME when `bytes` is no ServerFrame or holds a number beyond 2^53 */
export function decodeServerFrame(bytes: Uint8Array): ServerFrame {
  const frame = decode(() => v1.ServerFrame.decode(bytes)) as unknown as ServerFrame;
  safe(frame.seq, 'seq');
  safe(frame.ack, 'ack');
  safe(frame.first, 'first');
  if (frame.body === 'delivery') frame.delivery.items.forEach(safeItem);
  else if (frame.body === 'welcome') safeWelcome(frame.welcome);
  else if (frame.body === 'replayed') safe(frame.replayed.upTo, 'up_to');
  return frame;
}

export function encodeClientFrame(frame: ClientFrameInit): Uint8Array {
  return v1.ClientFrame.encode(frame).ldelim().finish();
}

/** A whole ServerFrame at once; the hot path uses `encodeBody` and `writeFrame` instead. */
export function encodeServerFrame(frame: ServerBodyInit & { seq?: number; ack?: number; first?: number }): Uint8Array {
  return v1.ServerFrame.encode(frame).ldelim().finish();
}

/**
 * The bytes of a body inside a ServerFrame, tag included and numbers left out: the same for every receiver, so a unit
 * is encoded once and kept in this form.
 */
export function encodeBody(body: ServerBodyInit): Uint8Array {
  return v1.ServerFrame.encode(body).finish();
}

/** Delivery body of one unit; see `encodeBody`. */
export function encodeDelivery(items: ItemInit[]): Uint8Array {
  return encodeLoneResponse(items) ?? encodeBody({ delivery: { items } });
}

/** Bytes that `writeFrame` writes, length prefix included. */
export function frameSize(body: Uint8Array, seq: number, ack: number, first: number): number {
  const size = numbersSize(seq, ack, first) + body.length;
  return varintSize(size) + size;
}

/** Writes one delimited ServerFrame around an encoded body at `offset` and returns the offset behind it. */
export function writeFrame(
  target: Uint8Array,
  offset: number,
  body: Uint8Array,
  seq: number,
  ack: number,
  first: number,
): number {
  let at = writeVarint(target, offset, numbersSize(seq, ack, first) + body.length);
  at = writeNumberField(target, at, SEQ_TAG, seq);
  at = writeNumberField(target, at, ACK_TAG, ack);
  target.set(body, at);
  return writeNumberField(target, at + body.length, FIRST_TAG, first);
}

// Tags of ServerFrame: field number << 3, wire type 0. A field that is 0 is left out, as proto3 wants it.
const SEQ_TAG = 1 << 3;
const ACK_TAG = 2 << 3;
const FIRST_TAG = 11 << 3;

function numbersSize(seq: number, ack: number, first: number): number {
  return numberFieldSize(seq) + numberFieldSize(ack) + numberFieldSize(first);
}

function decode<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new GatesvrError('BAD_FRAME', 'it is no protobuf message of gateway.proto', error);
  }
}

function safeItem(item: Item): void {
  if (item.kind === 'response') safe(item.response.clientSeq, 'client_seq');
  else if (item.kind === 'notify') safe(item.notify.boundClientSeq, 'bound_client_seq');
  else if (item.kind === 'end') safe(item.end.clientSeq, 'client_seq');
}

function safeWelcome(welcome: Welcome): void {
  safe(welcome.lostFrom, 'lost_from');
  safe(welcome.lostTo, 'lost_to');
  safe(welcome.lastClientSeq, 'last_client_seq');
  safe(welcome.nextServerSeq, 'next_server_seq');
  for (const clientSeq of welcome.inFlight) safe(clientSeq, 'in_flight');
}

function safe(value: number, field: string): void {
  if (!Number.isSafeInteger(value)) throw new GatesvrError('BAD_FRAME', `${field} is not below 2^53`);
}
