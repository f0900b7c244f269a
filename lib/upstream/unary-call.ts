import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import { constants } from 'node:http2';
import { frameMessage, MessageReader, timeoutHeader, type FrameFault } from './grpc-frame.js';
import { GrpcStatus, httpStatus, isGrpc, ownStatus, resetStatus, sentStatus, type CallStatus } from './grpc-status.js';
import type { CallConnection, CallStarter } from './http2-connection.js';

/** How a call ended: with the reply's bytes, or with a status. OK among these means that there was no reply with it. */
export type CallEnd =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly status: CallStatus };

type Headers = Readonly<Record<string, string>>;

/**
 * One unary gRPC call on node:http2, half as dear as a call on grpc-js's channel (docs/performance.md). The stream's
 * listeners are functions shared by all calls, which find the call on their stream.
 *
 * It ends when its stream has closed, also after {@link cancel}: until then the stream holds memory, so it holds its place.
 */
export abstract class UnaryCall {
  #path = '';
  #frame: Buffer | undefined;
  #metadata: Headers | undefined;
  #waitsSince: number | undefined;
  #remainingMs = 0;
  #connection: CallConnection | undefined;
  #stream: ClientHttp2Stream | undefined;
  #headers: ReplyHeaders | undefined;
  #reader: MessageReader | undefined;
  #status: CallStatus | undefined;
  #cancelled = false;
  #ended = false;

  /** Told once, never before {@link start} has returned. Must not throw. */
  protected abstract ended(end: CallEnd): void;

  /**
   * @param metadata    further request headers
   * @param remainingMs travels as the call's deadline; whoever makes the call ends it then by {@link cancel}
   * @throws if no connection stands; `ended` is not told then
   */
  start(
    channel: CallStarter,
    path: string,
    request: Uint8Array,
    metadata: Headers | undefined,
    remainingMs: number,
  ): void {
    this.#path = path;
    this.#frame = frameMessage(request);
    this.#metadata = metadata;
    this.#remainingMs = remainingMs;
    channel.begin(this);
  }

  /** Gives the call up; it ends with CANCELLED unless it has ended already. */
  cancel(): void {
    if (this.#ended || this.#cancelled) return;
    this.#cancelled = true;
    if (this.#stream !== undefined) this.#stream.close(constants.NGHTTP2_CANCEL);
    else this.#connection?.giveUp(this);
  }

  /** The connection's: the call waits until the peer allows another stream. */
  wait(connection: CallConnection): void {
    this.#connection = connection;
    this.#waitsSince = connection.clock.now();
  }

  /** The connection's: sends the request. */
  send(connection: CallConnection, session: ClientHttp2Session): void {
    const waitedMs = this.#waitsSince === undefined ? 0 : connection.clock.now() - this.#waitsSince;
    const stream: CallStream = session.request(this.#requestHeaders(connection.authority, waitedMs));
    this.#connection = connection;
    this.#stream = stream;
    stream[callOf] = this;
    stream.on('response', onResponse);
    stream.on('data', onData);
    stream.on('trailers', onTrailers);
    stream.on('error', onError);
    stream.on('close', onClose);
    stream.end(this.#frame);
    this.#frame = undefined;
  }

  /** The connection's: the call will not be sent. */
  drop(): void {
    const code = this.#cancelled ? GrpcStatus.CANCELLED : GrpcStatus.UNAVAILABLE;
    this.#end({ ok: false, status: ownStatus(code, 'never sent', 'unsent') });
  }

  /** The stream's. */
  response(headers: ReplyHeaders): void {
    this.#headers = headers;
    const contentType = headers['content-type'];
    if (headers[':status'] !== 200 || !isGrpc(contentType)) {
      this.#refuse(httpStatus(headers[':status'], contentType));
      return;
    }
    this.trailers(headers); // a status alone comes as headers
  }

  /** The stream's. */
  trailers(trailers: IncomingHttpHeaders): void {
    const code = trailers['grpc-status'];
    const message = trailers['grpc-message'];
    if (typeof code !== 'string') return;
    this.#status ??= sentStatus(code, typeof message === 'string' ? message : undefined);
  }

  /** The stream's. */
  data(chunk: Uint8Array): void {
    if (this.#status !== undefined) return;
    this.#reader ??= new MessageReader(this.#connection!.maxMessageBytes);
    const fault = this.#reader.push(chunk);
    if (fault !== undefined) this.#refuse(faultStatus(fault));
  }

  /** The stream's. */
  closed(errorCode: number): void {
    const connection = this.#connection!;
    this.#status ??= this.#statusOf(errorCode, connection);
    const { code, fromService } = this.#status;
    const bytes = fromService && code === GrpcStatus.OK ? this.#reader?.message : undefined;
    connection.streamClosed();
    this.#end(bytes === undefined ? { ok: false, status: this.#status } : { ok: true, bytes });
  }

  #end(end: CallEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.ended(end);
  }

  /** Takes nothing more of the reply. */
  #refuse(status: CallStatus): void {
    if (this.#status !== undefined) return;
    this.#status = status;
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  /** Of a stream that closed without a status. */
  #statusOf(errorCode: number, connection: CallConnection): CallStatus {
    if (errorCode === constants.NGHTTP2_REFUSED_STREAM && this.#headers === undefined) return resetStatus(errorCode);
    if (this.#cancelled) return ownStatus(GrpcStatus.CANCELLED, 'given up by the gateway');
    if (connection.lost) return ownStatus(GrpcStatus.UNAVAILABLE, 'the connection was lost');
    // A refusal after headers is none: what began to answer had the request.
    if (errorCode === constants.NGHTTP2_REFUSED_STREAM) return ownStatus(GrpcStatus.UNAVAILABLE, 'reset after headers');
    return resetStatus(errorCode);
  }

  #requestHeaders(authority: string, waitedMs: number): Record<string, string> {
    const headers: Record<string, string> = {
      ':method': 'POST',
      ':scheme': 'http',
      ':authority': authority,
      ':path': this.#path,
      te: 'trailers',
      'content-type': 'application/grpc',
      'user-agent': 'gatesvr',
      'grpc-timeout': timeoutHeader(this.#remainingMs - waitedMs),
    };
    return this.#metadata === undefined ? headers : Object.assign(headers, this.#metadata);
  }
}

type ReplyHeaders = IncomingHttpHeaders & IncomingHttpStatusHeader;

const callOf = Symbol('call');

interface CallStream extends ClientHttp2Stream {
  [callOf]?: UnaryCall;
}

function onResponse(this: CallStream, headers: ReplyHeaders): void {
  this[callOf]!.response(headers);
}

function onData(this: CallStream, chunk: Uint8Array): void {
  this[callOf]!.data(chunk);
}

function onTrailers(this: CallStream, trailers: IncomingHttpHeaders): void {
  this[callOf]!.trailers(trailers);
}

function onClose(this: CallStream): void {
  this[callOf]!.closed(this.rstCode);
}

/** `close` follows, with the code of it. */
function onError(): void {
  // Without a listener it would end the process.
}

function faultStatus(fault: FrameFault): CallStatus {
  const code = fault === 'too large' ? GrpcStatus.RESOURCE_EXHAUSTED : GrpcStatus.OK;
  return ownStatus(code, `the reply is ${fault}`);
}
