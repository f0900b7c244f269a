import { frameType, isReservedFrameType } from './frame.js';
import { ConnectionError, http3Code } from './http3-error.js';
import { RecordReader, type Disposition, type RecordHandler } from './record-reader.js';
import type { Role } from './role.js';
import { decodeSettings, type PeerSettings } from './settings.js';
import type { StreamReceiver } from './stream-receiver.js';
import { holdsVarint, readVarint, varintLength } from './varint.js';

export interface ControlHandler {
  /** The peer's SETTINGS, once. */
  settingsReceived(settings: PeerSettings): void;
  /** The peer goes away: what it has not begun from `id` on, it won't begin. */
  goawayReceived(id: number): void;
}

/** Frames wanted whole here hold a few integers; no SETTINGS is near that long. */
const maxFrameBytes = 4096;

/** The peer's control stream (RFC 9114, 6.2.1 and 7.2). All that is wrong here ends the connection. */
export class ControlStream implements StreamReceiver, RecordHandler {
  readonly #role: Role;
  readonly #handler: ControlHandler;
  readonly #reader = new RecordReader(this);
  #hasSettings = false;
  #lastGoaway = Infinity;
  #maxPushId = -1;

  /** @param role this side's */
  constructor(role: Role, handler: ControlHandler) {
    this.#role = role;
    this.#handler = handler;
  }

  received(bytes: Uint8Array, fin: boolean): void {
    this.#reader.push(bytes);
    if (fin) throw closed();
  }

  receivedReset(): void {
    throw closed();
  }

  receivedStop(): void {
    throw closed();
  }

  begin(type: number, length: number): Disposition {
    this.#checkAllowed(type);
    switch (type) {
      case frameType.SETTINGS:
      case frameType.GOAWAY:
      case frameType.MAX_PUSH_ID:
        if (length > maxFrameBytes) throw new ConnectionError(http3Code.EXCESSIVE_LOAD, 'a control frame is too long');
        return 'whole';
      case frameType.CANCEL_PUSH:
        throw new ConnectionError(http3Code.ID_ERROR, 'a push is cancelled that never was');
      default:
        return 'skip';
    }
  }

  whole(type: number, value: Uint8Array): void {
    if (type === frameType.SETTINGS) {
      this.#hasSettings = true;
      this.#handler.settingsReceived(decodeSettings(value));
    } else if (type === frameType.GOAWAY) this.#goaway(onlyInteger(value));
    else this.#raiseMaxPushId(onlyInteger(value));
  }

  piece(): void {
    // Nothing here is wanted in pieces.
  }

  #checkAllowed(type: number): void {
    if (type === frameType.WEBTRANSPORT_STREAM) {
      throw new ConnectionError(http3Code.FRAME_ERROR, 'the WebTransport signal within a stream');
    }
    if (!this.#hasSettings && type !== frameType.SETTINGS) {
      throw new ConnectionError(http3Code.MISSING_SETTINGS, 'the control stream begins without SETTINGS');
    }
    const isForbidden =
      (this.#hasSettings && type === frameType.SETTINGS) ||
      type === frameType.DATA ||
      type === frameType.HEADERS ||
      type === frameType.PUSH_PROMISE ||
      (type === frameType.MAX_PUSH_ID && this.#role === 'client') ||
      isReservedFrameType(type);
    if (isForbidden) throw new ConnectionError(http3Code.FRAME_UNEXPECTED, `frame type ${type} on the control stream`);
  }

  /** The id may only go down; a server's names a request stream, a client's a push (RFC 9114, 5.2). */
  #goaway(id: number): void {
    if (id > this.#lastGoaway || (this.#role === 'client' && id % 4 !== 0)) {
      throw new ConnectionError(http3Code.ID_ERROR, 'GOAWAY with an id that cannot be');
    }
    this.#lastGoaway = id;
    this.#handler.goawayReceived(id);
  }

  #raiseMaxPushId(id: number): void {
    if (id < this.#maxPushId) throw new ConnectionError(http3Code.ID_ERROR, 'MAX_PUSH_ID goes down');
    this.#maxPushId = id;
  }
}

function onlyInteger(value: Uint8Array): number {
  if (!holdsVarint(value, 0) || varintLength(value[0]!) !== value.length) {
    throw new ConnectionError(http3Code.FRAME_ERROR, 'a frame of one integer has another length');
  }
  return readVarint(value, 0);
}

function closed(): ConnectionError {
  return new ConnectionError(http3Code.CLOSED_CRITICAL_STREAM, 'the control stream was closed');
}
