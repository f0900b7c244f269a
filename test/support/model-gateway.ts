import { FrameDecoder } from '../../lib/protocol/frame-decoder.js';
import { decodeClientFrame, encodeServerFrame, Resume } from '../../lib/protocol/message-codec.js';
import type { ClientFrame, ItemInit, WelcomeInit } from '../../lib/protocol/message-codec.js';
import type { Connection, ConnectionHandler, Listener } from '../../lib/transport/transport.js';

/** A unit as the model numbered it; `first` below `seq` when numbers before it are void. */
export interface ModelUnit {
  readonly epoch: number;
  readonly seq: number;
  readonly first: number;
  readonly text: string;
  readonly items: ItemInit[];
}

/**
 * The least gateway that keeps PROTOCOL 2 and 3 for one player: a reference to hold clients against, in which every
 * number can be looked up afterwards. It writes everything at once and never forgets what it sent.
 */
export class ModelGateway {
  /** Every unit ever numbered. */
  readonly units: ModelUnit[] = [];
  /** Units that were dropped or belong to an epoch that was lost: the client was, or will be, told. */
  readonly given = new Set<ModelUnit>();
  /** How often each request, by its payload, was executed. */
  readonly executions = new Map<string, number>();
  /** What the client did that PROTOCOL forbids. */
  readonly violations: string[] = [];
  /** Accepted and not answered: client seq → payload. */
  readonly inFlight = new Map<number, string>();
  /** Of the present life; the first login begins the first one. */
  epoch = 0;
  #unacked: ModelUnit[] = [];
  #nextSeq = 1;
  #acked = 0;
  #voids = 0;
  #lastClientSeq = 0;
  #dropped: { from: number; to: number } | undefined;
  #session: ModelSession | undefined;

  listen(listener: Listener): Promise<void> {
    return listener.start((connection) => new ModelSession(connection, this));
  }

  get isAttached(): boolean {
    return this.#session !== undefined;
  }

  get unacked(): number {
    return this.#unacked.length;
  }

  // -- what happens to it

  push(text: string): void {
    this.#enqueue(text, [notify(text)]);
  }

  /** A number is given and never sent. */
  voidNumber(): void {
    this.#nextSeq++;
    this.#voids++;
  }

  /** A service answers the `index`th request under way. */
  answer(index: number): void {
    const open = [...this.inFlight];
    const next = open[index % open.length];
    if (next === undefined) return;
    const [clientSeq, text] = next;
    this.inFlight.delete(clientSeq);
    const response = { response: { clientSeq, code: 200, payload: new TextEncoder().encode(text) } };
    this.#enqueue(`answer ${text}`, [notify(`before ${text}`), response, notify(`after ${text}`)]);
  }

  /** Overflow with drop-oldest while the client is away. */
  dropOldest(count: number): void {
    if (this.isAttached) return;
    const dropped = this.#unacked.splice(0, count);
    if (dropped.length === 0) return;
    for (const unit of dropped) this.given.add(unit);
    this.#dropped = { from: this.#dropped?.from ?? dropped[0]!.first, to: dropped.at(-1)!.seq };
  }

  /** Everything is forgotten while the client is away; the next Welcome says FRESH. */
  loseStore(): void {
    if (this.isAttached) return;
    for (const unit of this.#unacked) this.given.add(unit);
    this.epoch++;
    this.#unacked = [];
    this.#nextSeq = 1;
    this.#acked = 0;
    this.#voids = 0;
    this.#lastClientSeq = 0;
    this.#dropped = undefined;
    this.inFlight.clear();
  }

  // -- from the session

  attach(session: ModelSession, hello: { resumeToken: string; lastServerSeq: number }): void {
    this.#session?.connection.abort();
    const position = hello.lastServerSeq;
    const isKnown = hello.resumeToken === `token-${this.epoch}`;
    if (!isKnown) this.#startEpoch();
    else if (position >= this.#nextSeq) this.violations.push(`position ${position} was never given`);
    else if (position < this.#acked) this.violations.push(`position ${position} is below the ack ${this.#acked}`);
    else this.ack(position);
    session.welcome(this.#welcome(isKnown, position));
    this.#session = session;
    for (const unit of this.#unacked) session.unit(unit);
    session.replayed(this.#nextSeq - 1);
  }

  detach(session: ModelSession): void {
    if (this.#session === session) this.#session = undefined;
  }

  frame(frame: ClientFrame): void {
    if (frame.ack > 0) this.ack(frame.ack);
    if (frame.body === 'request') this.#request(frame.seq, new TextDecoder().decode(frame.request.payload));
    else if (frame.body === 'hello') this.violations.push('a second Hello');
  }

  ack(seq: number): void {
    if (seq >= this.#nextSeq) this.violations.push(`ack ${seq} is beyond what was given`);
    this.#acked = Math.max(this.#acked, seq);
    this.#unacked = this.#unacked.filter((unit) => unit.seq > seq);
  }

  #request(seq: number, text: string): void {
    if (seq <= this.#lastClientSeq) return;
    if (seq !== this.#lastClientSeq + 1) this.violations.push(`client seq ${seq} follows ${this.#lastClientSeq}`);
    this.#lastClientSeq = seq;
    this.inFlight.set(seq, text);
    this.executions.set(text, (this.executions.get(text) ?? 0) + 1);
  }

  /** A new login: nothing that was written moves into the new epoch. */
  #startEpoch(): void {
    const session = this.#session;
    this.#session = undefined;
    this.loseStore();
    this.#session = session;
  }

  #welcome(isKnown: boolean, position: number): WelcomeInit {
    const lost = this.#dropped === undefined || this.#dropped.to <= position ? undefined : this.#dropped;
    const lostFrom = lost === undefined ? 0 : Math.max(lost.from, position + 1);
    const kept = lost === undefined ? Resume.FULL : Resume.PARTIAL;
    return {
      sessionId: 's',
      playerId: 'p',
      epoch: `epoch-${this.epoch}`,
      resumeToken: `token-${this.epoch}`,
      resume: isKnown ? kept : Resume.FRESH,
      lostFrom,
      lostTo: lost?.to ?? 0,
      nextServerSeq: isKnown ? (lostFrom === position + 1 ? lost!.to : position) + 1 : 1,
      lastClientSeq: this.#lastClientSeq,
      inFlight: [...this.inFlight.keys()],
      heartbeatIntervalMs: 10_000,
      maxFrameBytes: 1024 * 1024,
      protocol: 1,
    };
  }

  #enqueue(text: string, items: ItemInit[]): void {
    const seq = this.#nextSeq++;
    const unit = { epoch: this.epoch, seq, first: seq - this.#voids, text, items };
    this.#voids = 0;
    this.units.push(unit);
    this.#unacked.push(unit);
    this.#session?.unit(unit);
  }
}

class ModelSession implements ConnectionHandler {
  readonly connection: Connection;
  readonly #gateway: ModelGateway;
  readonly #decoder = new FrameDecoder(1024 * 1024);
  #isWelcome = false;
  #isOver = false;

  constructor(connection: Connection, gateway: ModelGateway) {
    this.connection = connection;
    this.#gateway = gateway;
    connection.open(this);
  }

  welcome(welcome: WelcomeInit): void {
    this.#isWelcome = true;
    this.connection.write(encodeServerFrame({ welcome }));
  }

  unit({ seq, first, items }: ModelUnit): void {
    this.connection.write(encodeServerFrame({ seq, first: first === seq ? 0 : first, delivery: { items } }));
  }

  replayed(upTo: number): void {
    this.connection.write(encodeServerFrame({ replayed: { upTo } }));
  }

  data(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#decoder.push(chunk);
    for (let bytes = this.#decoder.next(); bytes !== undefined; bytes = this.#decoder.next()) {
      const frame = decodeClientFrame(bytes);
      if (frame.body === 'heartbeat') this.connection.write(encodeServerFrame({ pong: {} }));
      if (this.#isWelcome) this.#gateway.frame(frame);
      else if (frame.body === 'hello') this.#gateway.attach(this, frame.hello);
      else this.#gateway.violations.push(`${frame.body ?? 'a bare frame'} before Welcome`);
    }
  }

  datagram(): void {
    // Clients send none.
  }

  drained(): void {
    // It writes regardless.
  }

  closed(): void {
    this.#isOver = true;
    this.#gateway.detach(this);
  }
}

function notify(text: string): ItemInit {
  return { notify: { topic: 'news', payload: new TextEncoder().encode(text) } };
}
