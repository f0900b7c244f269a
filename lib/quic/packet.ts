/**
 * The parts of a QUIC packet that can be read without keys (RFC 8999, RFC 9000 section 17), read no further than the
 * datagram is long.
 *
 *   long   1 form | version 4 | dcid length 1 | dcid | scid length 1 | scid | (Initial: token length varint | token | …)
 *   short  1 form | dcid (of the length we chose) | …
 */

/**
 * Length of the connection ids we give out; short packets don't say theirs. Every packet to us begins with one, so it is
 * no longer than it takes: 8 random bytes can't be guessed, and RFC 9000 asks no more of a client's first id.
 */
export const ID_BYTES = 8;
export const VERSION_1 = 1;
/** A client's first datagram is at least this long, so that answering it can't amplify (RFC 9000 section 14.1). */
export const MIN_INITIAL_BYTES = 1200;
/** RFC 9000 section 17.2: ids of version 1. */
const MAX_ID_BYTES = 20;
/** RFC 9000 section 7.2: a client's first destination id is unpredictable. */
const MIN_ORIGINAL_ID_BYTES = 8;
const LONG_FORM = 0x80;
const TYPE_MASK = 0x30;

/** The invariant part of a long header. The views point into the datagram. */
export interface LongHeader {
  readonly version: number;
  readonly destinationId: Uint8Array;
  readonly sourceId: Uint8Array;
  /** Where the version's own part begins. */
  readonly end: number;
}

export interface InitialHeader extends LongHeader {
  readonly token: Uint8Array;
}

export function isLongHeader(datagram: Uint8Array): boolean {
  return datagram.length > 0 && (datagram[0]! & LONG_FORM) !== 0;
}

/** @returns undefined when `datagram` doesn't hold a whole long header with ids of version 1's length */
export function readLongHeader(datagram: Uint8Array): LongHeader | undefined {
  if (!isLongHeader(datagram) || datagram.length < 7) return undefined;
  const destinationEnd = 6 + datagram[5]!;
  if (datagram[5]! > MAX_ID_BYTES || datagram.length < destinationEnd + 1) return undefined;
  const end = destinationEnd + 1 + datagram[destinationEnd]!;
  if (datagram[destinationEnd]! > MAX_ID_BYTES || datagram.length < end) return undefined;
  return {
    version: ((datagram[1]! << 24) | (datagram[2]! << 16) | (datagram[3]! << 8) | datagram[4]!) >>> 0,
    destinationId: datagram.subarray(6, destinationEnd),
    sourceId: datagram.subarray(destinationEnd + 1, end),
    end,
  };
}

/** @returns undefined when this isn't a version 1 Initial that may open a connection */
export function readInitial(datagram: Uint8Array, header: LongHeader): InitialHeader | undefined {
  if (header.version !== VERSION_1 || (datagram[0]! & TYPE_MASK) !== 0) return undefined;
  if (datagram.length < MIN_INITIAL_BYTES || header.destinationId.length < MIN_ORIGINAL_ID_BYTES) return undefined;
  const first = datagram[header.end];
  if (first === undefined) return undefined;
  const lengthBytes = 1 << (first >> 6);
  let length = first & 0x3f;
  for (let i = 1; i < lengthBytes; i++) length = length * 256 + (datagram[header.end + i] ?? 0);
  const start = header.end + lengthBytes;
  if (start + length > datagram.length) return undefined;
  return { ...header, token: datagram.subarray(start, start + length) };
}

/** A Version Negotiation packet (RFC 9000 section 17.2.1) that offers version 1, the only one spoken. */
export function versionNegotiation(header: LongHeader): Uint8Array {
  const { destinationId, sourceId } = header;
  const packet = new Uint8Array(7 + sourceId.length + destinationId.length + 4);
  packet[0] = LONG_FORM | 0x40;
  packet[5] = sourceId.length;
  packet.set(sourceId, 6);
  packet[6 + sourceId.length] = destinationId.length;
  packet.set(destinationId, 7 + sourceId.length);
  packet[packet.length - 1] = VERSION_1;
  return packet;
}
