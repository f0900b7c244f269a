import { ConnectionError, http3Code } from './http3-error.js';
import type { StreamReceiver } from './stream-receiver.js';

/**
 * The peer's two QPACK streams (RFC 9204, 4.2 to 4.4). With a dynamic table of capacity 0 on both sides almost nothing
 * may come on them, but they may be opened, once each, and must not be closed.
 */

/** Set Dynamic Table Capacity 0: the one instruction that a table of capacity 0 allows. */
const setCapacityZero = 0x20;

export class QpackEncoderStream implements StreamReceiver {
  received(bytes: Uint8Array, fin: boolean): void {
    for (const byte of bytes) {
      if (byte !== setCapacityZero) {
        throw new ConnectionError(http3Code.QPACK_ENCODER_STREAM_ERROR, 'an entry for a table of capacity 0');
      }
    }
    if (fin) throw closed();
  }

  receivedReset(): void {
    throw closed();
  }

  receivedStop(): void {
    throw closed();
  }
}

const cancellation = 0x40;
const cancellationPrefix = 0x3f;

export class QpackDecoderStream implements StreamReceiver {
  /** Within the stream id of a Stream Cancellation, which takes more than the first byte. */
  #inStreamId = false;

  received(bytes: Uint8Array, fin: boolean): void {
    for (const byte of bytes) this.#read(byte);
    if (fin) throw closed();
  }

  receivedReset(): void {
    throw closed();
  }

  receivedStop(): void {
    throw closed();
  }

  /** Cancellations are allowed and mean nothing; to acknowledge there is nothing. */
  #read(byte: number): void {
    if (this.#inStreamId) {
      this.#inStreamId = byte >= 0x80;
      return;
    }
    if ((byte & 0xc0) !== cancellation) {
      throw new ConnectionError(http3Code.QPACK_DECODER_STREAM_ERROR, 'an acknowledgment of nothing sent');
    }
    this.#inStreamId = (byte & cancellationPrefix) === cancellationPrefix;
  }
}

function closed(): ConnectionError {
  return new ConnectionError(http3Code.CLOSED_CRITICAL_STREAM, 'a QPACK stream was closed');
}
