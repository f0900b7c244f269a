import { FrameDecoder } from '../../lib/protocol/frame-decoder.js';
import { decodeClientFrame, encodeDelivery, encodeServerFrame, Resume } from '../../lib/protocol/message-codec.js';
import type { ClientFrame, ItemInit, ServerBodyInit, WelcomeInit } from '../../lib/protocol/message-codec.js';
import type { Close, Connection, ConnectionHandler, Listener } from '../../lib/transport/transport.js';

const MAX_FRAME_BYTES = 1024 * 1024;

type FrameOf<Body> = Extract<ClientFrame, { body: Body }>;

/** Accepts connections and says exactly what a test tells it to say. */
export class ScriptedGateway {
  /** Every connection that was made, the first one first. */
  readonly sessions: ScriptedSession[] = [];
  /** Acts at once on a new connection; the test's own script otherwise. */
  onSession: (session: ScriptedSession) => void = () => undefined;

  constructor(readonly listener: Listener) {}

  start(): Promise<void> {
    return this.listener.start((connection) => {
      const session = new ScriptedSession(connection);
      this.sessions.push(session);
      connection.open(session);
      this.onSession(session);
    });
  }

  get last(): ScriptedSession {
    const last = this.sessions.at(-1);
    if (last === undefined) throw new Error('nobody has connected');
    return last;
  }
}

/** One connection on the gateway's side: what the client sent, and means to answer. */
export class ScriptedSession implements ConnectionHandler {
  readonly frames: ClientFrame[] = [];
  readonly closes: Close[] = [];
  /** Acts at once on a frame. */
  onFrame: (frame: ClientFrame) => void = () => undefined;
  readonly #decoder = new FrameDecoder(MAX_FRAME_BYTES);

  constructor(readonly connection: Connection) {}

  // -- what the client sent

  get hello(): FrameOf<'hello'>['hello'] {
    const [first] = this.frames;
    if (first?.body !== 'hello') throw new Error('the first frame is no Hello');
    return first.hello;
  }

  get requests(): FrameOf<'request'>[] {
    return this.of('request');
  }

  of<Body extends NonNullable<ClientFrame['body']>>(body: Body): FrameOf<Body>[] {
    return this.frames.filter((frame): frame is FrameOf<Body> => frame.body === body);
  }

  /** Acknowledgements in the order they came, those that said nothing new left out. */
  get acks(): number[] {
    return this.frames.map((frame) => frame.ack).filter((ack, index, all) => ack > 0 && ack !== all[index - 1]);
  }

  // -- what the gateway says

  send(frame: ServerBodyInit & { seq?: number; ack?: number; first?: number }): void {
    this.connection.write(encodeServerFrame(frame));
  }

  welcome(welcome: WelcomeInit = {}): void {
    this.send({
      welcome: {
        sessionId: 'session',
        playerId: 'player',
        zone: 'zone',
        epoch: 'epoch-1',
        resume: Resume.FRESH,
        nextServerSeq: 1,
        resumeToken: 'resume-1',
        heartbeatIntervalMs: 10_000,
        maxFrameBytes: MAX_FRAME_BYTES,
        protocol: 1,
        ...welcome,
      },
    });
  }

  /** Welcome FULL for what Hello said, or with what is given. */
  welcomeBack(welcome: WelcomeInit = {}): void {
    this.welcome({ resume: Resume.FULL, nextServerSeq: this.hello.lastServerSeq + 1, ...welcome });
  }

  replayed(upTo = 0): void {
    this.send({ replayed: { upTo } });
  }

  /** A unit of notifies, one a text, on topic `news`. */
  notify(seq: number, ...texts: string[]): void {
    this.unit(
      seq,
      texts.map((text) => ({ notify: { topic: 'news', payload: new TextEncoder().encode(text) } })),
    );
  }

  /** A unit with the Response 200 to `clientSeq`. */
  respond(seq: number, clientSeq: number, text = 'done'): void {
    this.unit(seq, [{ response: { clientSeq, code: 200, payload: new TextEncoder().encode(text) } }]);
  }

  unit(seq: number, items: ItemInit[], first = 0): void {
    this.send({ seq, first, delivery: { items } });
  }

  /** A volatile Delivery as a datagram. */
  sendVolatile(...items: ItemInit[]): boolean {
    return this.connection.sendDatagram(encodeDelivery(items));
  }

  // -- ConnectionHandler

  data(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    for (let bytes = this.#decoder.next(); bytes !== undefined; bytes = this.#decoder.next()) {
      const frame = decodeClientFrame(bytes);
      this.frames.push(frame);
      this.onFrame(frame);
    }
  }

  datagram(): void {
    // Clients send none.
  }

  drained(): void {
    // Scripts write little.
  }

  closed(close: Close): void {
    this.closes.push(close);
  }
}
