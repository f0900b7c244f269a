/** Protobuf varints below 2^53: seven bits a byte, least significant first; and the fields that hold one. */

/** Bytes that `value` takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Writes `value` at `offset` and returns the offset behind it. */
export function writeVarint(target: Uint8Array, offset: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    target[offset++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[offset++] = rest;
  return offset;
}

/** Bytes of a number's field, tag below 16 included; one that is 0 is left out, as proto3 wants it. */
export function numberFieldSize(value: number): number {
  return value === 0 ? 0 : 1 + varintSize(value);
}

/** Writes a number's field unless it is 0, and returns the offset behind it. `tag`: field number << 3 | wire type. */
export function writeNumberField(target: Uint8Array, offset: number, tag: number, value: number): number {
  if (value === 0) return offset;
  target[offset] = tag;
  return writeVarint(target, offset + 1, value);
}
