import { encodeVarints } from './varint.js';

/** Frame types of HTTP/3 (RFC 9114, 7.2 and 11.2.1) and the signal that opens a WebTransport stream. */
export const frameType = {
  DATA: 0x00,
  HEADERS: 0x01,
  CANCEL_PUSH: 0x03,
  SETTINGS: 0x04,
  PUSH_PROMISE: 0x05,
  GOAWAY: 0x07,
  MAX_PUSH_ID: 0x0d,
  /** In place of a frame type at the start of a bidirectional stream; a frame nowhere (draft-ietf-webtrans-http3, 4.2). */
  WEBTRANSPORT_STREAM: 0x41,
} as const;

/** First integer of a unidirectional stream (RFC 9114, 6.2; RFC 9204, 4.2; draft-ietf-webtrans-http3, 4.1). */
export const streamType = {
  CONTROL: 0x00,
  PUSH: 0x01,
  QPACK_ENCODER: 0x02,
  QPACK_DECODER: 0x03,
  WEBTRANSPORT: 0x54,
} as const;

/** Types that meant something in HTTP/2 and may not be sent (RFC 9114, 7.2.8). */
export function isReservedFrameType(type: number): boolean {
  return type === 0x02 || type === 0x06 || type === 0x08 || type === 0x09;
}

/** A frame or capsule: type, length, value. */
export function encodeRecord(type: number, value: Uint8Array): Uint8Array {
  const header = encodeVarints(type, value.length);
  const record = new Uint8Array(header.length + value.length);
  record.set(header);
  record.set(value, header.length);
  return record;
}
