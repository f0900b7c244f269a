import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Inbox } from '../../lib/client/inbox.js';
import type { AckPolicy } from '../../lib/client/inbox.js';

const policy: AckPolicy = { mode: 'received', units: 32, bytes: 64 * 1024 };

function begun(position = 0, mode: AckPolicy['mode'] = 'received'): Inbox {
  const inbox = new Inbox({ ...policy, mode }, position);
  inbox.begin('FULL', inbox.resumeFrom + 1, undefined);
  return inbox;
}

describe('the inbox', () => {
  it('takes the next unit, drops what it has and refuses a gap', () => {
    const inbox = begun(5);
    assert.equal(inbox.judge(6, 0), 'new');
    assert.equal(inbox.judge(5, 0), 'duplicate');
    assert.equal(inbox.judge(7, 0), 'gap');
    assert.equal(inbox.judge(9, 6), 'new');
    assert.equal(inbox.judge(9, 3), 'new');
    assert.equal(inbox.judge(9, 7), 'gap');
  });

  it('says how many numbers were void', () => {
    const inbox = begun();
    assert.equal(inbox.voidsBefore(4), 3);
    inbox.settle(4, 10);
    assert.equal(inbox.voidsBefore(5), 0);
  });

  it('owes an acknowledgement at once after so many units or bytes, else soon', () => {
    const inbox = begun();
    assert.equal(inbox.due, 'no');
    for (let seq = 1; seq <= 31; seq++) {
      inbox.judge(seq, 0);
      inbox.settle(seq, 10);
    }
    assert.equal(inbox.due, 'soon');
    inbox.judge(32, 0);
    inbox.settle(32, 10);
    assert.equal(inbox.due, 'now');
    inbox.written();
    assert.equal(inbox.due, 'no');
    inbox.judge(33, 0);
    inbox.settle(33, 64 * 1024);
    assert.equal(inbox.due, 'now');
  });

  it('skips a lost range at its place, however it lies to the position', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.integer({ min: 1, max: 20 }), fc.nat(10), (position, from, length) => {
        const to = from + length;
        const inbox = new Inbox(policy, position);
        inbox.begin('PARTIAL', position + 1, { from, to });
        while (inbox.position < 40) {
          const next = inbox.position + 1;
          assert.ok(next < from || next > to || position >= from, 'never asks for what is lost');
          assert.equal(inbox.judge(next, 0), 'new');
          inbox.settle(next, 1);
        }
        assert.equal(inbox.position, 40);
      }),
    );
  });

  it('keeps what is saved and what is settled apart', () => {
    const inbox = begun(0, 'saved');
    inbox.judge(1, 0);
    inbox.settle(1, 10);
    assert.deepEqual([inbox.ack, inbox.resumeFrom, inbox.due], [0, 0, 'no']);
    inbox.save();
    assert.deepEqual([inbox.ack, inbox.resumeFrom, inbox.due], [1, 1, 'soon']);
  });

  it('starts over with an epoch', () => {
    const inbox = begun(9);
    inbox.begin('FRESH', 1, undefined);
    assert.deepEqual([inbox.position, inbox.ack, inbox.acknowledged], [0, 0, 0]);
    assert.equal(inbox.judge(1, 0), 'new');
  });
});
