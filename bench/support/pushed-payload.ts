/** Before the filler: when it was pushed, as a double, and the number of the push, as 32 bits. */
const HEADER_BYTES = 12;

/** What is pushed: tells its receiver which push it is and when it left, and shows whether it came unharmed. */
export class PushedPayload {
  readonly #filler: Uint8Array;

  /** @throws Error if `bytes` has no room for the header */
  constructor(bytes: number) {
    if (bytes < HEADER_BYTES) throw new Error(`a payload has at least ${HEADER_BYTES} bytes`);
    this.#filler = Uint8Array.from({ length: bytes }, (_, index) => (index * 37) & 0xff);
  }

  write(number: number): Uint8Array {
    const payload = this.#filler.slice();
    const header = new DataView(payload.buffer);
    header.setFloat64(0, machineTime());
    header.setUint32(8, number);
    return payload;
  }

  /** Whether it is as it was written, its header aside. */
  isWhole(payload: Uint8Array): boolean {
    if (payload.length !== this.#filler.length) return false;
    for (let i = HEADER_BYTES; i < payload.length; i++) if (payload[i] !== this.#filler[i]) return false;
    return true;
  }

  numberOf(payload: Uint8Array): number {
    return new DataView(payload.buffer, payload.byteOffset).getUint32(8);
  }

  /** How long ago it was written, in ms. */
  ageOf(payload: Uint8Array): number {
    return machineTime() - new DataView(payload.buffer, payload.byteOffset).getFloat64(0);
  }
}

/** In ms, the same in all processes of this machine. */
function machineTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
