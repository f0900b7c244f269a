import './protobuf.js';
import protobuf from 'protobufjs/minimal.js';
import { gatesvr } from '../gen/upstream.js';
import { readPlainAnswer } from './plain-answer.js';
import type { ProtoWriter } from './proto-writer.js';
import type { Decoded, Encodable } from './protobuf.js';
import type { UpstreamResponse } from './upstream-codec.js';

import v1 = gatesvr.upstream.v1;

/** The stream messages of `Tunnel`: many requests or answers in one. Pure; a decoder throws on rubbish. */

export const TUNNEL_PATH = '/gatesvr.upstream.v1.Upstream/Tunnel';

/** A stream message is cut here; a single request or answer that is longer travels alone (PROTOCOL 9). */
export const TUNNEL_MESSAGE_BYTES = 1 << 20;

export type TunnelRequest = Decoded<v1.TunnelRequest.$Properties>;
export type TunnelResponse = Decoded<v1.TunnelResponse.$Properties>;

/** What a request says; everything but `id` and `remainingMs` is the same however often it is handed over. */
export interface TunnelRequestFields {
  readonly owner: { readonly id: string; readonly zone: string; readonly roles: readonly string[] };
  readonly sessionId: string;
  readonly epoch: string;
  readonly clientSeq: number;
  readonly action: string;
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export function encodeTunnelRequest(message: Encodable<v1.TunnelRequest.$Properties>): Uint8Array {
  return v1.TunnelRequest.encode(message).finish();
}

export function decodeTunnelRequest(bytes: Uint8Array): TunnelRequest {
  return v1.TunnelRequest.decode(bytes) as unknown as TunnelRequest;
}

export function encodeTunnelResponse(message: Encodable<v1.TunnelResponse.$Properties>): Uint8Array {
  return v1.TunnelResponse.encode(message).finish();
}

export function decodeTunnelResponse(bytes: Uint8Array): TunnelResponse {
  return v1.TunnelResponse.decode(bytes) as unknown as TunnelResponse;
}

/** Who asked last, as it stands in a request: a player's requests come many in a row, and all say the same of it. */
export class LastAsker {
  #playerId = '';
  #sessionId = '';
  #zone = '';
  #epoch = '';
  #fields: Uint8Array = NOTHING;

  write(writer: ProtoWriter, { owner: { id, zone }, sessionId, epoch }: TunnelRequestFields): void {
    if (id === this.#playerId && sessionId === this.#sessionId && zone === this.#zone && epoch === this.#epoch) {
      writer.raw(this.#fields);
      return;
    }
    const start = writer.length;
    writer.text(PLAYER_ID, (this.#playerId = id));
    writer.text(SESSION_ID, (this.#sessionId = sessionId));
    writer.text(ZONE, (this.#zone = zone));
    writer.text(EPOCH, (this.#epoch = epoch));
    this.#fields = writer.since(start);
  }
}

/** Adds one request to the stream message in `writer`. */
export function writeTunnelRequest(
  writer: ProtoWriter,
  id: number,
  remainingMs: number,
  request: TunnelRequestFields,
  asker: LastAsker,
): void {
  const about = request.payload.length + ABOUT_FIELDS;
  const start = writer.begin(REQUESTS, about);
  writer.uint(ID, id);
  asker.write(writer, request);
  writer.uint(CLIENT_SEQ, request.clientSeq);
  writer.text(ACTION, request.action);
  writer.bytes(PAYLOAD, request.payload);
  writeHeaders(writer, request.headers);
  writer.uint(REMAINING_MS, remainingMs);
  for (const role of request.owner.roles) writer.textItem(ROLES, role);
  writer.end(start, about);
}

/** Adds ids whose caller gave up to the stream message in `writer`. */
export function writeTunnelCancels(writer: ProtoWriter, ids: readonly number[]): void {
  if (ids.length === 0) return;
  const about = ids.length * 2;
  const start = writer.begin(CANCEL, about);
  for (const id of ids) writer.number(id);
  writer.end(start, about);
}

/** Adds an encoded answer to the stream message in `writer`. */
export function writeTunnelResponse(writer: ProtoWriter, response: Uint8Array): void {
  writer.bytes(RESPONSES, response);
}

/** Reads the answers of one stream message one by one. */
export class TunnelResponseReader {
  readonly #reader: protobuf.Reader;
  /** Bytes of the answer read last. */
  size = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = protobuf.Reader.create(bytes);
  }

  /**
   * The next answer; undefined after the last. Its payload is a view of the bytes given.
   * @throws if the bytes can't be read
   */
  next(): UpstreamResponse | undefined {
    const reader = this.#reader;
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === RESPONSES) {
        this.size = reader.uint32();
        const end = reader.pos + this.size;
        const plain = end <= reader.len ? readPlainAnswer(reader.buf, reader.pos, end) : undefined;
        if (plain !== undefined) {
          reader.pos = end;
          return plain;
        }
        return v1.UpstreamResponse.decode(reader, this.size) as UpstreamResponse;
      }
      reader.skipType(tag & 7);
    }
    return undefined;
  }
}

/**
 * The id of the answer that a stream message consists of alone, from its first bytes.
 * @param length of the whole message
 * @returns undefined if it holds more than one, or doesn't begin with the id as encoders write it
 */
export function loneResponseId(head: Uint8Array, length: number): number | undefined {
  try {
    const reader = protobuf.Reader.create(head);
    if (reader.uint32() !== RESPONSES) return undefined;
    const size = reader.uint32();
    if (reader.pos + size !== length || reader.uint32() !== ID) return undefined;
    return Number(reader.uint64());
  } catch {
    return undefined;
  }
}

function writeHeaders(writer: ProtoWriter, headers: Readonly<Record<string, string>>): void {
  for (const name in headers) {
    const value = headers[name]!;
    const about = name.length + value.length + 4;
    const start = writer.begin(HEADERS, about);
    writer.textItem(KEY, name);
    writer.textItem(VALUE, value);
    writer.end(start, about);
  }
}

const NOTHING = new Uint8Array(0);

/** Of the fields beside the payload, in bytes: only a guess, which saves moving what is written. */
const ABOUT_FIELDS = 130;

/** Field number and wire type, as in upstream.proto. */
const REQUESTS = (1 << 3) | 2;
const CANCEL = (2 << 3) | 2;
const RESPONSES = (1 << 3) | 2;
const ID = 1 << 3;
const PLAYER_ID = (2 << 3) | 2;
const SESSION_ID = (3 << 3) | 2;
const ZONE = (4 << 3) | 2;
const EPOCH = (5 << 3) | 2;
const CLIENT_SEQ = 6 << 3;
const ACTION = (7 << 3) | 2;
const PAYLOAD = (8 << 3) | 2;
const HEADERS = (9 << 3) | 2;
const REMAINING_MS = 10 << 3;
const ROLES = (11 << 3) | 2;
const KEY = (1 << 3) | 2;
const VALUE = (2 << 3) | 2;
