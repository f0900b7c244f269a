import assert from 'node:assert/strict';
import { FrameDecoder } from '../../lib/protocol/frame-decoder.js';
import { decodeServerFrame, Resume, type ServerFrame, type Welcome } from '../../lib/protocol/message-codec.js';

/** What the application behind the client saw, in order. */
export type Event =
  { kind: 'unit'; rank: number; response: boolean } | { kind: 'lost'; numbers: number } | { kind: 'fresh' };

interface Saved {
  position: number;
  events: number;
  rank: number;
}

/**
 * A client reduced to the rules of PROTOCOL 2: a frame settles first…seq, what lies at or below the position is dropped, a
 * gap is a failure, a lost range is skipped at its place. Fails at once when the gateway breaks one of them.
 *
 * Every unit carries a rank that rises in the order in which places in line were taken, so that order and repetition
 * show in one comparison.
 */
export class ModelReceiver {
  readonly events: Event[] = [];
  epoch = '';
  position = 0;
  duplicates = 0;
  #rank = 0;
  #saved: Saved = { position: 0, events: 0, rank: 0 };
  #connection: ConnectionView | undefined;

  get savedPosition(): number {
    return this.#saved.position;
  }

  /** True when a Welcome has arrived on the present connection and nothing of the replay is missing. */
  get hasReplayed(): boolean {
    return this.#connection?.replayedUpTo !== undefined;
  }

  get isWelcome(): boolean {
    return this.#connection?.welcome !== undefined;
  }

  /** @param helloPosition what its Hello said: its position, or a lower one where only that was saved */
  connected(helloPosition: number): void {
    this.#connection = { helloPosition, decoder: new FrameDecoder(1 << 20), responses: new Set() };
  }

  disconnected(): void {
    this.#connection = undefined;
  }

  receive(bytes: Uint8Array): void {
    const { decoder } = this.#connection!;
    decoder.push(bytes);
    for (let frame; (frame = decoder.next()) !== undefined;) this.#frame(decodeServerFrame(frame));
  }

  /** Keeps the position together with what was processed, as an application's own store would. */
  save(): void {
    this.#saved = { position: this.position, events: this.events.length, rank: this.#rank };
  }

  /** The client crashed and starts again from what it saved. */
  restore(): void {
    this.position = this.#saved.position;
    this.events.length = this.#saved.events;
    this.#rank = this.#saved.rank;
  }

  #frame(frame: ServerFrame): void {
    if (frame.body === 'welcome') this.#welcome(frame.welcome);
    else if (frame.body === 'replayed') this.#replayed(frame.replayed.upTo);
    else if (frame.seq > 0) this.#unit(frame);
  }

  #welcome(welcome: Welcome): void {
    const connection = this.#connection!;
    assert.equal(connection.welcome, undefined, 'one Welcome a connection');
    connection.welcome = welcome;
    if (welcome.resume === Resume.FRESH) this.#fresh(welcome.epoch);
    assert.equal(welcome.epoch, this.epoch, 'a resume stays in its epoch');
    if (welcome.resume === Resume.PARTIAL) {
      assert.equal(welcome.lostFrom, connection.helloPosition + 1, 'the lost range begins behind the position');
      assert.ok(welcome.lostTo >= welcome.lostFrom);
      this.#skipTo(welcome.lostTo);
    }
    const told = Math.max(welcome.lostTo, connection.helloPosition);
    assert.equal(welcome.nextServerSeq, told + 1, 'Welcome names the first seq to come');
  }

  #skipTo(lostTo: number): void {
    if (lostTo <= this.position) return;
    this.events.push({ kind: 'lost', numbers: lostTo - this.position });
    this.position = lostTo;
  }

  #fresh(epoch: string): void {
    this.epoch = epoch;
    this.position = 0;
    this.#connection!.helloPosition = 0;
    this.events.push({ kind: 'fresh' });
    this.save();
  }

  #replayed(upTo: number): void {
    const connection = this.#connection!;
    assert.equal(connection.replayedUpTo, undefined, 'one Replayed a connection');
    connection.replayedUpTo = upTo;
    const inFlight = new Set(connection.welcome!.inFlight);
    for (const clientSeq of connection.responses) {
      assert.ok(!inFlight.has(clientSeq), `the response to ${clientSeq} is said to be in flight, and was replayed`);
    }
  }

  #unit(frame: ServerFrame): void {
    const connection = this.#connection!;
    assert.ok(connection.welcome !== undefined, 'no unit before Welcome');
    const first = frame.first === 0 ? frame.seq : frame.first;
    assert.ok(first <= frame.seq);
    assert.ok(frame.seq > (connection.lastSeq ?? 0), 'a connection carries rising numbers');
    assert.ok(frame.seq > (connection.replayedUpTo ?? 0), 'nothing up to up_to comes after Replayed');
    if (frame.seq > connection.welcome.nextServerSeq && connection.lastSeq === undefined) {
      assert.ok(first <= connection.welcome.nextServerSeq, 'the first unit settles next_server_seq');
    }
    connection.lastSeq = frame.seq;
    if (frame.seq <= this.position) {
      this.duplicates++;
      return;
    }
    assert.ok(first <= this.position + 1, `gap: ${first}…${frame.seq} after ${this.position}`);
    this.position = frame.seq;
    this.#deliver(frame);
  }

  #deliver(frame: ServerFrame): void {
    const item = frame.body === 'delivery' ? frame.delivery.items[0] : undefined;
    const response = item?.kind === 'response';
    const rank = response ? item.response.clientSeq : item?.kind === 'notify' ? Number(item.notify.id) : NaN;
    assert.ok(rank > this.#rank, `${rank} comes after ${this.#rank}`);
    this.#rank = rank;
    this.events.push({ kind: 'unit', rank, response });
    if (!response) return;
    const { replayedUpTo, welcome } = this.#connection!;
    if (replayedUpTo === undefined) this.#connection!.responses.add(rank);
    else if (rank <= Number(welcome!.sessionId)) {
      assert.ok(welcome!.inFlight.includes(rank), `the response to ${rank} comes after Replayed, untold`);
    }
  }
}

/** What the client knows of one connection. */
interface ConnectionView {
  helloPosition: number;
  readonly decoder: FrameDecoder;
  /** Responses delivered before Replayed. */
  readonly responses: Set<number>;
  /** Its session_id is misused for the highest rank given when it was composed. */
  welcome?: Welcome;
  replayedUpTo?: number;
  lastSeq?: number;
}
