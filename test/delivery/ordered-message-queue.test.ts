import assert from 'node:assert/strict';
import { OrderedMessageQueue, type Attachment, type QueueLimits } from '../../lib/delivery/ordered-message-queue.js';
import type { Unit } from '../../lib/delivery/unit.js';
import { Resume } from '../../lib/protocol/message-codec.js';

const LIMITS: QueueLimits = { maxUnits: 1000, maxBytes: 1_000_000, overflow: 'refuse' };

/** A body that reads as its text in failures. */
function body(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(unit: Unit): string {
  return new TextDecoder().decode(unit.body);
}

function queueOf(limits: Partial<QueueLimits> = {}): OrderedMessageQueue {
  return new OrderedMessageQueue({ ...LIMITS, ...limits });
}

/** A queue with a connection whose client has nothing yet. */
function attached(limits: Partial<QueueLimits> = {}): OrderedMessageQueue {
  const queue = queueOf(limits);
  queue.attach(0, 0);
  return queue;
}

function notify(queue: OrderedMessageQueue, ...texts: string[]): void {
  for (const each of texts) assert.equal(queue.enqueueNotify(body(each), 0), 'queued');
}

/** Takes all that is due: "first…seq text", or "seq text" where nothing is void. */
function takeAll(queue: OrderedMessageQueue, now = 0): string[] {
  const taken: string[] = [];
  for (let unit; (unit = queue.take(now)) !== undefined;) {
    taken.push(`${unit.first === unit.seq ? '' : `${unit.first}…`}${unit.seq} ${text(unit)}`);
  }
  return taken;
}

function verdict({ resume, reason, lostFrom, lostTo, nextSeq, upTo }: Attachment) {
  return { resume: Resume[resume], reason, lostFrom, lostTo, nextSeq, upTo };
}

describe('OrderedMessageQueue', () => {
  describe('numbers', () => {
    it('are given from 1 on when units are first taken', () => {
      const queue = attached();
      notify(queue, 'a', 'b');
      assert.equal(queue.lastGiven, 0);
      queue.enqueueResponse(body('r'), 7);
      assert.deepEqual(takeAll(queue), ['1 a', '2 b', '3 r']);
      assert.equal(queue.lastGiven, 3);
    });

    it('go on after a connection that took a unit and lost it: no write leaves a hole in the sequence [B1]', () => {
      const queue = attached();
      notify(queue, 'a', 'b');
      assert.equal(queue.take(0)?.seq, 1);
      queue.detach();
      notify(queue, 'c');
      queue.attach(0, 0);
      assert.deepEqual(takeAll(queue), ['1 a', '2 b', '3 c']);
    });

    it('are not given before anybody is there to take', () => {
      const queue = queueOf();
      notify(queue, 'a');
      assert.deepEqual(takeAll(queue), []);
      assert.equal(queue.lastGiven, 0);
    });
  });

  describe('reservations', () => {
    it('keep the place of a Response; what came before goes out, what comes later waits for it', () => {
      const queue = attached();
      notify(queue, 'before');
      assert.equal(queue.reserve(), 2);
      notify(queue, 'after');
      assert.deepEqual(takeAll(queue), ['1 before']);
      assert.equal(queue.takenUpTo, 1);
      assert.ok(queue.fill(2, body('r'), 1));
      assert.deepEqual(takeAll(queue), ['2 r', '3 after']);
    });

    it('may be filled in any order and still go out in theirs', () => {
      const queue = attached();
      const [first, second, third] = [queue.reserve(), queue.reserve(), queue.reserve()];
      assert.ok(queue.fill(third, body('c'), 3));
      assert.ok(queue.fill(first, body('a'), 1));
      assert.deepEqual(takeAll(queue), ['1 a']);
      assert.equal(queue.oldestReservation, second);
      assert.ok(queue.fill(second, body('b'), 2));
      assert.equal(queue.oldestReservation, undefined);
      assert.deepEqual(takeAll(queue), ['2 b', '3 c']);
    });

    it('are filled once; a second answer is refused and changes nothing', () => {
      const queue = attached();
      const seq = queue.reserve();
      assert.ok(queue.fill(seq, body('answer'), 1));
      assert.ok(!queue.fill(seq, body('late'), 1));
      assert.ok(!queue.fill(99, body('stray'), 1));
      assert.deepEqual(takeAll(queue), ['1 answer']);
    });

    it('are filled however full the queue is: the unit that closes the gap is never refused [B2]', () => {
      const queue = attached({ maxUnits: 2 });
      const seq = queue.reserve();
      notify(queue, 'a', 'b');
      assert.equal(queue.enqueueNotify(body('c'), 0), 'full');
      assert.ok(queue.fill(seq, body('r'), 1));
      queue.enqueueResponse(body('s'), 2);
      assert.deepEqual(takeAll(queue), ['1 r', '2 a', '3 b', '4 s']);
    });
  });

  describe('latest', () => {
    it('is replaced while it waits; the newer one takes the last place, so it never overtakes', () => {
      const queue = queueOf();
      assert.equal(queue.enqueueNotify(body('x1'), 0, 'x'), 'queued');
      notify(queue, 'a');
      assert.equal(queue.enqueueNotify(body('x2'), 0, 'x'), 'replaced');
      assert.equal(queue.enqueueNotify(body('y1'), 0, 'y'), 'queued');
      queue.attach(0, 0);
      assert.deepEqual(takeAll(queue), ['1 a', '2 x2', '3 y1']);
      assert.equal(queue.counters.replaced, 1);
      assert.equal(queue.counters.voids, 0);
    });

    it('that was written is not replaced any more: both arrive', () => {
      const queue = attached();
      queue.enqueueNotify(body('x1'), 0, 'x');
      takeAll(queue);
      assert.equal(queue.enqueueNotify(body('x2'), 0, 'x'), 'queued');
      queue.detach();
      queue.attach(0, 0);
      assert.deepEqual(takeAll(queue), ['1 x1', '2 x2']);
    });

    it('leaves its number void if it had one; the next unit settles it', () => {
      const queue = attached();
      queue.enqueueNotify(body('x1'), 0, 'x');
      const seq = queue.reserve();
      assert.equal(seq, 2);
      assert.equal(queue.enqueueNotify(body('x2'), 0, 'x'), 'replaced');
      queue.fill(seq, body('r'), 1);
      assert.deepEqual(takeAll(queue), ['1…2 r', '3 x2']);
      assert.equal(queue.counters.voids, 1);
    });

    it('makes its own room at the limit', () => {
      const queue = queueOf({ maxUnits: 1, maxBytes: 2 });
      queue.enqueueNotify(body('x1'), 0, 'x');
      assert.equal(queue.enqueueNotify(body('x2'), 0, 'x'), 'replaced');
      assert.equal(queue.enqueueNotify(body('y1'), 0, 'y'), 'full');
      assert.equal(queue.enqueueNotify(body('too long'), 0, 'x'), 'full');
      queue.attach(0, 0);
      assert.deepEqual(takeAll(queue), ['1 x2']);
    });
  });

  describe('time to live', () => {
    it('ends a unit that waits in line, without a trace in the numbers', () => {
      const queue = attached();
      queue.enqueueNotify(body('short'), 0, undefined, 10);
      notify(queue, 'a');
      assert.deepEqual(takeAll(queue, 10), ['1 a']);
      assert.equal(queue.counters.expired, 1);
      assert.equal(queue.bytes, 1);
    });

    it('leaves a void number that the next unit settles, never an untold gap [B2]', () => {
      const queue = queueOf();
      notify(queue, 'a');
      queue.enqueueNotify(body('short'), 0, undefined, 10);
      notify(queue, 'b');
      queue.attach(0, 0);
      assert.deepEqual(takeAll(queue, 10), ['1 a', '2…3 b']);
      assert.equal(queue.counters.voids, 1);
    });

    it('does not end a unit that was written: it may have arrived, so it is replayed', () => {
      const queue = attached();
      queue.enqueueNotify(body('short'), 0, undefined, 10);
      assert.deepEqual(takeAll(queue, 9), ['1 short']);
      queue.detach();
      queue.attach(0, 50);
      assert.deepEqual(takeAll(queue, 50), ['1 short']);
    });

    it('makes room at the limit', () => {
      const queue = queueOf({ maxUnits: 2 });
      queue.enqueueNotify(body('short'), 0, 'x', 10);
      notify(queue, 'a');
      assert.equal(queue.enqueueNotify(body('b'), 9), 'full');
      assert.equal(queue.enqueueNotify(body('b'), 10), 'queued');
      queue.attach(0, 10);
      assert.deepEqual(takeAll(queue, 10), ['1 a', '2 b']);
    });

    it('makes room among numbered units too', () => {
      const queue = queueOf({ maxUnits: 2 });
      queue.enqueueNotify(body('short'), 0, undefined, 10);
      notify(queue, 'a');
      queue.reserve();
      assert.equal(queue.enqueueNotify(body('b'), 10), 'queued');
      queue.attach(0, 10);
      assert.deepEqual(takeAll(queue, 10), ['1…2 a']);
    });
  });

  describe('acknowledgement', () => {
    it('frees everything up to it in one step', () => {
      const queue = attached();
      notify(queue, 'a', 'bb', 'ccc');
      takeAll(queue);
      assert.equal(queue.unackedBytes, 6);
      assert.equal(queue.ack(2), 'ok');
      assert.deepEqual([queue.unackedUnits, queue.unackedBytes, queue.counters.acked], [1, 3, 2]);
      assert.equal(queue.ack(3), 'ok');
      assert.deepEqual([queue.units, queue.bytes], [0, 0]);
    });

    it('that is old or repeated changes nothing [B7]', () => {
      const queue = attached();
      notify(queue, 'a', 'b', 'c');
      takeAll(queue);
      queue.ack(2);
      for (const seq of [0, 1, 2]) assert.equal(queue.ack(seq), 'old');
      assert.deepEqual([queue.unackedUnits, queue.ackedUpTo], [1, 2]);
    });

    it('beyond what was sent is an error and changes nothing [B7]', () => {
      const queue = attached();
      notify(queue, 'a');
      takeAll(queue);
      notify(queue, 'b');
      queue.reserve();
      assert.equal(queue.ack(2), 'beyond', 'numbered, never sent');
      assert.deepEqual([queue.units, queue.ackedUpTo], [2, 0]);
      assert.deepEqual(takeAll(queue), ['2 b']);
      assert.equal(queue.ack(3), 'beyond', 'reserved, never sent');
      assert.equal(queue.ack(2), 'ok');
    });

    it('may name a void number, which counts as sent', () => {
      const queue = queueOf();
      queue.enqueueNotify(body('short'), 0, undefined, 10);
      notify(queue, 'a');
      queue.attach(0, 0);
      assert.deepEqual(takeAll(queue, 10), ['1…2 a']);
      assert.equal(queue.ack(1), 'ok');
      assert.equal(queue.unackedUnits, 1);
      assert.equal(queue.ack(2), 'ok');
    });

    it('during a replay takes what it names out of it', () => {
      const queue = attached();
      notify(queue, 'a', 'b', 'c');
      takeAll(queue);
      queue.detach();
      queue.attach(0, 0);
      assert.equal(queue.take(0)?.seq, 1);
      assert.equal(queue.ack(2), 'ok');
      assert.deepEqual(takeAll(queue), ['3 c']);
    });

    it('never coming, memory stays within the limits and later pushes are refused [B4]', () => {
      const queue = attached({ maxUnits: 10, maxBytes: 100 });
      let refused = 0;
      for (let i = 0; i < 1000; i++) {
        if (queue.enqueueNotify(body('0123456789'), i) === 'full') refused++;
        takeAll(queue, i);
      }
      assert.equal(refused, 990);
      assert.deepEqual([queue.units, queue.bytes], [10, 100]);
    });
  });

  describe('resume', () => {
    it('replays what was not acknowledged, in order, once, then goes on [B3]', () => {
      const queue = attached();
      notify(queue, 'a', 'b', 'c', 'd');
      takeAll(queue);
      queue.detach();
      notify(queue, 'e');
      assert.deepEqual(verdict(queue.attach(2, 0)), {
        resume: 'FULL',
        reason: '',
        lostFrom: 0,
        lostTo: 0,
        nextSeq: 3,
        upTo: 5,
      });
      notify(queue, 'f');
      assert.equal(queue.takenUpTo, 2);
      assert.deepEqual(takeAll(queue), ['3 c', '4 d', '5 e', '6 f']);
      assert.equal(queue.counters.replayed, 2);
      assert.deepEqual(takeAll(queue), [], 'nothing twice on one connection');
    });

    it('starts over when the replay itself is cut [B3]', () => {
      const queue = attached();
      notify(queue, 'a', 'b', 'c');
      takeAll(queue);
      for (const position of [0, 1]) {
        queue.detach();
        queue.attach(position, 0);
        assert.equal(queue.take(0)?.seq, position + 1);
      }
      assert.deepEqual(takeAll(queue), ['3 c']);
    });

    it('keeps the void range of a unit that it writes again', () => {
      const queue = queueOf();
      queue.enqueueNotify(body('short'), 0, undefined, 10);
      notify(queue, 'a');
      queue.attach(0, 0);
      takeAll(queue, 10);
      queue.detach();
      queue.attach(0, 10);
      assert.deepEqual(takeAll(queue, 10), ['1…2 a']);
    });

    it('counts up_to only as far as no open reservation is waited for', () => {
      const queue = queueOf();
      notify(queue, 'a');
      const seq = queue.reserve();
      notify(queue, 'b');
      assert.equal(queue.attach(0, 0).upTo, 1);
      assert.deepEqual(takeAll(queue), ['1 a']);
      assert.equal(queue.takenUpTo, 1);
      queue.fill(seq, body('r'), 1);
      assert.deepEqual(takeAll(queue), ['2 r', '3 b']);
    });

    it('has taken up_to when what remained of it is void', () => {
      const queue = queueOf();
      notify(queue, 'a');
      queue.enqueueNotify(body('short'), 0, undefined, 10);
      const { upTo } = queue.attach(0, 0);
      assert.equal(upTo, 2);
      assert.equal(queue.takenUpTo, 0);
      assert.deepEqual(takeAll(queue, 10), ['1 a']);
      assert.equal(queue.takenUpTo, 2);
      notify(queue, 'b');
      assert.deepEqual(takeAll(queue, 10), ['2…3 b']);
    });

    it('has taken up_to when what remained behind a replay is void', () => {
      const queue = attached();
      notify(queue, 'a');
      takeAll(queue);
      queue.detach();
      queue.enqueueNotify(body('short'), 0, undefined, 10);
      const { upTo } = queue.attach(0, 0);
      assert.deepEqual(takeAll(queue, 10), ['1 a']);
      assert.equal(queue.takenUpTo, upTo);
    });

    it('gives no number to what expired while the player was away', () => {
      const queue = queueOf();
      queue.enqueueNotify(body('short'), 0, undefined, 10);
      assert.equal(queue.attach(0, 10).upTo, 0);
      assert.deepEqual([queue.units, queue.counters.voids], [0, 0]);
    });

    it('names the Responses that are not in the replay', () => {
      const queue = queueOf();
      queue.enqueueResponse(body('r1'), 1);
      queue.reserve();
      queue.enqueueResponse(body('r3'), 3);
      const { upTo } = queue.attach(0, 0);
      queue.enqueueResponse(body('r4'), 4);
      assert.equal(upTo, 1);
      assert.deepEqual(queue.responsesBeyond(upTo).sort(), [3, 4]);
    });

    it('from an older saved state is PARTIAL with exactly what was acknowledged since', () => {
      const queue = attached();
      notify(queue, 'a', 'b', 'c', 'd');
      takeAll(queue);
      queue.ack(3);
      queue.detach();
      const { resume, reason, lostFrom, lostTo, nextSeq } = queue.attach(1, 0);
      assert.equal(resume, Resume.PARTIAL);
      assert.deepEqual([reason, lostFrom, lostTo, nextSeq], ['older-state', 2, 3, 4]);
      assert.deepEqual(takeAll(queue), ['4 d']);
    });

    it('at a position that nobody was sent is FRESH and changes nothing until an epoch is opened', () => {
      const queue = attached();
      notify(queue, 'a');
      takeAll(queue);
      queue.detach();
      notify(queue, 'b');
      const { resume, reason } = queue.attach(2, 0);
      assert.equal(resume, Resume.FRESH);
      assert.equal(reason, 'store-lost');
      assert.deepEqual(takeAll(queue), [], 'not attached');
      assert.deepEqual([queue.units, queue.lastGiven, queue.ackedUpTo], [2, 1, 0]);
    });

    it('on another connection while the old one stands gives the old one nothing more to take', () => {
      const queue = attached();
      notify(queue, 'a', 'b');
      assert.equal(queue.take(0)?.seq, 1);
      queue.detach();
      assert.equal(queue.take(0), undefined);
      queue.attach(1, 0);
      assert.deepEqual(takeAll(queue), ['2 b']);
    });
  });

  describe('a limit that refuses', () => {
    it('counts waiting and unacknowledged notifies, not responses', () => {
      const queue = attached({ maxUnits: 2 });
      notify(queue, 'a');
      takeAll(queue);
      queue.enqueueResponse(body('r'), 1);
      notify(queue, 'b');
      assert.equal(queue.enqueueNotify(body('c'), 0), 'full');
      assert.deepEqual([queue.units, queue.responseUnits], [3, 1]);
      assert.deepEqual(takeAll(queue), ['2 r', '3 b'], 'nothing accepted is lost');
      queue.ack(1);
      assert.equal(queue.enqueueNotify(body('c'), 0), 'queued');
    });

    it('counts bytes', () => {
      const queue = attached({ maxBytes: 10 });
      notify(queue, '12345', '12345');
      assert.equal(queue.enqueueNotify(body('1'), 0), 'full');
      assert.equal(queue.enqueueNotify(body(''), 0), 'queued');
    });
  });

  describe('a limit that drops the oldest', () => {
    const limits = { maxUnits: 2, overflow: 'drop-oldest' } as const;

    it('tells the client at its next Welcome which range is gone', () => {
      const queue = queueOf(limits);
      notify(queue, 'a', 'b', 'c', 'd', 'e');
      assert.equal(queue.counters.dropped, 3);
      const { resume, reason, lostFrom, lostTo, nextSeq, upTo } = queue.attach(0, 0);
      assert.equal(resume, Resume.PARTIAL);
      assert.deepEqual([reason, lostFrom, lostTo, nextSeq, upTo], ['overflow', 1, 3, 4, 5]);
      assert.deepEqual(takeAll(queue), ['4 d', '5 e']);
      assert.equal(queue.ack(5), 'ok');
    });

    it('tells again when that Welcome may not have arrived, and not when it has', () => {
      const queue = queueOf(limits);
      notify(queue, 'a', 'b', 'c');
      queue.attach(0, 0);
      queue.detach();
      assert.deepEqual(queue.attach(0, 0).lostTo, 1);
      assert.equal(queue.ack(1), 'ok', 'a lost range that was told counts as sent');
      queue.detach();
      assert.equal(queue.attach(1, 0).resume, Resume.FULL);
    });

    it('takes written units first, and a live client that has them notices nothing', () => {
      const queue = attached(limits);
      notify(queue, 'a', 'b');
      takeAll(queue);
      notify(queue, 'c');
      assert.ok(!queue.overrun);
      assert.deepEqual(takeAll(queue), ['3 c']);
      assert.equal(queue.ack(3), 'ok');
      queue.detach();
      assert.equal(queue.attach(3, 0).resume, Resume.FULL);
    });

    it('hands nothing more to a connection that it can not tell, until the next Welcome', () => {
      const queue = attached(limits);
      notify(queue, 'a', 'b', 'c');
      assert.ok(queue.overrun);
      assert.deepEqual(takeAll(queue), []);
      queue.detach();
      assert.ok(!queue.overrun);
      const { lostFrom, lostTo } = queue.attach(0, 0);
      assert.deepEqual([lostFrom, lostTo], [1, 1]);
      assert.deepEqual(takeAll(queue), ['2 b', '3 c']);
    });

    it('keeps Responses that have no number yet', () => {
      const queue = queueOf(limits);
      queue.enqueueResponse(body('r'), 1);
      notify(queue, 'a', 'b', 'c');
      assert.equal(queue.attach(0, 0).lostTo, 1);
      assert.deepEqual(takeAll(queue), ['2 r', '3 b', '4 c']);
    });

    it('asks to fill a reservation before anything behind it goes', () => {
      const queue = queueOf(limits);
      const seq = queue.reserve();
      notify(queue, 'a', 'b');
      assert.equal(queue.enqueueNotify(body('c'), 0), 'fill-first');
      assert.equal(queue.oldestReservation, seq);
      queue.fill(seq, body('error'), 1);
      assert.equal(queue.enqueueNotify(body('c'), 0), 'queued');
      assert.deepEqual(
        ['a', 'b', 'c'].slice(-2),
        takeAllAfterAttach(queue).map((taken) => taken.split(' ')[1]),
      );
    });

    it('refuses a unit that would not fit into an empty queue, and drops nothing for it', () => {
      const queue = queueOf({ ...limits, maxBytes: 3 });
      notify(queue, 'a', 'b');
      assert.equal(queue.enqueueNotify(body('long'), 0), 'full');
      assert.equal(queue.counters.dropped, 0);
    });
  });

  describe('a new epoch', () => {
    it('takes along the notifies that were never written, in order, numbered from 1 [B10]', () => {
      const queue = attached();
      notify(queue, 'a');
      takeAll(queue);
      notify(queue, 'b');
      queue.enqueueNotify(body('x1'), 0, 'x');
      queue.reserve();
      notify(queue, 'c');
      queue.enqueueResponse(body('r'), 4);
      assert.deepEqual(queue.startEpoch(), { givenUp: 2, notifies: 1, responses: [4], reservations: [4] });
      assert.equal(queue.enqueueNotify(body('x2'), 0, 'x'), 'replaced', 'latest stays replaceable');
      assert.deepEqual([queue.units, queue.lastGiven, queue.ackedUpTo], [3, 0, 0]);
      assert.ok(!queue.fill(4, body('late'), 3), 'reservations ended');
      queue.attach(0, 0);
      assert.deepEqual(takeAll(queue), ['1 b', '2 c', '3 x2']);
    });

    it('leaves the queue without a connection', () => {
      const queue = attached();
      notify(queue, 'a');
      queue.startEpoch();
      assert.deepEqual(takeAll(queue), []);
    });

    it('forgets what the old one had lost', () => {
      const queue = queueOf({ maxUnits: 1, overflow: 'drop-oldest' });
      notify(queue, 'a', 'b');
      queue.startEpoch();
      assert.equal(queue.attach(0, 0).resume, Resume.FULL);
      assert.deepEqual(takeAll(queue), ['1 b']);
    });
  });

  it('keeps nothing after the end of its player [B4]', () => {
    const queue = attached();
    notify(queue, 'a', 'b');
    queue.take(0);
    queue.enqueueResponse(body('r'), 1);
    queue.reserve();
    assert.equal(queue.clear(), 3);
    assert.deepEqual([queue.units, queue.bytes, queue.responseUnits], [0, 0, 0]);
    assert.deepEqual(queue.responsesBeyond(0), []);
  });
});

function takeAllAfterAttach(queue: OrderedMessageQueue): string[] {
  queue.attach(0, 0);
  return takeAll(queue);
}
