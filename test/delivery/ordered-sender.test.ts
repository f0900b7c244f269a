import assert from 'node:assert/strict';
import { OrderedMessageQueue } from '../../lib/delivery/ordered-message-queue.js';
import { OrderedSender } from '../../lib/delivery/ordered-sender.js';
import { FrameDecoder } from '../../lib/protocol/frame-decoder.js';
import { decodeServerFrame, encodeBody, encodeDelivery } from '../../lib/protocol/message-codec.js';

const VOLATILE = encodeDelivery([{ notify: { topic: 'position' } }]);
const LIMITS = { maxUnits: 100_000, maxBytes: 1 << 30, overflow: 'refuse' } as const;

/** A sender over a real queue, a sink that keeps the writes apart, and turns that end by hand. */
class Bench {
  readonly queue = new OrderedMessageQueue(LIMITS);
  readonly writes: Uint8Array[] = [];
  readonly scheduled: (() => void)[] = [];
  room = true;
  ack = 0;
  now = 0;
  onWrite: (() => void) | undefined;
  readonly sender: OrderedSender;

  constructor() {
    const { queue } = this;
    this.sender = new OrderedSender({
      source: {
        take: (now) => queue.take(now),
        get takenUpTo() {
          return queue.takenUpTo;
        },
      },
      sink: {
        write: (bytes) => {
          this.writes.push(bytes);
          this.onWrite?.();
          return this.room;
        },
      },
      schedule: (flush) => this.scheduled.push(flush),
      ack: () => this.ack,
      now: () => this.now,
    });
    this.queue.attach(0, 0);
  }

  notify(count = 1, bytes = 1): void {
    const body = encodeDelivery([{ notify: { payload: new Uint8Array(bytes) } }]);
    for (let i = 0; i < count; i++) this.queue.enqueueNotify(body, 0);
    this.sender.wake();
  }

  turn(): void {
    for (const flush of this.scheduled.splice(0)) flush();
  }

  /** What was written, one list a write: seqs of units, names of control frames. */
  get frames(): (number | string)[][] {
    return this.writes.map((bytes) => {
      const decoder = new FrameDecoder(1 << 24);
      decoder.push(bytes);
      const frames: (number | string)[] = [];
      for (let frame; (frame = decoder.next()) !== undefined;) {
        const { seq, body } = decodeServerFrame(frame);
        frames.push(seq > 0 ? seq : (body ?? 'ack'));
      }
      assert.equal(decoder.pendingBytes, 0, 'a write holds whole frames');
      return frames;
    });
  }
}

const PONG = encodeBody({ pong: {} });
const WELCOME = encodeBody({ welcome: {} });
const KICK = encodeBody({ kick: {} });

function replayed(upTo: number): Uint8Array {
  return encodeBody({ replayed: { upTo } });
}

describe('OrderedSender', () => {
  it('writes all of a turn as one write, control frames first', () => {
    const bench = new Bench();
    bench.notify(2);
    bench.sender.control(PONG);
    bench.notify();
    assert.deepEqual(bench.frames, [], 'nothing before the turn ends');
    bench.turn();
    assert.deepEqual(bench.frames, [['pong', 1, 2, 3]]);
    assert.equal(bench.sender.framesWritten, 4);
  });

  it('schedules once a turn and writes nothing when nothing is due', () => {
    const bench = new Bench();
    bench.sender.wake();
    bench.sender.wake();
    assert.equal(bench.scheduled.length, 1);
    bench.turn();
    assert.deepEqual(bench.writes, []);
    assert.equal(bench.scheduled.length, 0);
  });

  it('puts the void range on every frame, and the last accepted client seq on the first of a write', () => {
    const bench = new Bench();
    bench.queue.detach();
    bench.queue.enqueueNotify(encodeDelivery([]), 0, undefined, 0);
    bench.queue.enqueueNotify(encodeDelivery([]), 0, 'k');
    bench.queue.reserve();
    bench.queue.enqueueNotify(encodeDelivery([]), 0, 'k');
    bench.queue.fill(3, encodeDelivery([]), 1);
    bench.queue.attach(0, 0);
    bench.ack = 300;
    bench.sender.control(new Uint8Array(0));
    bench.turn();
    const decoder = new FrameDecoder(1000);
    decoder.push(bench.writes[0]!);
    const numbers: number[][] = [];
    for (let frame; (frame = decoder.next()) !== undefined;) {
      const { seq, ack, first } = decodeServerFrame(frame);
      numbers.push([first, seq, ack]);
    }
    assert.deepEqual(numbers, [
      [0, 0, 300],
      [1, 3, 0],
      [0, 4, 0],
    ]);
  });

  it('takes nothing while the connection has no room, so that what waits can still be replaced [B5]', () => {
    const bench = new Bench();
    bench.room = false;
    bench.notify();
    bench.turn();
    bench.notify(3);
    bench.turn();
    assert.deepEqual(bench.frames, [[1]]);
    assert.equal(bench.queue.waitingUnits, 3);
    assert.ok(bench.sender.blocked);
    bench.room = true;
    bench.sender.drained();
    bench.turn();
    assert.deepEqual(bench.frames, [[1], [2, 3, 4]]);
  });

  it('goes on when the connection drains inside the very write that it had no room for', () => {
    const bench = new Bench();
    bench.room = false;
    bench.onWrite = () => bench.sender.drained();
    bench.notify();
    bench.turn();
    bench.notify();
    bench.turn();
    assert.deepEqual(bench.frames, [[1], [2]]);
  });

  it('cuts a long replay into writes of a bounded size, one a turn', () => {
    const bench = new Bench();
    bench.notify(1000, 1000);
    bench.turn();
    assert.equal(bench.writes.length, 1);
    assert.ok(bench.writes[0]!.length < 270_000);
    for (let turns = 0; bench.scheduled.length > 0; turns++) {
      assert.ok(turns < 10);
      bench.turn();
    }
    assert.deepEqual(
      bench.frames.flat(),
      Array.from({ length: 1000 }, (_, i) => i + 1),
    );
  });

  it('writes a unit that is larger than a write whole', () => {
    const bench = new Bench();
    bench.notify(2, 1_000_000);
    bench.turn();
    bench.turn();
    assert.deepEqual(bench.frames, [[1], [2]]);
  });

  it('puts Replayed right behind the last unit up to its seq', () => {
    const bench = new Bench();
    bench.notify(4);
    bench.sender.control(WELCOME);
    bench.sender.control(replayed(2), 2);
    bench.turn();
    assert.deepEqual(bench.frames, [['welcome', 1, 2, 'replayed', 3, 4]]);
  });

  it('puts Replayed before a unit beyond its seq, also when that settles void numbers up to it', () => {
    const bench = new Bench();
    bench.queue.enqueueNotify(encodeDelivery([]), 0, undefined, 0.5);
    const reserved = bench.queue.reserve();
    bench.sender.control(replayed(1), 1);
    bench.queue.fill(reserved, encodeDelivery([]), 1);
    bench.now = 1;
    bench.turn();
    assert.deepEqual(bench.frames, [['replayed', 2]]);
  });

  it('puts Replayed at once where there is nothing to replay', () => {
    const bench = new Bench();
    bench.sender.control(WELCOME);
    bench.sender.control(replayed(0), 0);
    bench.turn();
    assert.deepEqual(bench.frames, [['welcome', 'replayed']]);
  });

  it('keeps Replayed back, but no other control frame, while the replay is held up', () => {
    const bench = new Bench();
    bench.room = false;
    bench.notify(300, 1000);
    bench.sender.control(replayed(300), 300);
    bench.turn();
    bench.sender.control(PONG);
    assert.equal(bench.sender.waitingControls, 2);
    bench.sender.flushNow();
    assert.equal(bench.frames[1]?.[0], 'pong');
    assert.equal(bench.sender.waitingControls, 1);
    bench.room = true;
    bench.sender.drained();
    bench.turn();
    assert.deepEqual(bench.frames.flat().slice(-2), [300, 'replayed']);
  });

  it('writes everything that is due before a close, however much', () => {
    const bench = new Bench();
    bench.notify(1000, 1000);
    bench.sender.flushNow();
    bench.sender.control(KICK);
    bench.sender.flushNow();
    assert.equal(bench.frames.flat().length, 1001);
    assert.deepEqual(bench.frames.at(-1), ['kick']);
  });

  it('writes the last word of a session even if the connection has no room for units', () => {
    const bench = new Bench();
    bench.room = false;
    bench.notify();
    bench.turn();
    bench.notify();
    bench.sender.control(KICK);
    bench.sender.flushNow();
    assert.deepEqual(bench.frames, [[1], ['kick']]);
  });

  it('writes nothing after stop, not even what was scheduled', () => {
    const bench = new Bench();
    bench.notify();
    bench.sender.control(PONG);
    bench.sender.stop();
    bench.turn();
    bench.sender.control(PONG);
    bench.sender.drained();
    bench.sender.flushNow();
    bench.turn();
    assert.deepEqual(bench.writes, []);
    assert.equal(bench.queue.waitingUnits, 1, 'and takes nothing');
  });

  it('stops in the middle of a close when the connection breaks inside a write', () => {
    const bench = new Bench();
    bench.notify(1000, 1000);
    bench.onWrite = () => bench.sender.stop();
    bench.sender.flushNow();
    assert.equal(bench.writes.length, 1);
  });

  it('writes what may get lost behind the units of the turn, in the same write', () => {
    const bench = new Bench();
    assert.equal(bench.sender.volatile(VOLATILE), true);
    bench.notify(2);
    bench.sender.control(PONG);
    bench.turn();
    assert.deepEqual(bench.frames, [['pong', 1, 2, 'delivery']]);
  });

  it('drops what may get lost while the connection has no room [B5]', () => {
    const bench = new Bench();
    bench.room = false;
    bench.notify();
    bench.turn();
    assert.equal(bench.sender.volatile(VOLATILE), false);
    bench.room = true;
    bench.sender.drained();
    bench.turn();
    assert.equal(bench.sender.volatile(VOLATILE), true);
    bench.turn();
    assert.deepEqual(bench.frames, [[1], ['delivery']]);
  });

  it('takes so much of what may get lost in a turn and no more [B4]', () => {
    const bench = new Bench();
    const body = encodeDelivery([{ notify: { payload: new Uint8Array(1_000) } }]);
    const taken = Array.from({ length: 10_000 }, () => bench.sender.volatile(body)).filter(Boolean).length;
    bench.turn();
    assert.equal(bench.frames.flat().length, taken);
    assert.ok(taken * body.length <= 64 * 1024, `${taken} frames`);
    assert.equal(bench.sender.volatile(body), true, 'the next turn has room again');
  });
});
