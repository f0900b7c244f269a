import type { HeaderField } from './header-field.js';
import { parseResponse } from './header-section.js';
import { http3Code } from './http3-error.js';
import type { MessageHandler, MessageStream } from './message-stream.js';
import type { WebTransportSession } from './webtransport-session.js';

/** What a client asks for a session with. */
export interface ConnectRequest {
  /** Host and port. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
  readonly headers?: readonly HeaderField[];
}

/** Receives the outcome of one `connect`: exactly one of these calls. */
export interface ConnectHandler {
  opened(session: WebTransportSession, headers: readonly HeaderField[]): void;
  /** @param status HTTP status of the answer; 0 when none came: no support, a broken stream, the connection gone */
  refused(status: number, reason: string): void;
}

/** A CONNECT at the client, from the request to the end of its session. */
export class ClientConnect implements MessageHandler {
  readonly #message: MessageStream;
  readonly #session: WebTransportSession;
  readonly #handler: ConnectHandler;
  #answered = false;

  constructor(message: MessageStream, session: WebTransportSession, handler: ConnectHandler) {
    this.#message = message;
    this.#session = session;
    this.#handler = handler;
  }

  get streamId(): number {
    return this.#message.id;
  }

  send(request: ConnectRequest): void {
    const fields = [
      { name: ':method', value: 'CONNECT' },
      { name: ':protocol', value: 'webtransport' },
      { name: ':scheme', value: 'https' },
      { name: ':authority', value: request.authority },
      { name: ':path', value: request.path },
      { name: 'sec-webtransport-http3-draft02', value: '1' },
      ...(request.headers ?? []),
    ];
    this.#message.sendHeaders(fields, false);
  }

  /** Nothing more comes: tells the handler, if it doesn't know the outcome yet, and ends the session. */
  fail(reason: string): void {
    this.#refuse(0, reason);
    this.#session.finish(reason);
  }

  headersReceived(fields: readonly HeaderField[]): boolean {
    const { status, headers } = parseResponse(fields);
    if (status < 200) return false;
    if (status < 300) {
      this.#answered = true;
      this.#session.establish();
      this.#handler.opened(this.#session, headers);
    } else {
      this.#message.end();
      this.#message.stopReading(http3Code.NO_ERROR);
      this.#refuse(status, `the server answered ${status}`);
      this.#session.finish('');
    }
    return true;
  }

  bodyReceived(bytes: Uint8Array): void {
    this.#session.receiveBody(bytes);
  }

  ended(): void {
    this.#session.receiveEnd();
  }

  aborted(): void {
    this.fail('the CONNECT stream broke');
  }

  #refuse(status: number, reason: string): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#handler.refused(status, reason);
  }
}
