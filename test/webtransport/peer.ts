import { encodeRecord, frameType, streamType } from '../../lib/webtransport/frame.js';
import type { HeaderField } from '../../lib/webtransport/header-field.js';
import { Http3Connection, type Http3Limits } from '../../lib/webtransport/http3-connection.js';
import { decodeFieldSection, encodeFieldSection } from '../../lib/webtransport/qpack.js';
import type { Role } from '../../lib/webtransport/role.js';
import type { SessionRequest } from '../../lib/webtransport/session-request.js';
import { encodeSettings } from '../../lib/webtransport/settings.js';
import { encodeVarints, readVarint, varintLength } from '../../lib/webtransport/varint.js';
import { concat } from './bytes.js';
import { bytesOf, FakeEnd, SessionLog } from './fake-wire.js';

/** First streams of each kind that a client and a server open. */
export const clientStream = { bidi: 0, uni: 2 } as const;
export const serverStream = { bidi: 1, uni: 3 } as const;

export function frame(type: number, value: Uint8Array = new Uint8Array(0)): Uint8Array {
  return encodeRecord(type, value);
}

export function headersFrame(fields: Record<string, string> | readonly HeaderField[]): Uint8Array {
  const list = Array.isArray(fields) ? (fields as readonly HeaderField[]) : toFields(fields as Record<string, string>);
  return frame(frameType.HEADERS, encodeFieldSection(list));
}

function toFields(record: Record<string, string>): HeaderField[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }));
}

export const connectFields = {
  ':method': 'CONNECT',
  ':protocol': 'webtransport',
  ':scheme': 'https',
  ':authority': 'localhost',
  ':path': '/play',
};

export const settingsFrame = frame(frameType.SETTINGS, encodeSettings(1, 16_384));
export const controlStart = concat(encodeVarints(streamType.CONTROL), settingsFrame);

/**
 * One Http3Connection, and the test in the place of its peer: writes raw bytes, reads what came back. The peer's first
 * unidirectional stream is its control stream.
 */
export class RawPeer {
  readonly end: FakeEnd;
  readonly connection: Http3Connection;
  readonly requests: SessionRequest[] = [];
  onRequest: ((request: SessionRequest) => void) | undefined;
  readonly #peerControl: number;

  /** @param role of the connection under test */
  constructor(role: Role, limits: Partial<Http3Limits> = {}) {
    this.end = new FakeEnd(role);
    this.#peerControl = role === 'server' ? clientStream.uni : serverStream.uni;
    const sessionRequested = (request: SessionRequest): void => {
      this.requests.push(request);
      this.onRequest?.(request);
    };
    this.connection = new Http3Connection(role, this.end, { sessionRequested }, limits);
    this.connection.start();
    this.end.outbox.length = 0;
  }

  /** Opens the peer's control stream with ordinary SETTINGS. */
  settings(): this {
    return this.send(this.#peerControl, controlStart);
  }

  /** More on the peer's control stream. */
  control(...frames: readonly Uint8Array[]): this {
    return this.send(this.#peerControl, concat(...frames));
  }

  send(streamId: number, bytes: Uint8Array, fin = false): this {
    this.end.deliver(this.connection, { kind: 'data', id: streamId, bytes, fin });
    return this;
  }

  /** What the connection did on one stream since the beginning. */
  on(streamId: number): { bytes: Uint8Array; fin: boolean; reset: number | undefined; stopped: number | undefined } {
    const parcels = this.end.outbox.filter((parcel) => parcel.kind !== 'datagram' && parcel.id === streamId);
    const data = parcels.filter((parcel) => parcel.kind === 'data');
    return {
      bytes: concat(...data.map(({ bytes }) => bytes)),
      fin: data.some(({ fin }) => fin),
      reset: parcels.find((parcel) => parcel.kind === 'reset')?.code,
      stopped: parcels.find((parcel) => parcel.kind === 'stop')?.code,
    };
  }

  /** Code the connection was closed with. */
  get closedWith(): number | undefined {
    return this.end.closed?.code;
  }
}

/** The header section that a stream begins with. */
export function firstHeaders(bytes: Uint8Array): Record<string, string> {
  const lengthAt = varintLength(bytes[0]!);
  const start = lengthAt + varintLength(bytes[lengthAt]!);
  const section = bytes.subarray(start, start + readVarint(bytes, lengthAt));
  return Object.fromEntries(decodeFieldSection(section, 16_384).map(({ name, value }) => [name, value]));
}

/** A session at a server whose client is the test. */
export function serverSession(peer: RawPeer): SessionLog {
  peer.settings().send(0, headersFrame(connectFields));
  return new SessionLog(peer.requests[0]!.accept());
}

/** Capsules in a DATA frame. */
export const data = (...capsules: Uint8Array[]): Uint8Array => frame(frameType.DATA, concat(...capsules));
/** The beginning of a bidirectional stream of a session. */
export const streamOf = (sessionId: number, text = ''): Uint8Array =>
  concat(encodeVarints(frameType.WEBTRANSPORT_STREAM, sessionId), bytesOf(text));
