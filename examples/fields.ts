import { ServiceError, type ServiceRequest } from '../lib/service/service.js';

/** The fields of a request whose payload is a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws ServiceError 400 if it is something else; no payload at all has no fields */
export function fields(request: ServiceRequest): Fields {
  const value = request.json() ?? {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ServiceError(400, 'the payload is not a JSON object');
  return value as Fields;
}

/** @throws ServiceError 400 unless it is a whole number from 0, or missing */
export function integer(input: Fields, name: string, fallback: number, max: number): number {
  const value = input[name] ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new ServiceError(400, `"${name}" must be an integer from 0 to ${max}`);
}

/** @throws ServiceError 400 unless it is a number from 0 to `max` */
export function number(input: Fields, name: string, max: number): number {
  const value = input[name];
  if (typeof value === 'number' && value >= 0 && value <= max) return value;
  throw new ServiceError(400, `"${name}" must be a number from 0 to ${max}`);
}

/** @throws ServiceError 400 unless it is a text of 1 to `max` characters, or missing where there is a `fallback` */
export function text(input: Fields, name: string, max: number, fallback?: string): string {
  const value = input[name] ?? fallback;
  if (typeof value === 'string' && value.trim() !== '' && value.length <= max) return value;
  throw new ServiceError(400, `"${name}" must be a text of 1 to ${max} characters`);
}

/** The first word is taken where the field is missing. @throws ServiceError 400 if it is another word */
export function oneOf<Word extends string>(input: Fields, name: string, words: readonly [Word, ...Word[]]): Word {
  const value = input[name] ?? words[0];
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw new ServiceError(400, `"${name}" must be one of ${words.join(', ')}`);
}
