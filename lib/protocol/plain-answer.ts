import protobuf from 'protobufjs/minimal.js';
import type { gatesvr } from '../gen/upstream.js';
import type { Decoded, Encodable } from './protobuf.js';
import { ProtoCursor } from './proto-cursor.js';
import { numberFieldSize, writeNumberField } from './varint.js';

/** What most requests are answered with: an UpstreamResponse of id, code and payload alone. Same bytes as the generated code. */

type Answer = Decoded<gatesvr.upstream.v1.UpstreamResponse.$Properties>;
type AnswerInit = Encodable<gatesvr.upstream.v1.UpstreamResponse.$Properties>;

// Tags: field number << 3 | wire type.
const ID = (1 << 3) | 0;
const CODE = (2 << 3) | 0;
const PAYLOAD = (4 << 3) | 2;
const MAX_UINT32 = 0xffff_ffff;

/**
 * @param id the request's, in place of the answer's own: a copy of the answer with it costs as much as writing it
 * @returns undefined for an answer that has more, which the generated encoder writes
 */
export function encodePlainAnswer(id: number, answer: AnswerInit): Uint8Array | undefined {
  if (!isPlain(answer)) return undefined;
  const code = answer.code ?? 0;
  const payload = answer.payload ?? NOTHING;
  const payloadSize = payload.length === 0 ? 0 : numberFieldSize(payload.length) + payload.length;
  const bytes = protobuf.Writer.alloc(numberFieldSize(id) + numberFieldSize(code) + payloadSize);
  let at = writeNumberField(bytes, 0, ID, id);
  at = writeNumberField(bytes, at, CODE, code);
  at = writeNumberField(bytes, at, PAYLOAD, payload.length);
  bytes.set(payload, at);
  return bytes;
}

/**
 * Reads the answer from `start` up to `end`; its payload is a view of the bytes.
 * @returns undefined for anything else, broken or merely unusual: then the generated decoder decides
 */
export function readPlainAnswer(bytes: Uint8Array, start: number, end: number): Answer | undefined {
  const cursor = new ProtoCursor(bytes, start, end);
  const id = cursor.numberIf(ID);
  const code = cursor.numberIf(CODE);
  const payload = cursor.bytesIf(PAYLOAD);
  if (!cursor.done || code > MAX_UINT32) return undefined;
  return { id, code, message: '', payload, headers: NO_HEADERS, before: NONE, after: NONE };
}

function isPlain({ message, headers, before, after }: AnswerInit): boolean {
  if ((message ?? '') !== '' || (before?.length ?? 0) > 0 || (after?.length ?? 0) > 0) return false;
  for (const _ in headers) return false;
  return true;
}

const NOTHING = new Uint8Array(0);
/** Every plain answer has them: what is common is not made anew. */
const NO_HEADERS: Record<string, string> = Object.freeze({});
const NONE: never[] = [];
Object.freeze(NONE);
