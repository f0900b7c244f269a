import type { HeaderField } from './header-field.js';
import { ConnectionError, http3Code, StreamError } from './http3-error.js';
import { huffmanDecode, huffmanEncode, huffmanSize } from './huffman.js';
import { staticTable } from './static-table.js';

/**
 * QPACK field sections (RFC 9204) without a dynamic table: the static table and literals only, both ways. The settings
 * forbid the peer anything else, so a section stands for itself and no state outlives it.
 */

/** What a field counts beside its name and value towards the size of its section (RFC 9114, 4.2.2). */
const fieldOverhead = 32;

/** Where each field and each name first stands in the static table. */
const indexOfField = new Map<string, number>();
const indexOfName = new Map<string, number>();
for (const [index, { name, value }] of staticTable.entries()) {
  indexOfField.set(`${name}\n${value}`, index);
  if (!indexOfName.has(name)) indexOfName.set(name, index);
}

/** @throws RangeError for a character over 255 */
export function encodeFieldSection(fields: readonly HeaderField[]): Uint8Array {
  // Required Insert Count 0, Base 0: nothing refers to the dynamic table (RFC 9204, 4.5.1).
  const out: number[] = [0, 0];
  for (const { name, value } of fields) {
    const whole = indexOfField.get(`${name}\n${value}`);
    const named = indexOfName.get(name);
    if (whole !== undefined) {
      pushInteger(out, 0xc0, 6, whole);
    } else if (named !== undefined) {
      pushInteger(out, 0x50, 4, named);
      pushString(out, 0x00, 7, value);
    } else {
      pushString(out, 0x20, 3, name);
      pushString(out, 0x00, 7, value);
    }
  }
  return Uint8Array.from(out);
}

/**
 * @param maxBytes size of the section as RFC 9114 4.2.2 counts it: names, values and 32 a field
 * @throws ConnectionError `QPACK_DECOMPRESSION_FAILED` for what can't be read
 * @throws StreamError `EXCESSIVE_LOAD` for more than `maxBytes`
 */
export function decodeFieldSection(section: Uint8Array, maxBytes: number): HeaderField[] {
  const reader = new SectionReader(section);
  const requiredInsertCount = reader.integer(8);
  if (requiredInsertCount !== 0) throw failed('a reference to the dynamic table');
  // With no references any Base will do but a negative one (RFC 9204, 4.5.1.2).
  if ((reader.peek() & 0x80) !== 0) throw failed('a negative base');
  reader.integer(7);
  const fields: HeaderField[] = [];
  let size = 0;
  while (!reader.atEnd) {
    const field = readField(reader);
    size += field.name.length + field.value.length + fieldOverhead;
    if (size > maxBytes) throw new StreamError(http3Code.EXCESSIVE_LOAD, 'the header section is too large');
    fields.push(field);
  }
  return fields;
}

/** One field line (RFC 9204, 4.5.2 to 4.5.6). */
function readField(reader: SectionReader): HeaderField {
  const first = reader.peek();
  if ((first & 0x80) !== 0) {
    if ((first & 0x40) === 0) throw failed('an index into the dynamic table');
    return staticEntry(reader.integer(6));
  }
  if ((first & 0x40) !== 0) {
    if ((first & 0x10) === 0) throw failed('a name in the dynamic table');
    const { name } = staticEntry(reader.integer(4));
    return { name, value: reader.string(7) };
  }
  if ((first & 0x20) === 0) throw failed('an index past the base');
  const name = reader.string(3);
  return { name, value: reader.string(7) };
}

function staticEntry(index: number): HeaderField {
  const entry = staticTable[index];
  if (entry === undefined) throw failed(`no static table entry ${index}`);
  return entry;
}

class SectionReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  peek(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw failed('the section ends too early');
    return byte;
  }

  /** An integer that begins in the low `prefixBits` of the next byte (RFC 7541, 5.1). */
  integer(prefixBits: number): number {
    const prefix = (1 << prefixBits) - 1;
    let value = this.#next() & prefix;
    if (value < prefix) return value;
    // No length, index or count here is over 2^28: four more bytes are enough, and keep the sum exact.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#next();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw failed('an integer is too large');
  }

  /** A string whose Huffman flag stands above a length of `prefixBits` (RFC 9204, 4.1.2). */
  string(prefixBits: number): string {
    const isHuffman = (this.peek() & (1 << prefixBits)) !== 0;
    const length = this.integer(prefixBits);
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw failed('a string is longer than its section');
    const raw = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    const text = isHuffman ? huffmanDecode(raw) : raw;
    if (text === undefined) throw failed('bad Huffman encoding');
    return textOfBytes(text);
  }

  #next(): number {
    const byte = this.peek();
    this.#offset++;
    return byte;
  }
}

function failed(what: string): ConnectionError {
  return new ConnectionError(http3Code.QPACK_DECOMPRESSION_FAILED, what);
}

function pushInteger(out: number[], flags: number, prefixBits: number, value: number): void {
  const prefix = (1 << prefixBits) - 1;
  if (value < prefix) {
    out.push(flags | value);
    return;
  }
  out.push(flags | prefix);
  let rest = value - prefix;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push(0x80 | (rest & 0x7f));
  out.push(rest);
}

function pushString(out: number[], flags: number, prefixBits: number, text: string): void {
  const raw = bytesOfText(text);
  const useHuffman = huffmanSize(raw) < raw.length;
  const bytes = useHuffman ? huffmanEncode(raw) : raw;
  pushInteger(out, useHuffman ? flags | (1 << prefixBits) : flags, prefixBits, bytes.length);
  for (const byte of bytes) out.push(byte);
}

function bytesOfText(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) throw new RangeError('a header field holds a character over 255');
    bytes[i] = unit;
  }
  return bytes;
}

function textOfBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
