import { encodeRecord, frameType, isReservedFrameType } from './frame.js';
import type { HeaderField } from './header-field.js';
import { ConnectionError, http3Code, StreamError } from './http3-error.js';
import type { Http3Output } from './http3-output.js';
import { decodeFieldSection, encodeFieldSection } from './qpack.js';
import { RecordReader, type Disposition, type RecordHandler } from './record-reader.js';
import type { Role } from './role.js';
import type { StreamReceiver } from './stream-receiver.js';

/** Receives one HTTP message. Any method may throw a StreamError, which aborts the stream. */
export interface MessageHandler {
  /** @returns false if this was an interim response and another section follows */
  headersReceived(fields: readonly HeaderField[]): boolean;
  /** Some more of the body. Only valid during the call. */
  bodyReceived(bytes: Uint8Array): void;
  /** The message is complete. */
  ended(): void;
  /** The stream broke: reset by the peer, or given up by this side with a StreamError. */
  aborted(): void;
}

/** What a message stream needs around it. */
export interface MessageSurroundings {
  /** Another one once the connection is gone. */
  readonly output: Http3Output;
  /** This side's. */
  readonly role: Role;
  /** Longest header section in bytes, on the wire and as RFC 9114 4.2.2 counts it. */
  readonly maxHeaderBytes: number;
  /** Both directions are over. May be called more than once. */
  messageDone(message: MessageStream): void;
}

/**
 * A bidirectional stream that carries HTTP messages: HEADERS and DATA frames (RFC 9114, 4.1). The same for the request
 * that a server reads and for the response that a client reads; after the headers of a CONNECT only DATA may follow (4.4).
 */
export class MessageStream implements StreamReceiver, RecordHandler {
  readonly #surroundings: MessageSurroundings;
  readonly #reader = new RecordReader(this);
  #handler: MessageHandler | undefined;
  #sending = true;
  #receiving = true;
  /** The bytes being read are the last. */
  #lastBytes = false;
  #inBody = false;

  constructor(
    readonly id: number,
    surroundings: MessageSurroundings,
  ) {
    this.#surroundings = surroundings;
  }

  setHandler(handler: MessageHandler): void {
    this.#handler = handler;
  }

  sendHeaders(fields: readonly HeaderField[], fin: boolean): void {
    this.#send(encodeRecord(frameType.HEADERS, encodeFieldSection(fields)), fin);
  }

  sendBody(bytes: Uint8Array, fin: boolean): void {
    this.#send(encodeRecord(frameType.DATA, bytes), fin);
  }

  /** Ends this side. */
  end(): void {
    this.#send(new Uint8Array(0), true);
  }

  /** Reads no more. Does nothing if the peer has ended. */
  stopReading(errorCode: number): void {
    if (!this.#receiving) return;
    this.#receiving = false;
    this.#reader.stop();
    if (!this.#lastBytes) this.#surroundings.output.stopSending(this.id, errorCode);
    this.#settle();
  }

  /** Gives up both directions, as far as they aren't over. The handler is not told. */
  abort(errorCode: number): void {
    if (this.#sending) this.#surroundings.output.reset(this.id, errorCode);
    this.#sending = false;
    this.stopReading(errorCode);
    this.#settle();
  }

  received(bytes: Uint8Array, fin: boolean): void {
    if (!this.#receiving) return;
    this.#lastBytes = fin;
    try {
      this.#reader.push(bytes);
      if (fin) this.#end();
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.abort(error.code);
      this.#handler?.aborted();
    }
  }

  receivedReset(): void {
    if (!this.#receiving) return;
    this.#receiving = false;
    this.#reader.stop();
    this.abort(http3Code.REQUEST_CANCELLED);
    this.#handler?.aborted();
  }

  receivedStop(errorCode: number): void {
    if (!this.#sending) return;
    this.#sending = false;
    // The peer has answered without reading to the end; the answer may still be on its way (RFC 9114, 4.1).
    if (errorCode === http3Code.NO_ERROR) {
      this.#settle();
      return;
    }
    this.abort(http3Code.REQUEST_CANCELLED);
    this.#handler?.aborted();
  }

  begin(type: number, length: number): Disposition {
    switch (type) {
      case frameType.DATA:
        if (!this.#inBody) throw unexpected('DATA before HEADERS');
        return 'pieces';
      case frameType.HEADERS:
        if (this.#inBody) throw unexpected('HEADERS in a CONNECT');
        if (length > this.#surroundings.maxHeaderBytes) {
          throw new StreamError(http3Code.EXCESSIVE_LOAD, 'the header section is too large');
        }
        return 'whole';
      case frameType.WEBTRANSPORT_STREAM:
        throw new ConnectionError(http3Code.FRAME_ERROR, 'the WebTransport signal within a stream');
      case frameType.PUSH_PROMISE:
        // A client may not push, and a server only what a MAX_PUSH_ID allowed, which is never sent (RFC 9114, 7.2.5).
        if (this.#surroundings.role === 'client') throw new ConnectionError(http3Code.ID_ERROR, 'a push not allowed');
        throw unexpected('PUSH_PROMISE from a client');
      case frameType.CANCEL_PUSH:
      case frameType.SETTINGS:
      case frameType.GOAWAY:
      case frameType.MAX_PUSH_ID:
        throw unexpected(`frame type ${type} on a request stream`);
      default:
        if (isReservedFrameType(type)) throw unexpected(`frame type ${type} is reserved`);
        return 'skip';
    }
  }

  whole(_type: number, value: Uint8Array): void {
    const fields = decodeFieldSection(value, this.#surroundings.maxHeaderBytes);
    this.#inBody = this.#handler?.headersReceived(fields) ?? true;
  }

  piece(_type: number, value: Uint8Array): void {
    this.#handler?.bodyReceived(value);
  }

  #end(): void {
    if (!this.#receiving) return;
    if (!this.#reader.atBoundary) throw new ConnectionError(http3Code.FRAME_ERROR, 'the stream ends within a frame');
    if (!this.#inBody) throw new StreamError(http3Code.REQUEST_INCOMPLETE, 'the stream ends before its headers');
    this.#receiving = false;
    this.#handler?.ended();
    this.#settle();
  }

  #send(bytes: Uint8Array, fin: boolean): void {
    if (!this.#sending) return;
    if (fin) this.#sending = false;
    this.#surroundings.output.write(this.id, bytes, fin);
    this.#settle();
  }

  #settle(): void {
    if (!this.#sending && !this.#receiving) this.#surroundings.messageDone(this);
  }
}

function unexpected(what: string): ConnectionError {
  return new ConnectionError(http3Code.FRAME_UNEXPECTED, what);
}
