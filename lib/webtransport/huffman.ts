/**
 * The Huffman code of HPACK and QPACK (RFC 7541, 5.2 and appendix B). It is canonical: shorter codes come first, equally
 * long ones in the order of their symbols. So the lengths are all there is to know.
 */

/** Length in bits of each byte's code. */
// prettier-ignore
const codeLengths = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, // 0x00
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, // 0x10
   6, 10, 10, 12, 13,  6,  8, 11, 10, 10,  8, 11,  8,  6,  6,  6, // 0x20
   5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8, 15,  6, 12, 10, // 0x30
  13,  6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7, // 0x40
   7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8, 13, 19, 13, 14,  6, // 0x50
  15,  5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5, // 0x60
   6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7, 15, 11, 14, 13, 28, // 0x70
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, // 0x80
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, // 0x90
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, // 0xa0
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, // 0xb0
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, // 0xc0
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, // 0xd0
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, // 0xe0
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, // 0xf0
];

/** Longest code; the end-of-string symbol, which may not occur, has one of them. */
const maxCodeBits = 30;

/** Symbols in the order of their codes. */
const symbolsByCode = codeLengths.map((_, symbol) => symbol).sort((a, b) => codeLengths[a]! - codeLengths[b]! || a - b);
const codes = new Uint32Array(256);
/** For each length: its first code, how many there are, and where its symbols begin in `symbolsByCode`. */
const firstCode = new Uint32Array(maxCodeBits + 1);
const codeCount = new Uint32Array(maxCodeBits + 1);
const firstSymbol = new Uint32Array(maxCodeBits + 1);
assignCodes();

function assignCodes(): void {
  let code = 0;
  let index = 0;
  for (let length = 1; length <= maxCodeBits; length++) {
    code *= 2;
    firstCode[length] = code;
    firstSymbol[length] = index;
    while (index < symbolsByCode.length && codeLengths[symbolsByCode[index]!] === length) {
      codes[symbolsByCode[index]!] = code++;
      index++;
    }
    codeCount[length] = index - firstSymbol[length]!;
  }
}

/** Bytes that `text` takes when encoded. */
export function huffmanSize(text: Uint8Array): number {
  let bits = 0;
  for (const byte of text) bits += codeLengths[byte]!;
  return Math.ceil(bits / 8);
}

export function huffmanEncode(text: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(huffmanSize(text));
  let offset = 0;
  let pending = 0;
  let pendingBits = 0;
  for (const byte of text) {
    const code = codes[byte]!;
    for (let bit = codeLengths[byte]! - 1; bit >= 0; bit--) {
      pending = (pending << 1) | ((code >>> bit) & 1);
      if (++pendingBits === 8) {
        encoded[offset++] = pending;
        pending = 0;
        pendingBits = 0;
      }
    }
  }
  // The rest of the last byte is filled with ones, the beginning of the end-of-string symbol.
  if (pendingBits > 0) encoded[offset] = (pending << (8 - pendingBits)) | (0xff >> pendingBits);
  return encoded;
}

/** @returns undefined for what is no valid encoding: a wrong or too long padding, or the end-of-string symbol */
export function huffmanDecode(encoded: Uint8Array): Uint8Array | undefined {
  // The shortest code has 5 bits.
  const text = new Uint8Array(Math.floor((encoded.length * 8) / 5));
  let size = 0;
  let code = 0;
  let bits = 0;
  for (const byte of encoded) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      bits++;
      const position = code - firstCode[bits]!;
      if (position < codeCount[bits]!) {
        text[size++] = symbolsByCode[firstSymbol[bits]! + position]!;
        code = 0;
        bits = 0;
      } else if (bits === maxCodeBits) return undefined;
    }
  }
  const paddingIsOnes = code === 2 ** bits - 1;
  return bits < 8 && paddingIsOnes ? text.subarray(0, size) : undefined;
}
