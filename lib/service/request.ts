import { decodeJson, decodeText } from './payload.js';
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
   * @throws ServiceError 400 if it is not JSON; unhandled, that is the answer.
   */
  json(): unknown {
    return decodeJson(this.#message.payload);
  }
}
