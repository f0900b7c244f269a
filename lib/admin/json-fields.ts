import { GatesvrError } from '../errors.js';

/** The longest part of a wrong name that is told back. */
const MAX_TOLD_CHARS = 64;

/**
 * Reads the fields of a JSON object that a stranger sent. What is missing is the field's empty value. Every reader throws
 * GatesvrError BAD_PUSH that names the field when it holds something else.
 */
export class JsonFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #prefix: string;

  private constructor(fields: Readonly<Record<string, unknown>>, prefix: string) {
    this.#fields = fields;
    this.#prefix = prefix;
  }

  /** @param what how an error calls the whole */
  static of(value: unknown, what: string, known: readonly string[]): JsonFields {
    return new JsonFields(objectOf(value, what, known), '');
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }

  /** As it stands. */
  any(name: string): unknown {
    return this.#fields[name];
  }

  text(name: string): string {
    return this.has(name) ? this.#text(this.#fields[name], name) : '';
  }

  texts(name: string): string[] {
    if (!this.has(name)) return [];
    const value = this.#fields[name];
    if (!Array.isArray(value)) throw this.#wrong(name, 'a list of strings', value);
    return value.map((item, index) => this.#text(item, `${name}[${index}]`));
  }

  textRecord(name: string): Record<string, string> {
    if (!this.has(name)) return {};
    const value = this.#fields[name];
    if (!isObject(value)) throw this.#wrong(name, 'an object of strings', value);
    const entries = Object.entries(value).map(([key, item]) => {
      return [this.#text(key, `a key of ${name}`), this.#text(item, `${name}.${told(key)}`)];
    });
    return Object.fromEntries(entries) as Record<string, string>;
  }

  flag(name: string): boolean {
    const value = this.has(name) ? this.#fields[name] : false;
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false', value);
    return value;
  }

  integer(name: string, max: number): number {
    const value = this.has(name) ? this.#fields[name] : 0;
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > max) {
      throw this.#wrong(name, `a whole number from 0 to ${max}`, value);
    }
    return value as number;
  }

  word<T>(name: string, table: Readonly<Record<string, T>>): T {
    const word = this.#fields[name];
    if (typeof word === 'string' && Object.hasOwn(table, word)) return table[word]!;
    throw this.#wrong(name, `one of ${Object.keys(table).join(', ')}`, word);
  }

  base64(name: string): Uint8Array {
    const text = this.text(name);
    const bytes = Buffer.from(text, 'base64');
    // Buffer passes over what is not base64: only what comes out the same was.
    if (bytes.toString('base64').replaceAll('=', '') === text.replace(/={0,2}$/, '')) return bytes;
    throw this.#wrong(name, 'base64 (RFC 4648, 4)', text);
  }

  object(name: string, known: readonly string[]): JsonFields {
    const path = `${this.#prefix}${name}`;
    if (!this.has(name)) throw new GatesvrError('BAD_PUSH', `${path} is missing`);
    return new JsonFields(objectOf(this.#fields[name], path, known), `${path}.`);
  }

  #text(value: unknown, name: string): string {
    if (typeof value !== 'string') throw this.#wrong(name, 'a string', value);
    // Half of a character has no UTF-8, and would break the frame at the client.
    if (/\p{Surrogate}/u.test(value)) throw this.#wrong(name, 'well-formed Unicode', value);
    return value;
  }

  #wrong(name: string, expected: string, value: unknown): GatesvrError {
    return new GatesvrError('BAD_PUSH', `${this.#prefix}${name} is ${told(value)}: it has to be ${expected}`);
  }
}

function objectOf(value: unknown, what: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new GatesvrError('BAD_PUSH', `${what} is ${told(value)}: it has to be a JSON object`);
  const stranger = Object.keys(value).find((name) => !known.includes(name));
  if (stranger === undefined) return value;
  throw new GatesvrError('BAD_PUSH', `${what} has no field ${told(stranger)}; there is ${known.join(', ')}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function told(value: unknown): string {
  const json = value === undefined ? 'missing' : JSON.stringify(value);
  return json.length <= MAX_TOLD_CHARS ? json : `${json.slice(0, MAX_TOLD_CHARS)}…`;
}
