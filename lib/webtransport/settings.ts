import { ConnectionError, http3Code } from './http3-error.js';
import { encodeVarints, holdsVarint, readVarint, varintLength } from './varint.js';

/**
 * Identifiers of SETTINGS. Browsers of different ages look for different ones, so those of several drafts are sent and
 * understood: draft-02 (`ENABLE_WEBTRANSPORT`), -07 and -13 (`MAX_SESSIONS`), -15 (`WT_ENABLED`).
 */
export const settingId = {
  QPACK_MAX_TABLE_CAPACITY: 0x01,
  MAX_FIELD_SECTION_SIZE: 0x06,
  QPACK_BLOCKED_STREAMS: 0x07,
  ENABLE_CONNECT_PROTOCOL: 0x08,
  H3_DATAGRAM: 0x33,
  H3_DATAGRAM_DRAFT04: 0xffd277,
  ENABLE_WEBTRANSPORT: 0x2b603742,
  WT_ENABLED: 0x2c7cf000,
  WEBTRANSPORT_MAX_SESSIONS_DRAFT07: 0xc671706a,
  WEBTRANSPORT_MAX_SESSIONS_DRAFT13: 0x14e9cd29,
} as const;

/** What the peer's SETTINGS say about WebTransport. */
export interface PeerSettings {
  readonly extendedConnect: boolean;
  readonly datagrams: boolean;
  readonly webTransport: boolean;
}

/** The payload of the SETTINGS frame that both roles send. */
export function encodeSettings(maxSessions: number, maxHeaderBytes: number): Uint8Array {
  return encodeVarints(
    ...[settingId.QPACK_MAX_TABLE_CAPACITY, 0],
    ...[settingId.MAX_FIELD_SECTION_SIZE, maxHeaderBytes],
    ...[settingId.QPACK_BLOCKED_STREAMS, 0],
    ...[settingId.ENABLE_CONNECT_PROTOCOL, 1],
    ...[settingId.H3_DATAGRAM, 1],
    ...[settingId.H3_DATAGRAM_DRAFT04, 1],
    ...[settingId.ENABLE_WEBTRANSPORT, 1],
    ...[settingId.WT_ENABLED, 1],
    ...[settingId.WEBTRANSPORT_MAX_SESSIONS_DRAFT07, maxSessions],
    ...[settingId.WEBTRANSPORT_MAX_SESSIONS_DRAFT13, maxSessions],
  );
}

/**
 * @throws ConnectionError `SETTINGS_ERROR` for a repeated or reserved identifier or a value that can't be,
 * `FRAME_ERROR` for a payload that ends within a setting
 */
export function decodeSettings(payload: Uint8Array): PeerSettings {
  const values = readPairs(payload);
  const isOn = (id: number): boolean => values.get(id) === 1;
  const isAtLeastOne = (id: number): boolean => (values.get(id) ?? 0) > 0;
  for (const id of booleanSettings) {
    if ((values.get(id) ?? 0) > 1) throw new ConnectionError(http3Code.SETTINGS_ERROR, `setting ${id} is not 0 or 1`);
  }
  return {
    extendedConnect: isOn(settingId.ENABLE_CONNECT_PROTOCOL),
    datagrams: isOn(settingId.H3_DATAGRAM) || isOn(settingId.H3_DATAGRAM_DRAFT04),
    webTransport:
      isOn(settingId.ENABLE_WEBTRANSPORT) ||
      isAtLeastOne(settingId.WT_ENABLED) ||
      isAtLeastOne(settingId.WEBTRANSPORT_MAX_SESSIONS_DRAFT07) ||
      isAtLeastOne(settingId.WEBTRANSPORT_MAX_SESSIONS_DRAFT13),
  };
}

/** RFC 9220, 3; RFC 9297, 2.1.1; draft-ietf-webtrans-http3-02, 3.1. */
const booleanSettings = [settingId.ENABLE_CONNECT_PROTOCOL, settingId.H3_DATAGRAM, settingId.ENABLE_WEBTRANSPORT];

/** Settings of HTTP/2 that may not be sent (RFC 9114, 7.2.4.1). */
const reservedSettings: readonly number[] = [0x00, 0x02, 0x03, 0x04, 0x05];

function readPairs(payload: Uint8Array): Map<number, number> {
  const values = new Map<number, number>();
  let offset = 0;
  const next = (): number => {
    if (!holdsVarint(payload, offset)) throw new ConnectionError(http3Code.FRAME_ERROR, 'SETTINGS end too early');
    const value = readVarint(payload, offset);
    offset += varintLength(payload[offset]!);
    return value;
  };
  while (offset < payload.length) {
    const id = next();
    const value = next();
    if (reservedSettings.includes(id)) throw new ConnectionError(http3Code.SETTINGS_ERROR, `setting ${id} is reserved`);
    // Identifiers over 2^53 are GREASE and rounded: two of them may look the same.
    if (!Number.isSafeInteger(id)) continue;
    if (values.has(id)) throw new ConnectionError(http3Code.SETTINGS_ERROR, `setting ${id} is given twice`);
    values.set(id, value);
  }
  return values;
}
