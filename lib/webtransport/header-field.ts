/** One field of a header section. Names are lower case; characters of name and value stand for bytes (0 to 255). */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** The value of the first field of that name. */
export function headerValue(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}
