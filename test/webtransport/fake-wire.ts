import { Http3Connection, type Http3Limits } from '../../lib/webtransport/http3-connection.js';
import type { Http3Output } from '../../lib/webtransport/http3-output.js';
import type { Role } from '../../lib/webtransport/role.js';
import type { SessionRequest } from '../../lib/webtransport/session-request.js';
import type { WebTransportSession } from '../../lib/webtransport/webtransport-session.js';
import type { WebTransportStream } from '../../lib/webtransport/webtransport-stream.js';

/** One thing that QUIC carries to the other side. */
export type Parcel =
  | { kind: 'data'; id: number; bytes: Uint8Array; fin: boolean }
  | { kind: 'reset'; id: number; code: number }
  | { kind: 'stop'; id: number; code: number }
  | { kind: 'datagram'; bytes: Uint8Array };

export interface ConnectionClose {
  readonly code: number;
  readonly reason: string;
}

/**
 * One end of a QUIC connection in memory: an Http3Output that notes what is to go, holds Http3Connection to the contract
 * (nothing behind a fin, a reset or the close), and drops what QUIC would drop.
 */
export class FakeEnd implements Http3Output {
  readonly outbox: Parcel[] = [];
  closed: ConnectionClose | undefined;
  acceptDatagrams = true;
  /** The peer has closed the connection. */
  gone = false;
  readonly #ended = new Set<number>();
  readonly #stoppedByPeer = new Set<number>();
  readonly #deaf = new Set<number>();
  readonly #endedByPeer = new Set<number>();
  #nextBidi: number;
  #nextUni: number;

  constructor(role: Role) {
    this.#nextBidi = role === 'client' ? 0 : 1;
    this.#nextUni = this.#nextBidi + 2;
  }

  openBidi(): number {
    this.#nextBidi += 4;
    return this.#nextBidi - 4;
  }

  openUni(): number {
    this.#nextUni += 4;
    return this.#nextUni - 4;
  }

  write(id: number, bytes: Uint8Array, fin: boolean): void {
    if (!this.#maySend(id)) return;
    if (fin) this.#ended.add(id);
    this.outbox.push({ kind: 'data', id, bytes, fin });
  }

  reset(id: number, code: number): void {
    if (!this.#maySend(id)) return;
    this.#ended.add(id);
    this.outbox.push({ kind: 'reset', id, code });
  }

  stopSending(id: number, code: number): void {
    this.#checkLife();
    if (this.#deaf.has(id)) throw new Error(`stream ${id} is stopped twice`);
    this.#deaf.add(id);
    this.outbox.push({ kind: 'stop', id, code });
  }

  datagram(bytes: Uint8Array): boolean {
    this.#checkLife();
    if (this.acceptDatagrams) this.outbox.push({ kind: 'datagram', bytes });
    return this.acceptDatagrams;
  }

  closeConnection(code: number, reason: string): void {
    if (this.closed !== undefined) throw new Error('the connection is closed twice');
    this.closed = { code, reason };
  }

  /** Hands `parcel` to `connection`, unless QUIC would have dropped it. */
  deliver(connection: Http3Connection, parcel: Parcel): void {
    if (parcel.kind === 'datagram') connection.datagram(parcel.bytes);
    else if (parcel.kind === 'stop') {
      // QUIC answers STOP_SENDING with a reset by itself, also when everything was sent already.
      if (this.#ended.has(parcel.id)) return;
      this.#stoppedByPeer.add(parcel.id);
      this.#ended.add(parcel.id);
      this.outbox.push({ kind: 'reset', id: parcel.id, code: parcel.code });
      connection.streamStopped(parcel.id, parcel.code);
    } else if (!this.#deaf.has(parcel.id) && !this.#endedByPeer.has(parcel.id)) {
      if (parcel.kind === 'reset' || parcel.fin) this.#endedByPeer.add(parcel.id);
      if (parcel.kind === 'reset') connection.streamReset(parcel.id, parcel.code);
      else connection.streamData(parcel.id, parcel.bytes, parcel.fin);
    }
  }

  #maySend(id: number): boolean {
    this.#checkLife();
    if (this.#stoppedByPeer.has(id)) return false;
    if (this.#ended.has(id)) throw new Error(`stream ${id} is written behind its end`);
    return true;
  }

  #checkLife(): void {
    if (this.closed !== undefined || this.gone) throw new Error('something is sent behind the close');
  }
}

/** How a parcel of stream bytes is cut on its way. */
export type Cut = (bytes: Uint8Array) => Uint8Array[];

export const uncut: Cut = (bytes) => [bytes];
export const everyByte: Cut = (bytes) => [...bytes].map((byte) => Uint8Array.of(byte));
export const cutAt =
  (size: number): Cut =>
  (bytes) => {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < bytes.length; i += size) parts.push(bytes.slice(i, i + size));
    return parts;
  };

/** A server and a client connection joined by a wire that carries everything, in order and at once, on `run`. */
export class FakeWire {
  readonly serverEnd = new FakeEnd('server');
  readonly clientEnd = new FakeEnd('client');
  readonly server: Http3Connection;
  readonly client: Http3Connection;
  readonly requests: SessionRequest[] = [];
  goaways = 0;
  /** What the server does with a request; it waits in `requests` when this is not set. */
  onRequest: ((request: SessionRequest) => void) | undefined;
  readonly #cut: Cut;

  constructor(cut: Cut = uncut, serverLimits: Partial<Http3Limits> = {}, clientLimits: Partial<Http3Limits> = {}) {
    this.#cut = cut;
    const sessionRequested = (request: SessionRequest): void => {
      this.requests.push(request);
      this.onRequest?.(request);
    };
    this.server = new Http3Connection('server', this.serverEnd, { sessionRequested }, serverLimits);
    const clientEvents = {
      sessionRequested: () => {
        throw new Error('a client was asked for a session');
      },
      goaway: () => this.goaways++,
    };
    this.client = new Http3Connection('client', this.clientEnd, clientEvents, clientLimits);
  }

  start(): this {
    this.server.start();
    this.client.start();
    return this;
  }

  /** Carries everything both ways until nothing is left. */
  run(): this {
    while (this.clientEnd.outbox.length + this.serverEnd.outbox.length > 0) {
      this.#carry(this.clientEnd, this.serverEnd, this.server);
      this.#carry(this.serverEnd, this.clientEnd, this.client);
    }
    return this;
  }

  #carry(from: FakeEnd, to: FakeEnd, connection: Http3Connection): void {
    for (const parcel of from.outbox.splice(0)) {
      for (const part of cutParcel(parcel, this.#cut)) to.deliver(connection, part);
    }
    if (from.closed === undefined || to.gone) return;
    to.gone = true;
    connection.connectionClosed(from.closed.reason);
  }
}

function cutParcel(parcel: Parcel, cut: Cut): Parcel[] {
  if (parcel.kind !== 'data' || parcel.bytes.length === 0) return [parcel];
  const parts = cut(parcel.bytes);
  return parts.map((bytes, i) => ({ ...parcel, bytes, fin: parcel.fin && i === parts.length - 1 }));
}

/** Notes all that a session and its streams tell, in readable lines. */
export class SessionLog {
  readonly lines: string[] = [];
  readonly streams: WebTransportStream[] = [];

  constructor(session: WebTransportSession) {
    session.setHandler({
      streamOpened: (stream) => {
        this.streams.push(stream);
        this.lines.push(`stream ${stream.id}${stream.isBidirectional ? '' : ' (one way)'}`);
        this.follow(stream);
      },
      datagram: (bytes) => this.lines.push(`datagram ${textOf(bytes)}`),
      closed: ({ code, reason, remote }) => this.lines.push(`closed ${code} '${reason}'${remote ? ' by peer' : ''}`),
      draining: () => this.lines.push('draining'),
    });
  }

  /** Bytes that came on each stream, put together. */
  readonly received = new Map<number, string>();

  follow(stream: WebTransportStream): void {
    stream.setHandler({
      data: (bytes, fin) => {
        this.received.set(stream.id, (this.received.get(stream.id) ?? '') + textOf(bytes));
        if (fin) this.lines.push(`fin ${stream.id} '${this.received.get(stream.id) ?? ''}'`);
      },
      reset: (code) => this.lines.push(`reset ${stream.id} ${code}`),
      stopped: (code) => this.lines.push(`stopped ${stream.id} ${code}`),
    });
  }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A session that stands, seen from both sides. */
export function establish(wire: FakeWire): {
  serverSession: WebTransportSession;
  clientSession: WebTransportSession;
  serverLog: SessionLog;
  clientLog: SessionLog;
} {
  let serverSession: WebTransportSession | undefined;
  let clientSession: WebTransportSession | undefined;
  wire.onRequest = (request) => (serverSession = request.accept());
  wire.start();
  wire.client.connect(
    { authority: 'localhost:4433', path: '/play' },
    {
      opened: (session) => (clientSession = session),
      refused: (status, reason) => {
        throw new Error(`refused with ${status}: ${reason}`);
      },
    },
  );
  wire.run();
  if (serverSession === undefined || clientSession === undefined) throw new Error('no session');
  const serverLog = new SessionLog(serverSession);
  const clientLog = new SessionLog(clientSession);
  return { serverSession, clientSession, serverLog, clientLog };
}
