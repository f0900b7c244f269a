import { ServiceError } from './service-error.js';

/** What an answer or a notify carries: bytes, or one of two things that become bytes. At most one is set. */
export interface Content {
  readonly payload?: Uint8Array;
  /** Sent as JSON text in UTF-8. */
  readonly json?: unknown;
  /** Sent as UTF-8. */
  readonly text?: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const empty = new Uint8Array(0);

/** @throws TypeError if more than one kind of content is given, or `json` can't be written as JSON. */
export function encodeContent(content: Content): Uint8Array {
  const { payload, json, text } = content;
  const kinds = Number(payload !== undefined) + Number(json !== undefined) + Number(text !== undefined);
  if (kinds > 1) throw new TypeError('only one of payload, json and text can be given');
  if (payload !== undefined) return payload;
  if (text !== undefined) return encoder.encode(text);
  if (json === undefined) return empty;
  // A function or symbol has no JSON: stringify gives undefined then, whatever its type says.
  const written = JSON.stringify(json) as string | undefined;
  if (written === undefined) throw new TypeError('json is a value that JSON does not have');
  return encoder.encode(written);
}

/** @throws ServiceError 400 if the bytes are not UTF-8. */
export function decodeText(payload: Uint8Array): string {
  try {
    return decoder.decode(payload);
  } catch (cause) {
    throw new ServiceError(400, 'the payload is not UTF-8 text', { cause });
  }
}

/**
 * The value in a JSON payload, undefined for an empty one.
 * @throws ServiceError 400 if the bytes are not JSON.
 */
export function decodeJson(payload: Uint8Array): unknown {
  if (payload.length === 0) return undefined;
  try {
    return JSON.parse(decodeText(payload));
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError(400, 'the payload is not JSON', { cause });
  }
}
