import protobuf from 'protobufjs/minimal.js';

// Numbers on the wire stay below 2^53 (PROTOCOL 1), so plain doubles are exact and Long objects would only cost. The
// generated code uses Long wherever that package happens to be installed: switched off here, before any of it runs.
// Whoever decodes refuses unsafe integers.
(protobuf.util as { Long: unknown }).Long = null;
protobuf.configure();

/** A decoded message: every field is there, with protobuf's default where it wasn't sent. */
export type Decoded<P> = P extends Uint8Array | string | number | boolean
  ? P
  : P extends readonly (infer E)[]
    ? Decoded<NonNullable<E>>[]
    : string extends keyof P
      ? P
      : { [K in keyof P as K extends '$unknowns' ? never : K]-?: Decoded<NonNullable<P[K]>> };

/** A message to encode: what is left out is the default and costs no bytes. */
export type Encodable<P> = Omit<P, '$unknowns'>;
