/**
 * Reads the fields of protobuf messages one after the other, in the order that its user expects: for messages of which
 * there are many, where the generated decoder is too general. What it can't read marks it as failed; it goes on then, to
 * no purpose. Tags are given as they stand on the wire, below 128.
 */
export class ProtoCursor {
  /** Where it reads next. */
  at: number;
  failed = false;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  /** Reads from `at` on, and nothing from `end` on. */
  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  /** The next byte; undefined at the end. */
  get next(): number | undefined {
    return this.at < this.#end ? this.#bytes[this.at] : undefined;
  }

  /** All was read, and everything could be. */
  get done(): boolean {
    return !this.failed && this.at === this.#end;
  }

  /** Enters a message that is the rest of this one; fails if it isn't. */
  enter(tag: number): void {
    const there = this.next === tag;
    if (this.numberIf(tag) !== this.#end - this.at || !there) this.failed = true;
  }

  varint(): number {
    const bytes = this.#bytes;
    const end = Math.min(this.#end, this.at + MAX_VARINT_BYTES);
    let value = 0;
    for (let factor = 1; this.at < end; factor *= 0x80) {
      const byte = bytes[this.at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    this.failed = true;
    return 0;
  }

  /** 0 when the field isn't there. */
  numberIf(tag: number): number {
    if (this.next !== tag) return 0;
    this.at++;
    return this.varint();
  }

  /** Empty when the field isn't there. */
  bytesIf(tag: number): Uint8Array {
    const length = this.#lengthIf(tag);
    if (length === 0) return EMPTY;
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  /**
   * Text of ASCII alone; fails for any other.
   * @param guess what it may be: given back, and nothing made, if it is that
   */
  asciiIf(tag: number, guess = ''): string {
    const length = this.#lengthIf(tag);
    if (length === guess.length && this.#is(guess)) {
      this.at += length;
      return guess;
    }
    let text = '';
    for (const end = this.at + length; this.at < end; this.at++) {
      const code = this.#bytes[this.at]!;
      if (code >= 0x80) this.failed = true;
      text += String.fromCharCode(code);
    }
    return text;
  }

  /** Whether that ASCII text is next; there is room for it. */
  #is(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#bytes[this.at + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Length of a field that lies whole in the bytes; 0 when it isn't there. */
  #lengthIf(tag: number): number {
    const length = this.numberIf(tag);
    if (length <= this.#end - this.at) return length;
    this.failed = true;
    return 0;
  }
}

/** A varint below 2^49 fits seven bytes, and adds up without losing a bit. */
const MAX_VARINT_BYTES = 7;
const EMPTY = new Uint8Array(0);
