import { status, type ServerDuplexStream } from '@grpc/grpc-js';
import {
  pushMethods,
  type PushEventInit,
  type PushReplyInit,
  type PushRequest,
  type Receipt,
} from '../protocol/push-codec.js';
import type { PushLane } from './push-lane.js';
import type { PushSender } from './push-record.js';
import type { PushService } from './push-service.js';

const { decodeRequest, encodeReply } = pushMethods.pushStream;

/** Pushes of one stream that have no reply yet; above it is not read. A turn's worth at the highest rates. */
const MAX_IN_FLIGHT = 1_024;
/** Bytes of pushes that wait for one that is on its way to many. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Receipts for a sender that doesn't read, about 64 bytes each, before its stream is ended. */
const MAX_UNREAD_RECEIPTS = 8_192;

/** One PushStream of a service: reads pushes as far as they can be taken, writes replies and receipts. */
export class PushStream implements PushSender {
  readonly #call: ServerDuplexStream<Uint8Array, Uint8Array>;
  readonly #service: PushService;
  readonly #lane: PushLane;
  readonly #onClosed: () => void;
  #inFlight = 0;
  #unreadReceipts = 0;
  /** The sender doesn't read what it is told. */
  #blocked = false;
  #paused = false;
  /** The sender has pushed its last. */
  #ended = false;
  #closed = false;

  constructor(call: ServerDuplexStream<Uint8Array, Uint8Array>, service: PushService, onClosed: () => void) {
    this.#call = call;
    this.#service = service;
    this.#onClosed = onClosed;
    this.#lane = service.lane(this);
    call.on('data', (bytes: Uint8Array) => this.#push(bytes));
    call.on('end', () => this.#finish());
    call.on('drain', () => this.#drained());
    call.on('cancelled', () => this.#close());
    call.on('error', () => this.#close());
  }

  reply(reply: PushReplyInit): void {
    this.#inFlight--;
    this.#write({ reply });
    if (this.#ended && this.#inFlight === 0) this.end();
    else this.#steer();
  }

  receipt(receipt: Receipt): void {
    if (this.#blocked && ++this.#unreadReceipts > MAX_UNREAD_RECEIPTS) {
      this.#fail(status.RESOURCE_EXHAUSTED, 'receipts are not read');
    } else this.#write({ receipt });
  }

  /** Ends the stream behind what is written. */
  end(): void {
    if (this.#closed) return;
    this.#close();
    this.#call.end();
  }

  #push(bytes: Uint8Array): void {
    if (this.#closed) return;
    let request: PushRequest;
    try {
      request = decodeRequest(bytes);
    } catch {
      this.#fail(status.INVALID_ARGUMENT, 'the message is no PushRequest');
      return;
    }
    this.#inFlight++;
    this.#service.push(request, this.#lane);
    this.#steer();
  }

  /** Reads while there is room for what comes, and for the answers: what isn't read backs up to the sender. */
  #steer(): void {
    const full = this.#inFlight >= MAX_IN_FLIGHT || this.#lane.waitingBytes >= MAX_WAITING_BYTES;
    const shallPause = full || this.#blocked;
    if (shallPause === this.#paused) return;
    this.#paused = shallPause;
    if (shallPause) this.#call.pause();
    else this.#call.resume();
  }

  #write(event: PushEventInit): void {
    if (this.#closed) return;
    if (!this.#call.write(encodeReply(event))) this.#blocked = true;
  }

  #drained(): void {
    this.#blocked = false;
    this.#unreadReceipts = 0;
    this.#steer();
  }

  #finish(): void {
    this.#ended = true;
    if (this.#inFlight === 0) this.end();
  }

  #fail(code: status, details: string): void {
    if (this.#closed) return;
    this.#close();
    this.#call.emit('error', { code, details });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lane.close();
    this.#onClosed();
  }
}
