import type { StreamReceiver } from './stream-receiver.js';
import { holdsVarint, readVarint, varintLength } from './varint.js';

/** Decides what a stream is, from the integers it begins with. */
export interface StreamClassifier {
  /**
   * @param integers the first, or the first two, of the stream
   * @returns the receiver of the rest; `another` when the second integer is needed to tell; undefined when the stream is
   * refused
   */
  classify(streamId: number, integers: readonly number[], prefix: Uint8Array): StreamReceiver | 'another' | undefined;
  /** The stream ended before it said what it is. */
  neverOpened(streamId: number): void;
}

/** A stream of the peer whose first bytes, which say what it is, haven't all come. */
export class OpeningStream implements StreamReceiver {
  readonly #id: number;
  readonly #classifier: StreamClassifier;
  /** Two variable-length integers at most. */
  readonly #prefix = new Uint8Array(16);
  #prefixBytes = 0;
  readonly #integers: number[] = [];
  #integerStart = 0;
  #stopCode: number | undefined;

  constructor(id: number, classifier: StreamClassifier) {
    this.#id = id;
    this.#classifier = classifier;
  }

  received(bytes: Uint8Array, fin: boolean): void {
    for (let offset = 0; offset < bytes.length;) {
      this.#prefix[this.#prefixBytes++] = bytes[offset++]!;
      if (!this.#nextInteger()) continue;
      const receiver = this.#classifier.classify(this.#id, this.#integers, this.#prefix.slice(0, this.#prefixBytes));
      if (receiver === 'another') continue;
      if (receiver !== undefined) this.#handOver(receiver, bytes.subarray(offset), fin);
      return;
    }
    if (fin) this.#classifier.neverOpened(this.#id);
  }

  receivedReset(): void {
    this.#classifier.neverOpened(this.#id);
  }

  receivedStop(errorCode: number): void {
    this.#stopCode = errorCode;
  }

  #nextInteger(): boolean {
    const seen = this.#prefix.subarray(0, this.#prefixBytes);
    if (!holdsVarint(seen, this.#integerStart)) return false;
    this.#integers.push(readVarint(seen, this.#integerStart));
    this.#integerStart += varintLength(seen[this.#integerStart]!);
    return true;
  }

  #handOver(receiver: StreamReceiver, rest: Uint8Array, fin: boolean): void {
    if (this.#stopCode !== undefined) receiver.receivedStop(this.#stopCode);
    if (rest.length > 0 || fin) receiver.received(rest, fin);
  }
}
