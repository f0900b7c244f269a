import { decodeJson, decodeText } from './payload.js';
import { ServiceError } from './service-error.js';
import type { UpstreamRequest } from '../protocol/upstream-codec.js';

/** One request of a player, as the gateway handed it over. */
export class ServiceRequest {
  readonly #message: UpstreamRequest;

  constructor(message: UpstreamRequest) {
    this.#message = message;
  }

  get action(): string {
    return this.#message.action;
  }

  get payload(): Uint8Array {
    return this.#message.payload;
  }

  /** Checked by the gateway: who logged in, not what the client claims. */
  get playerId(): string {
    return this.#message.playerId;
  }

  get sessionId(): string {
    return this.#message.sessionId;
  }

  get zone(): string {
    return this.#message.zone;
  }

  /** What the login granted. */
  get roles(): readonly string[] {
    return this.#message.roles;
  }

  get epoch(): string {
    return this.#message.epoch;
  }

  get clientSeq(): number {
    return this.#message.clientSeq;
  }

  /** Names this request everywhere; the gateway hands one key over at most once, unless the route is idempotent. */
  get idempotencyKey(): string {
    return `${this.#message.epoch}/${this.#message.clientSeq}`;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#message.headers;
  }

  /** W3C trace context, empty if there is none. */
  get traceparent(): string {
    return this.#message.traceparent;
  }

  /** Milliseconds the gateway still waited when it handed the request over; 0: it didn't say. */
  get remainingMs(): number {
    return this.#message.remainingMs;
  }

  /** @throws ServiceError 400 if the payload is not UTF-8; unhandled, that is the answer. */
  text(): string {
    return decodeText(this.#message.payload);
  }

  /**
   * The payload's JSON value, undefined for an empty payload.
   * @param read makes it what the handler takes (a schema's `parse`, say), or throws what is wrong with it
   * @throws ServiceError 400 if it is not JSON, or `read` threw; unhandled, that is the answer.
   */
  json(): unknown;
  json<T>(read: (value: unknown) => T): T;
  json<T>(read?: (value: unknown) => T): unknown {
    const value = decodeJson(this.#message.payload);
    return read === undefined ? value : this.#read(read, value);
  }

  /**
   * The payload as a format of the service's own, protobuf say.
   * @param read makes the bytes what the handler takes, or throws what is wrong with them
   * @throws ServiceError 400 if `read` threw; unhandled, that is the answer.
   */
  decode<T>(read: (payload: Uint8Array) => T): T {
    return this.#read(read, this.#message.payload);
  }

  #read<In, Out>(read: (value: In) => Out, value: In): Out {
    try {
      return read(value);
    } catch (cause) {
      if (cause instanceof ServiceError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ServiceError(400, `the payload is not what ${this.#message.action} takes: ${why}`, { cause });
    }
  }
}
