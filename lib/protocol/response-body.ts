import protobuf from 'protobufjs/minimal.js';
import type { gatesvr } from '../gen/gateway.js';
import type { Encodable } from './protobuf.js';
import { numberFieldSize, varintSize, writeNumberField, writeVarint } from './varint.js';

type ItemInit = Encodable<gatesvr.v1.Item.$Properties>;
type ResponseInit = Encodable<gatesvr.v1.Response.$Properties>;

// Tags: field number << 3 | wire type. ServerFrame's, Delivery's and Item's, then Response's.
const DELIVERY = (4 << 3) | 2;
const ITEM = (1 << 3) | 2;
const RESPONSE = (1 << 3) | 2;
const CLIENT_SEQ = (1 << 3) | 0;
const CODE = (2 << 3) | 0;
const PAYLOAD = (4 << 3) | 2;
const OUTCOME = (6 << 3) | 0;

/**
 * The body of a unit that is one Response without text and headers, what most requests are answered with; undefined for
 * any other, which the generated encoder writes. The same bytes at a quarter of its cost: nothing is allocated but them.
 */
export function encodeLoneResponse(items: readonly ItemInit[]): Uint8Array | undefined {
  const response = items.length === 1 ? items[0]!.response : undefined;
  if (response === undefined || response === null || !isPlain(response)) return undefined;
  const clientSeq = response.clientSeq ?? 0;
  const code = response.code ?? 0;
  const outcome = response.outcome ?? 0;
  const payload = response.payload ?? NOTHING;

  const payloadSize = payload.length === 0 ? 0 : numberFieldSize(payload.length) + payload.length;
  const responseSize = numberFieldSize(clientSeq) + numberFieldSize(code) + payloadSize + numberFieldSize(outcome);
  const itemSize = 1 + varintSize(responseSize) + responseSize;
  const deliverySize = 1 + varintSize(itemSize) + itemSize;
  // Out of a pool: a byte array with memory of its own costs 0.9 µs, one cut out of another 0.15.
  const body = protobuf.Writer.alloc(1 + varintSize(deliverySize) + deliverySize);
  let at = writeNumberField(body, 0, DELIVERY, deliverySize);
  at = writeNumberField(body, at, ITEM, itemSize);
  body[at++] = RESPONSE;
  at = writeVarint(body, at, responseSize);
  at = writeNumberField(body, at, CLIENT_SEQ, clientSeq);
  at = writeNumberField(body, at, CODE, code);
  if (payload.length > 0) {
    at = writeNumberField(body, at, PAYLOAD, payload.length);
    body.set(payload, at);
    at += payload.length;
  }
  writeNumberField(body, at, OUTCOME, outcome);
  return body;
}

function isPlain({ message, headers, stream }: ResponseInit): boolean {
  if (message !== undefined && message !== null && message !== '') return false;
  if (stream === true) return false;
  for (const _ in headers) return false;
  return true;
}

const NOTHING = new Uint8Array(0);
