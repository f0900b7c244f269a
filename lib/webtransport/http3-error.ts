/** Error codes of HTTP/3 (RFC 9114, 8.1), HTTP datagrams (RFC 9297, 5.2), QPACK (RFC 9204, 6) and WebTransport. */
export const http3Code = {
  DATAGRAM_ERROR: 0x33,
  NO_ERROR: 0x100,
  GENERAL_PROTOCOL_ERROR: 0x101,
  INTERNAL_ERROR: 0x102,
  STREAM_CREATION_ERROR: 0x103,
  CLOSED_CRITICAL_STREAM: 0x104,
  FRAME_UNEXPECTED: 0x105,
  FRAME_ERROR: 0x106,
  EXCESSIVE_LOAD: 0x107,
  ID_ERROR: 0x108,
  SETTINGS_ERROR: 0x109,
  MISSING_SETTINGS: 0x10a,
  REQUEST_REJECTED: 0x10b,
  REQUEST_CANCELLED: 0x10c,
  REQUEST_INCOMPLETE: 0x10d,
  MESSAGE_ERROR: 0x10e,
  CONNECT_ERROR: 0x10f,
  VERSION_FALLBACK: 0x110,
  QPACK_DECOMPRESSION_FAILED: 0x200,
  QPACK_ENCODER_STREAM_ERROR: 0x201,
  QPACK_DECODER_STREAM_ERROR: 0x202,
  WEBTRANSPORT_SESSION_GONE: 0x170d7b68,
  WEBTRANSPORT_BUFFERED_STREAM_REJECTED: 0x3994bd84,
} as const;

/** The peer broke a rule in a way that ends the whole connection. Never leaves this folder. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** The peer broke a rule in a way that ends one request stream, and the session it carries. Never leaves this folder. */
export class StreamError extends Error {
  override readonly name = 'StreamError';

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

// The range in which WebTransport keeps the applications' codes (draft-ietf-webtrans-http3, 4.4). Every 31st code of
// HTTP/3 is reserved (RFC 9114, 8.1), so the mapping leaves a hole after each 30 codes.
const firstApplicationCode = 0x52e4a40fa8db;
const lastApplicationCode = 0x52e5ac983162;

/**
 * The HTTP/3 code that carries an application's stream error code.
 * @throws RangeError for what is no integer of 32 bits
 */
export function toHttp3Code(applicationCode: number): number {
  if (!Number.isInteger(applicationCode) || applicationCode < 0 || applicationCode > 0xffff_ffff) {
    throw new RangeError(`no stream error code: ${applicationCode}`);
  }
  return firstApplicationCode + applicationCode + Math.floor(applicationCode / 0x1e);
}

/** The application's stream error code in an HTTP/3 code; 0 for one that carries none. */
export function toApplicationCode(code: number): number {
  if (code < firstApplicationCode || code > lastApplicationCode || (code - 0x21) % 0x1f === 0) return 0;
  const shifted = code - firstApplicationCode;
  return shifted - Math.floor(shifted / 0x1f);
}
