import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import { constants } from 'node:http2';
import { GrpcStatus, httpStatus, isGrpc, ownStatus, resetStatus, sentStatus, type CallStatus } from './grpc-status.js';
import type { CallConnection, WaitingCall } from './http2-connection.js';

/**
 * The client's half of one gRPC call on node:http2, whatever its kind: sends the headers, follows the reply to its status.
 * The stream's listeners are functions shared by all calls, which find the call on their stream.
 *
 * It is over when its stream has closed, also after {@link giveUp}: until then the stream holds memory, so it holds its place.
 */
export abstract class GrpcStream implements WaitingCall {
  #connection: CallConnection | undefined;
  #stream: ClientHttp2Stream | undefined;
  #answering = false;
  #status: CallStatus | undefined;
  #givenUp = false;
  #ended = false;

  /** The request's headers beyond those that all gRPC calls have. */
  protected abstract headers(connection: CallConnection): Record<string, string>;
  /** The headers are on their way: the request may be written. */
  protected abstract sent(stream: ClientHttp2Stream): void;
  /** The reply's headers came, and are not its end. */
  protected abstract accepted(): void;
  /** A part of the reply, before its status. */
  protected abstract received(chunk: Uint8Array): void;
  /** The service has said how the call ended; the stream closes. */
  protected abstract concluded(): void;
  /** Told once. Must not throw. */
  protected abstract finished(status: CallStatus): void;

  protected get connection(): CallConnection | undefined {
    return this.#connection;
  }

  /** Undefined before it is sent. */
  protected get stream(): ClientHttp2Stream | undefined {
    return this.#stream;
  }

  /** How it ended, or will have ended as soon as the stream has closed. */
  protected get endsWith(): CallStatus | undefined {
    return this.#status;
  }

  /** Gives the call up; it ends with CANCELLED unless it has ended already. */
  protected giveUp(): void {
    if (this.#ended || this.#givenUp) return;
    this.#givenUp = true;
    if (this.#stream !== undefined) this.#stream.close(constants.NGHTTP2_CANCEL);
    else this.#connection?.giveUp(this);
  }

  /** Takes nothing more of the reply. */
  protected refuse(status: CallStatus): void {
    if (this.#status !== undefined) return;
    this.#status = status;
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  /** The connection's: the call waits until the peer allows another stream. */
  wait(connection: CallConnection): void {
    this.#connection = connection;
  }

  /** The connection's: sends the request. */
  send(connection: CallConnection, session: ClientHttp2Session): void {
    const headers = Object.assign(
      {
        ':method': 'POST',
        ':scheme': 'http',
        ':authority': connection.authority,
        te: 'trailers',
        'content-type': 'application/grpc',
        'user-agent': 'gatesvr',
      },
      this.headers(connection),
    );
    const stream: CallStream = session.request(headers);
    this.#connection = connection;
    this.#stream = stream;
    stream[callOf] = this;
    stream.on('response', onResponse);
    stream.on('data', onData);
    stream.on('end', onEnd);
    stream.on('trailers', onTrailers);
    stream.on('error', onError);
    stream.on('close', onClose);
    this.sent(stream);
  }

  /** The connection's: the call will not be sent. */
  drop(): void {
    const code = this.#givenUp ? GrpcStatus.CANCELLED : GrpcStatus.UNAVAILABLE;
    this.#end(ownStatus(code, 'never sent', 'unsent'));
  }

  /** The stream's. */
  responseCame(headers: ReplyHeaders): void {
    this.#answering = true;
    const contentType = headers['content-type'];
    if (headers[':status'] !== 200 || !isGrpc(contentType)) {
      this.refuse(httpStatus(headers[':status'], contentType));
      return;
    }
    this.trailersCame(headers); // a status alone comes as headers
    if (this.#status === undefined) this.accepted();
  }

  /** The stream's. */
  trailersCame(trailers: IncomingHttpHeaders): void {
    const code = trailers['grpc-status'];
    const message = trailers['grpc-message'];
    if (typeof code !== 'string' || this.#status !== undefined) return;
    this.#status = sentStatus(code, typeof message === 'string' ? message : undefined);
    this.concluded();
  }

  /** The stream's. */
  dataCame(chunk: Uint8Array): void {
    if (this.#status === undefined) this.received(chunk);
  }

  /** The stream's: nothing more is read. If the stream stands, the service has ended its side, and a status came before. */
  endCame(stream: ClientHttp2Stream): void {
    if (stream.closed || this.#connection!.lost) return;
    this.refuse(ownStatus(GrpcStatus.INTERNAL, 'the reply ended without a status'));
  }

  /** The stream's. */
  closed(errorCode: number): void {
    const connection = this.#connection!;
    this.#status ??= this.#statusOf(errorCode, connection);
    connection.streamClosed();
    this.#end(this.#status);
  }

  #end(status: CallStatus): void {
    if (this.#ended) return;
    this.#ended = true;
    this.finished(status);
  }

  /** Of a stream that closed without a status. */
  #statusOf(errorCode: number, connection: CallConnection): CallStatus {
    if (errorCode === constants.NGHTTP2_REFUSED_STREAM && !this.#answering) return resetStatus(errorCode);
    if (this.#givenUp) return ownStatus(GrpcStatus.CANCELLED, 'given up by the gateway');
    if (connection.lost) return ownStatus(GrpcStatus.UNAVAILABLE, 'the connection was lost');
    // A refusal after headers is none: what began to answer had the request.
    if (errorCode === constants.NGHTTP2_REFUSED_STREAM) return ownStatus(GrpcStatus.UNAVAILABLE, 'reset after headers');
    return resetStatus(errorCode);
  }
}

type ReplyHeaders = IncomingHttpHeaders & IncomingHttpStatusHeader;

const callOf = Symbol('call');

interface CallStream extends ClientHttp2Stream {
  [callOf]?: GrpcStream;
}

function onResponse(this: CallStream, headers: ReplyHeaders): void {
  this[callOf]!.responseCame(headers);
}

function onData(this: CallStream, chunk: Uint8Array): void {
  this[callOf]!.dataCame(chunk);
}

function onEnd(this: CallStream): void {
  this[callOf]!.endCame(this);
}

function onTrailers(this: CallStream, trailers: IncomingHttpHeaders): void {
  this[callOf]!.trailersCame(trailers);
}

function onClose(this: CallStream): void {
  this[callOf]!.closed(this.rstCode);
}

/** `close` follows, with the code of it. */
function onError(): void {
  // Without a listener it would end the process.
}
