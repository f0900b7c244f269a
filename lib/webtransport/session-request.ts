import { parseRequest, type RequestHead } from './header-section.js';
import { headerValue, type HeaderField } from './header-field.js';
import { http3Code, StreamError } from './http3-error.js';
import type { MessageHandler, MessageStream } from './message-stream.js';
import type { WebTransportSession } from './webtransport-session.js';

/** A client's wish for a session, to be answered now or later. A client that gives up before needs no answer. */
export interface SessionRequest {
  readonly authority: string;
  /** Path and query, as sent. */
  readonly path: string;
  /** Where a browser's page comes from; other clients need not send it. */
  readonly origin: string | undefined;
  readonly headers: readonly HeaderField[];
  /**
   * Answers 200. The session is over already if the client has given up: its handler is told.
   * @param headers more fields of the response
   */
  accept(headers?: readonly HeaderField[]): WebTransportSession;
  /** Answers with an HTTP status from 300 on. Does nothing after the first answer. */
  reject(status: number, headers?: readonly HeaderField[]): void;
}

/** What a request needs around it: the connection. */
export interface RequestSurroundings {
  /** Makes the session of a request; undefined when there are as many as may be. */
  createSession(message: MessageStream): WebTransportSession | undefined;
  /** A session is asked for. */
  sessionRequested(request: ServerRequest): void;
}

/** The values of `:protocol` that ask for WebTransport: up to draft-12, and since. */
const webTransportProtocols: readonly (string | undefined)[] = ['webtransport', 'webtransport-h3'];

/** A request at the server: WebTransport goes to the application, all else is answered here. */
export class ServerRequest implements MessageHandler, SessionRequest {
  readonly #message: MessageStream;
  readonly #surroundings: RequestSurroundings;
  #head: RequestHead | undefined;
  #session: WebTransportSession | undefined;
  #answered = false;

  constructor(message: MessageStream, surroundings: RequestSurroundings) {
    this.#message = message;
    this.#surroundings = surroundings;
  }

  /** The client gave up before it had an answer. */
  get isWithdrawn(): boolean {
    return this.#session?.isOver === true;
  }

  get authority(): string {
    return this.#head?.authority ?? '';
  }

  get path(): string {
    return this.#head?.path ?? '';
  }

  get origin(): string | undefined {
    return headerValue(this.headers, 'origin');
  }

  get headers(): readonly HeaderField[] {
    return this.#head?.headers ?? [];
  }

  accept(headers: readonly HeaderField[] = []): WebTransportSession {
    const session = this.#session;
    if (session === undefined) throw new Error('a request without a session');
    if (!this.#isAnswered()) {
      this.#message.sendHeaders([{ name: ':status', value: '200' }, ...this.#draftHeaders(), ...headers], false);
      this.#answered = true;
      session.establish();
    }
    return session;
  }

  reject(status: number, headers: readonly HeaderField[] = []): void {
    if (this.#isAnswered()) return;
    this.#message.sendHeaders([{ name: ':status', value: String(status) }, ...headers], true);
    this.#answered = true;
    this.#message.stopReading(http3Code.NO_ERROR);
    this.#session?.finish('');
  }

  /** Breaks the request off without an HTTP answer. */
  abort(errorCode: number): void {
    if (this.#isAnswered()) return;
    this.#answered = true;
    this.#message.abort(errorCode);
    this.#session?.finish('');
  }

  headersReceived(fields: readonly HeaderField[]): boolean {
    const head = parseRequest(fields);
    this.#head = head;
    if (webTransportProtocols.includes(head.protocol)) this.#requestSession(head);
    else this.reject(head.method === 'CONNECT' ? 501 : 404);
    return true;
  }

  bodyReceived(bytes: Uint8Array): void {
    this.#session?.receiveBody(bytes);
  }

  ended(): void {
    this.#session?.receiveEnd();
  }

  aborted(): void {
    this.#answered = true;
    this.#session?.finish('');
  }

  /** Also when the client gave up, or the connection is gone: nothing is left to answer. */
  #isAnswered(): boolean {
    return this.#answered || this.isWithdrawn;
  }

  #requestSession(head: RequestHead): void {
    if (head.scheme !== 'https') throw new StreamError(http3Code.MESSAGE_ERROR, 'WebTransport without https');
    this.#session = this.#surroundings.createSession(this.#message);
    if (this.#session === undefined) this.reject(429);
    else this.#surroundings.sessionRequested(this);
  }

  /** Up to draft-02 the versions stand in headers; a client that names its own waits for the answer. */
  #draftHeaders(): HeaderField[] {
    const isDraft02 = headerValue(this.headers, 'sec-webtransport-http3-draft02') === '1';
    return isDraft02 ? [{ name: 'sec-webtransport-http3-draft', value: 'draft02' }] : [];
  }
}
