import { FrameDecoder } from '../../lib/protocol/frame-decoder.js';
import {
  decodeServerFrame,
  encodeClientFrame,
  type ClientFrameInit,
  type HelloInit,
  type ServerFrame,
} from '../../lib/protocol/message-codec.js';
import type { Close, Connection, ConnectionHandler } from '../../lib/transport/transport.js';

type Body = NonNullable<ServerFrame['body']>;
type FrameOf<B extends Body> = Extract<ServerFrame, { body: B }>;

/** The wire protocol with no rules at all: sends any frame, keeps what comes. For tests that break the rules. */
export class FrameClient implements ConnectionHandler {
  readonly frames: ServerFrame[] = [];
  /** What came as datagrams, apart from the rest. */
  readonly datagrams: ServerFrame[] = [];
  close: Close | undefined;
  readonly #decoder = new FrameDecoder(Infinity);

  constructor(readonly connection: Connection) {
    connection.open(this);
  }

  send(...frames: ClientFrameInit[]): void {
    for (const frame of frames) this.connection.write(encodeClientFrame(frame));
  }

  hello(hello: HelloInit = {}): void {
    this.send({ hello: { protocol: 1, token: 'token-of-ada', features: ['ping'], ...hello } });
  }

  /** Frames of one body, in order. */
  all<B extends Body>(body: B): FrameOf<B>[] {
    return this.frames.filter((frame): frame is FrameOf<B> => frame.body === body);
  }

  /** The last frame of that body. */
  last<B extends Body>(body: B): FrameOf<B> | undefined {
    return this.all(body).at(-1);
  }

  /** Client seqs and codes of the Responses, in the order they came. */
  get responses(): [number, number][] {
    return this.all('delivery').flatMap(({ delivery }) =>
      delivery.items.flatMap((item): [number, number][] =>
        item.kind === 'response' ? [[item.response.clientSeq, item.response.code]] : [],
      ),
    );
  }

  data(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    for (let bytes = this.#decoder.next(); bytes !== undefined; bytes = this.#decoder.next()) {
      this.frames.push(decodeServerFrame(bytes));
    }
  }

  datagram(datagram: Uint8Array): void {
    this.datagrams.push(decodeServerFrame(datagram));
  }

  drained(): void {
    // Tests write little.
  }

  closed(close: Close): void {
    this.close = close;
  }
}
