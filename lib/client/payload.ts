/** What a request or notify may carry: bytes as they are, text as UTF-8, anything else as JSON. */
export type Payload = Uint8Array | ArrayBuffer | string | number | boolean | null | object | undefined;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @throws TypeError when it is none of the above and JSON can't say it (a cycle, a bigint) */
export function encodePayload(payload: Payload): Uint8Array {
  if (payload === undefined) return new Uint8Array(0);
  if (payload instanceof Uint8Array) return payload;
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload);
  return encoder.encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
}

/** Bytes from the gateway with the two usual ways to read them. */
export abstract class Message {
  constructor(
    readonly payload: Uint8Array,
    readonly headers: Readonly<Record<string, string>>,
  ) {}

  text(): string {
    return decoder.decode(this.payload);
  }

  /** @throws SyntaxError when the payload is no JSON */
  json(): unknown {
    return JSON.parse(this.text());
  }
}
