import { encodeRecord } from './frame.js';
import { http3Code, StreamError } from './http3-error.js';
import { RecordReader, type Disposition } from './record-reader.js';

/** Capsules of a WebTransport session (draft-ietf-webtrans-http3, 5). All others are skipped. */
export const capsuleType = {
  CLOSE_WEBTRANSPORT_SESSION: 0x2843,
  DRAIN_WEBTRANSPORT_SESSION: 0x78ae,
} as const;

/** Longest reason of a close, in bytes of UTF-8 (draft-ietf-webtrans-http3, 5). */
export const maxReasonBytes = 1024;
const codeBytes = 4;
/** Longest value of a CLOSE capsule. */
export const maxCloseBytes = codeBytes + maxReasonBytes;

export interface CapsuleHandler {
  closeReceived(code: number, reason: string): void;
  drainReceived(): void;
}

/** Reads the capsules in the body of a CONNECT stream; all but CLOSE and DRAIN are skipped (RFC 9297, 3.2). */
export class CapsuleReader {
  readonly #handler: CapsuleHandler;
  readonly #records: RecordReader;
  #closed = false;

  constructor(handler: CapsuleHandler) {
    this.#handler = handler;
    this.#records = new RecordReader({
      begin: (type, length) => this.#begin(type, length),
      whole: (type, value) => this.#whole(type, value),
      piece: () => undefined,
    });
  }

  /** True between capsules: the stream may end here. */
  get atBoundary(): boolean {
    return this.#records.atBoundary;
  }

  /** @throws StreamError for a malformed capsule, or one after CLOSE */
  push(bytes: Uint8Array): void {
    this.#records.push(bytes);
  }

  #begin(type: number, length: number): Disposition {
    if (this.#closed) throw new StreamError(http3Code.MESSAGE_ERROR, 'a capsule after CLOSE');
    return wantedPart(type, length);
  }

  #whole(type: number, value: Uint8Array): void {
    if (type === capsuleType.DRAIN_WEBTRANSPORT_SESSION) {
      this.#handler.drainReceived();
      return;
    }
    const { code, reason } = decodeClose(value);
    this.#closed = true;
    this.#handler.closeReceived(code, reason);
  }
}

function wantedPart(type: number, length: number): Disposition {
  if (type === capsuleType.DRAIN_WEBTRANSPORT_SESSION) {
    if (length > 0) throw new StreamError(http3Code.MESSAGE_ERROR, 'a DRAIN capsule with a value');
    return 'whole';
  }
  if (type !== capsuleType.CLOSE_WEBTRANSPORT_SESSION) return 'skip';
  if (length > maxCloseBytes) throw new StreamError(http3Code.MESSAGE_ERROR, `a CLOSE capsule of ${length} bytes`);
  return 'whole';
}

/** @param code 32 bits @param reason cut to 1,024 bytes, at a character */
export function encodeClose(code: number, reason: string): Uint8Array {
  const text = cutToBytes(reason, maxReasonBytes);
  const value = new Uint8Array(codeBytes + text.length);
  new DataView(value.buffer).setUint32(0, code);
  value.set(text, codeBytes);
  return encodeRecord(capsuleType.CLOSE_WEBTRANSPORT_SESSION, value);
}

/** @throws StreamError for a value too short for the code or too long for a reason */
export function decodeClose(value: Uint8Array): { code: number; reason: string } {
  if (value.length < codeBytes || value.length > maxCloseBytes) {
    throw new StreamError(http3Code.MESSAGE_ERROR, `a CLOSE capsule of ${value.length} bytes`);
  }
  const code = new DataView(value.buffer, value.byteOffset).getUint32(0);
  return { code, reason: new TextDecoder().decode(value.subarray(codeBytes)) };
}

export function encodeDrain(): Uint8Array {
  return encodeRecord(capsuleType.DRAIN_WEBTRANSPORT_SESSION, new Uint8Array(0));
}

function cutToBytes(text: string, limit: number): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= limit) return bytes;
  let end = limit;
  // Bytes 10xxxxxx continue a character: step back to where one begins.
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
