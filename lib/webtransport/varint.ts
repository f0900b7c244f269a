/**
 * QUIC's variable-length integers (RFC 9000, 16): 1, 2, 4 or 8 bytes, the first two bits saying which.
 *
 * Values are plain numbers. Over 2^53 − 1 they are read with rounding: nothing HTTP/3 gives a meaning to is that large
 * (GREASE may be), so a rounded value is only ever skipped or refused.
 */

/** Length in bytes of the integer that begins with `firstByte`. */
export function varintLength(firstByte: number): number {
  return 1 << (firstByte >> 6);
}

/** Bytes that `value` takes, in its shortest form. */
export function varintSize(value: number): number {
  if (value < 0x40) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x4000_0000) return 4;
  return 8;
}

/** Reads the integer at `offset`. The caller has checked that all its bytes are there. */
export function readVarint(bytes: Uint8Array, offset: number): number {
  const length = varintLength(bytes[offset]!);
  let value = bytes[offset]! & 0x3f;
  for (let i = 1; i < length; i++) value = value * 256 + bytes[offset + i]!;
  return value;
}

/** True when the integer at `offset` lies within `bytes`. */
export function holdsVarint(bytes: Uint8Array, offset: number): boolean {
  return offset < bytes.length && offset + varintLength(bytes[offset]!) <= bytes.length;
}

/**
 * Writes `value` at `offset`, in its shortest form.
 * @returns the offset behind it
 * @throws RangeError for what is no integer between 0 and 2^53 − 1
 */
export function writeVarint(target: Uint8Array, offset: number, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`no variable-length integer: ${value}`);
  const size = varintSize(value);
  let rest = value;
  for (let i = size - 1; i >= 0; i--) {
    target[offset + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  target[offset]! |= Math.log2(size) << 6;
  return offset + size;
}

/** The values one behind the other. */
export function encodeVarints(...values: number[]): Uint8Array {
  let size = 0;
  for (const value of values) size += varintSize(value);
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const value of values) offset = writeVarint(bytes, offset, value);
  return bytes;
}
