import { ControlStream, type ControlHandler } from './control-stream.js';
import { EarlyBudget } from './early-budget.js';
import { encodeRecord, frameType, streamType } from './frame.js';
import { ConnectionError, http3Code } from './http3-error.js';
import { silentOutput, type Http3Output } from './http3-output.js';
import { MessageStream, type MessageSurroundings } from './message-stream.js';
import type { Role } from './role.js';
import { OpeningStream, type StreamClassifier } from './opening-stream.js';
import { QpackDecoderStream, QpackEncoderStream } from './qpack-stream.js';
import { ClientConnect, type ConnectHandler, type ConnectRequest } from './session-connect.js';
import { ServerRequest, type RequestSurroundings, type SessionRequest } from './session-request.js';
import { SessionTable } from './session-table.js';
import { encodeSettings, type PeerSettings } from './settings.js';
import type { StreamReceiver } from './stream-receiver.js';
import { encodeVarints, holdsVarint, readVarint, varintLength } from './varint.js';
import { WebTransportSession, type SessionSurroundings } from './webtransport-session.js';
import { WebTransportStream } from './webtransport-stream.js';

/** Receives what concerns the whole connection. */
export interface Http3Events {
  /** Server: a client asks for a session. Answer with `accept` or `reject`, now or later. */
  sessionRequested(request: SessionRequest): void;
  /** Client: the server goes away; sessions that stand go on. */
  goaway?(): void;
}

export type { Role };

export interface Http3Limits {
  /** Sessions at a time; further requests get 429. */
  readonly maxSessions: number;
  /** Longest header section, in bytes; what browsers and servers commonly allow. */
  readonly maxHeaderBytes: number;
  /** Streams at a time, of all kinds and both sides. QUIC's own limits should be below. */
  readonly maxStreams: number;
  /** Streams kept that came before their session. */
  readonly maxEarlyStreams: number;
  /** Bytes kept that came before their session or a handler. */
  readonly maxEarlyBytes: number;
}

export const defaultHttp3Limits: Http3Limits = {
  maxSessions: 1,
  maxHeaderBytes: 16_384,
  maxStreams: 256,
  maxEarlyStreams: 16,
  maxEarlyBytes: 65_536,
};

/**
 * One HTTP/3 connection with WebTransport, for either role, without any I/O: the QUIC driver calls it with what has come,
 * and it calls `Http3Output` with what is to go. Nothing the peer sends makes it throw; what breaks the protocol ends the
 * stream or the connection with the code that the RFCs give.
 *
 *   QUIC stream ─► OpeningStream ─┬─► ControlStream, QpackEncoderStream, QpackDecoderStream
 *                                 ├─► MessageStream ─► ServerRequest / ClientConnect ─► WebTransportSession
 *                                 └─► WebTransportStream ─► the application's handler
 */
export class Http3Connection {
  readonly #role: Role;
  /** Drops everything once the connection is gone. */
  #output: Http3Output;
  readonly #events: Http3Events;
  readonly #limits: Http3Limits;
  readonly #sessions: SessionTable;
  readonly #surroundings: SessionSurroundings & MessageSurroundings;
  /** Streams that are not over both ways. */
  readonly #streams = new Map<number, StreamReceiver>();
  /** Client: CONNECTs by stream id, as long as their streams live. */
  readonly #connects = new Map<number, ClientConnect>();
  /** What waits for the peer's SETTINGS: at the client wishes, at the server requests. */
  #waitingConnects: WaitingConnect[] = [];
  #waitingRequests: ServerRequest[] = [];
  /** The types of critical streams that the peer has opened. */
  readonly #criticalSeen = new Set<number>();
  #controlStreamId = -1;
  #peerSettings: PeerSettings | undefined;
  /** The highest request stream seen. */
  #lastRequest = -4;
  #goawaySent = Infinity;
  #goawayReceived = false;
  #closed = false;

  constructor(role: Role, output: Http3Output, events: Http3Events, limits: Partial<Http3Limits> = {}) {
    this.#role = role;
    this.#output = output;
    this.#events = events;
    this.#limits = { ...defaultHttp3Limits, ...limits };
    const budget = new EarlyBudget(this.#limits.maxEarlyStreams, this.#limits.maxEarlyBytes);
    this.#sessions = new SessionTable(role === 'client', budget);
    this.#surroundings = this.#createSurroundings();
  }

  /** Opens the control stream and sends SETTINGS. Once, when QUIC can open streams. */
  start(): void {
    const settings = encodeSettings(this.#limits.maxSessions, this.#limits.maxHeaderBytes);
    this.#controlStreamId = this.#output.openUni();
    this.#output.write(this.#controlStreamId, encodeVarints(streamType.CONTROL), false);
    this.#output.write(this.#controlStreamId, encodeRecord(frameType.SETTINGS, settings), false);
  }

  /** The next bytes of a stream, cut anywhere; the connection owns them. `fin` with the last. */
  streamData(streamId: number, bytes: Uint8Array, fin: boolean): void {
    if (this.#closed) return;
    try {
      const receiver = this.#streams.get(streamId) ?? this.#openedByPeer(streamId);
      receiver?.received(bytes, fin);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The peer gave up sending on a stream (RESET_STREAM). */
  streamReset(streamId: number, errorCode: number): void {
    if (this.#closed) return;
    try {
      const receiver = this.#streams.get(streamId) ?? this.#openedByPeer(streamId);
      receiver?.receivedReset(errorCode);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The peer reads no more of a stream (STOP_SENDING). QUIC answers it with a reset by itself (RFC 9000, 3.5). */
  streamStopped(streamId: number, errorCode: number): void {
    if (this.#closed) return;
    try {
      if (streamId === this.#controlStreamId) {
        throw new ConnectionError(http3Code.CLOSED_CRITICAL_STREAM, 'the control stream was stopped');
      }
      this.#streams.get(streamId)?.receivedStop(errorCode);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A QUIC datagram has come; the connection owns it. */
  datagram(bytes: Uint8Array): void {
    if (this.#closed) return;
    try {
      this.#receiveDatagram(bytes);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The QUIC connection is gone, whoever ended it. Sessions end with close code 0 and `reason`. */
  connectionClosed(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#output = silentOutput;
    const waiting = this.#waitingConnects;
    this.#waitingConnects = [];
    for (const { handler } of waiting) handler.refused(0, reason);
    for (const connect of [...this.#connects.values()]) connect.fail(reason);
    for (const session of this.#sessions.all()) session.finish(reason);
    this.#streams.clear();
  }

  /** Client: asks for a session, as soon as the server's SETTINGS allow it. */
  connect(request: ConnectRequest, handler: ConnectHandler): void {
    if (this.#closed) handler.refused(0, 'the connection is closed');
    else if (this.#peerSettings === undefined) this.#waitingConnects.push({ request, handler });
    else this.#sendConnect(request, handler, this.#peerSettings);
  }

  /** Server: takes no more requests (GOAWAY) and asks the sessions to finish. */
  goaway(): void {
    if (this.#closed || this.#goawaySent !== Infinity) return;
    this.#goawaySent = this.#lastRequest + 4;
    const frame = encodeRecord(frameType.GOAWAY, encodeVarints(this.#goawaySent));
    this.#output.write(this.#controlStreamId, frame, false);
    for (const session of this.#sessions.all()) session.drain();
  }

  /** Breaks off with a connection error. */
  #failed(error: unknown): void {
    // Anything else comes out of the application's handlers and is not ours to swallow.
    if (!(error instanceof ConnectionError)) throw error;
    if (this.#closed) return;
    this.#output.closeConnection(error.code, error.message);
    this.connectionClosed(error.message);
  }

  #openedByPeer(streamId: number): StreamReceiver | undefined {
    // One of this side's streams, over already.
    if (isServerInitiated(streamId) === (this.#role === 'server')) return undefined;
    if (this.#streams.size >= this.#limits.maxStreams) {
      throw new ConnectionError(http3Code.EXCESSIVE_LOAD, 'too many streams');
    }
    const stream = new OpeningStream(streamId, this.#classifier);
    this.#streams.set(streamId, stream);
    return stream;
  }

  readonly #classifier: StreamClassifier = {
    classify: (streamId, integers, prefix) =>
      isUnidirectional(streamId)
        ? this.#classifyUni(streamId, integers)
        : this.#classifyBidi(streamId, integers, prefix),
    neverOpened: (streamId) => {
      this.#streams.delete(streamId);
      if (!isUnidirectional(streamId)) this.#output.reset(streamId, http3Code.REQUEST_INCOMPLETE);
    },
  };

  #classifyUni(streamId: number, integers: readonly number[]): StreamReceiver | 'another' | undefined {
    const [type, sessionId] = integers;
    switch (type) {
      case streamType.CONTROL:
        return this.#critical(streamId, type, new ControlStream(this.#role, this.#control));
      case streamType.QPACK_ENCODER:
        return this.#critical(streamId, type, new QpackEncoderStream());
      case streamType.QPACK_DECODER:
        return this.#critical(streamId, type, new QpackDecoderStream());
      case streamType.PUSH:
        // A client may not push, and a server only what a MAX_PUSH_ID allowed, which is never sent (RFC 9114, 4.6).
        throw this.#role === 'server'
          ? new ConnectionError(http3Code.STREAM_CREATION_ERROR, 'a push stream from a client')
          : new ConnectionError(http3Code.ID_ERROR, 'a push that was not allowed');
      case streamType.WEBTRANSPORT:
        return sessionId === undefined ? 'another' : this.#adopt(streamId, sessionId);
      default:
        this.#output.stopSending(streamId, http3Code.STREAM_CREATION_ERROR);
        this.#streams.delete(streamId);
        return undefined;
    }
  }

  #classifyBidi(streamId: number, integers: readonly number[], prefix: Uint8Array): StreamReceiver | 'another' {
    const [type, sessionId] = integers;
    if (type === frameType.WEBTRANSPORT_STREAM) {
      return sessionId === undefined ? 'another' : this.#adopt(streamId, sessionId);
    }
    if (this.#role === 'client') {
      throw new ConnectionError(http3Code.STREAM_CREATION_ERROR, 'a request from the server');
    }
    this.#lastRequest = Math.max(this.#lastRequest, streamId);
    const message = this.#createMessage(streamId);
    const request = new ServerRequest(message, this.#requests);
    message.setHandler(request);
    if (streamId >= this.#goawaySent) request.abort(http3Code.REQUEST_REJECTED);
    message.received(prefix, false);
    return message;
  }

  #critical(streamId: number, type: number, receiver: StreamReceiver): StreamReceiver {
    if (this.#criticalSeen.has(type)) {
      throw new ConnectionError(http3Code.STREAM_CREATION_ERROR, `a second stream of type ${type}`);
    }
    this.#criticalSeen.add(type);
    this.#streams.set(streamId, receiver);
    return receiver;
  }

  #createMessage(streamId: number): MessageStream {
    const message = new MessageStream(streamId, this.#surroundings);
    this.#streams.set(streamId, message);
    return message;
  }

  /** A stream of the peer that names a session. */
  #adopt(streamId: number, sessionId: number): WebTransportStream {
    if (!Number.isSafeInteger(sessionId) || sessionId % 4 !== 0) {
      throw new ConnectionError(http3Code.ID_ERROR, 'a stream of a session that cannot be');
    }
    const directions = { sends: !isUnidirectional(streamId), receives: true };
    const stream = new WebTransportStream(streamId, sessionId, this.#surroundings, directions);
    this.#streams.set(streamId, stream);
    this.#sessions.receiveStream(stream);
    return stream;
  }

  #receiveDatagram(bytes: Uint8Array): void {
    const quarterId = holdsVarint(bytes, 0) ? readVarint(bytes, 0) : NaN;
    const sessionId = quarterId * 4;
    if (!Number.isSafeInteger(sessionId)) {
      throw new ConnectionError(http3Code.DATAGRAM_ERROR, 'a datagram of a stream that cannot be');
    }
    this.#sessions.receiveDatagram(sessionId, bytes.subarray(varintLength(bytes[0]!)));
  }

  #createSurroundings(): SessionSurroundings & MessageSurroundings {
    const currentOutput = (): Http3Output => this.#output;
    return {
      get output() {
        return currentOutput();
      },
      budget: this.#sessions.budget,
      role: this.#role,
      maxHeaderBytes: this.#limits.maxHeaderBytes,
      streamOpened: (stream) => this.#streams.set(stream.id, stream),
      streamDone: (stream) => {
        this.#streams.delete(stream.id);
        this.#sessions.get(stream.sessionId)?.streamDone(stream);
      },
      messageDone: (message) => {
        this.#streams.delete(message.id);
        this.#connects.delete(message.id);
      },
      takesDatagrams: () => this.#peerSettings?.datagrams === true,
      sessionOver: (session) => this.#sessions.remove(session.id),
    };
  }

  #createSession(message: MessageStream): WebTransportSession {
    const session = new WebTransportSession(message, this.#surroundings, this.#sessions.takeEarly(message.id));
    this.#sessions.add(session);
    return session;
  }

  readonly #requests: RequestSurroundings = {
    createSession: (message) => {
      if (this.#sessions.size < this.#limits.maxSessions) return this.#createSession(message);
      this.#sessions.remove(message.id);
      return undefined;
    },
    sessionRequested: (request) => {
      if (this.#peerSettings !== undefined) this.#presentRequest(request, this.#peerSettings);
      // As many as there may be sessions, and only as long as their clients wait.
      else this.#waitingRequests = [...this.#waitingRequests.filter((earlier) => !earlier.isWithdrawn), request];
    },
  };

  #presentRequest(request: ServerRequest, settings: PeerSettings): void {
    if (request.isWithdrawn) return;
    if (settings.datagrams) this.#events.sessionRequested(request);
    else request.abort(http3Code.MESSAGE_ERROR);
  }

  readonly #control: ControlHandler = {
    settingsReceived: (settings) => {
      this.#peerSettings = settings;
      for (const request of this.#waitingRequests.splice(0)) this.#presentRequest(request, settings);
      for (const { request, handler } of this.#waitingConnects.splice(0)) this.#sendConnect(request, handler, settings);
    },
    goawayReceived: (id) => {
      if (this.#role === 'server') return;
      this.#goawayReceived = true;
      for (const connect of [...this.#connects.values()])
        if (connect.streamId >= id) connect.fail('the server goes away');
      this.#events.goaway?.();
    },
  };

  #sendConnect(request: ConnectRequest, handler: ConnectHandler, settings: PeerSettings): void {
    if (this.#goawayReceived) {
      handler.refused(0, 'the server goes away');
      return;
    }
    if (!settings.extendedConnect || !settings.datagrams || !settings.webTransport) {
      handler.refused(0, 'the server has no WebTransport');
      return;
    }
    const message = this.#createMessage(this.#output.openBidi());
    const connect = new ClientConnect(message, this.#createSession(message), handler);
    this.#connects.set(message.id, connect);
    message.setHandler(connect);
    connect.send(request);
  }
}

interface WaitingConnect {
  readonly request: ConnectRequest;
  readonly handler: ConnectHandler;
}

/** RFC 9000, 2.1: the two low bits of a stream id. */
function isServerInitiated(streamId: number): boolean {
  return streamId % 2 === 1;
}

function isUnidirectional(streamId: number): boolean {
  return streamId % 4 >= 2;
}
