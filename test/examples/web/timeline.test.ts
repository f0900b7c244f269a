import assert from 'node:assert/strict';
import { Journal } from '../../../examples/web/model/journal.js';
import type { LaneName, Mark } from '../../../examples/web/model/timeline.js';
import { Timeline } from '../../../examples/web/model/timeline.js';
import { labelOf, styleOf } from '../../../examples/web/view/lane-style.js';
import { sentenceOf } from '../../../examples/web/view/mark-text.js';
import { Outcome } from '../../../lib/protocol/message-codec.js';
import type { Item } from '../../../lib/protocol/message-codec.js';

const payload = new TextEncoder().encode('{"a":1}');

function response(clientSeq: number, code = 200): Item {
  const message = code === 200 ? '' : 'taken';
  const rest = { headers: {}, outcome: Outcome.ANSWERED, stream: false };
  return { kind: 'response', response: { clientSeq, code, message, payload, ...rest } };
}

function notify(topic: string): Item {
  return { kind: 'notify', notify: { topic, payload, headers: {}, boundClientSeq: 0, id: '' } };
}

describe('the timeline', () => {
  let timeline: Timeline;
  let journal: Journal;

  beforeEach(() => {
    timeline = new Timeline(['score.board']);
    journal = new Journal();
  });

  function came(at: number, seq: number, items: Item[], replayed = false): void {
    timeline.unit(at, journal.unit(seq, items, replayed));
  }

  function marks(lane: LaneName): readonly Mark[] {
    return timeline.lane(lane).entries;
  }

  function acks(): [from: number, to: number][] {
    return marks('acks').map((mark) => (mark.kind === 'ack' ? [mark.from, mark.to] : [0, 0]));
  }

  it('puts each unit into the lane of its kind', () => {
    came(1, 1, [notify('x'), response(1)]);
    came(2, 2, [notify('chat.line')]);
    came(3, 3, [notify('score.board')]);
    came(4, 0, [notify('zone.position')]);
    const lanes: LaneName[] = ['responses', 'notifies', 'latest', 'volatile'];
    assert.deepEqual(
      lanes.map((lane) => marks(lane).map((mark) => mark.at)),
      [[1], [2], [3], [4]],
    );
  });

  it('fills units once they are acknowledged, and shows what each acknowledgement covered', () => {
    for (const seq of [1, 2, 3]) came(seq, seq, [response(seq)]);
    assert.deepEqual(
      marks('responses').map((mark) => styleOf(mark, 'responses').isFilled),
      [false, false, false],
    );
    timeline.acknowledged(10, 2);
    timeline.acknowledged(11, 2);
    timeline.acknowledged(12, 3);
    assert.deepEqual(acks(), [
      [1, 2],
      [3, 3],
    ]);
    assert.ok(marks('responses').every((mark) => styleOf(mark, 'responses').isFilled));
  });

  it('shows no acknowledgement of what an earlier page has seen', () => {
    timeline.acknowledged(1, 40);
    came(2, 41, [response(1)]);
    timeline.acknowledged(3, 41);
    assert.deepEqual(acks(), [[41, 41]]);
  });

  it('begins numbers again with a new epoch', () => {
    came(1, 9, [response(1)]);
    timeline.newEpoch();
    came(2, 1, [response(1)]);
    timeline.acknowledged(3, 1);
    assert.deepEqual(acks(), [[1, 1]]);
  });

  it('tells a replayed unit, a failed answer and an open request apart', () => {
    came(1, 1, [response(1)], true);
    came(2, 2, [response(2, 409)]);
    timeline.asked(3, 'echo', 2, true);
    assert.deepEqual(
      [...marks('responses'), ...marks('requests')].map((mark) => styleOf(mark, 'requests')),
      [
        { colour: 'replayed', isFilled: false },
        { colour: 'bad', isFilled: false },
        { colour: 'request', isFilled: false },
      ],
    );
  });

  it('says what a unit was: number, kind, topics, size, latency, and when it was acknowledged', () => {
    came(100, 7, [notify('a'), notify('a'), response(3, 409), notify('b')], true);
    journal.asked(3, { action: 'around', tookMs: 6.24, byHand: true });
    timeline.acknowledged(350, 7);
    assert.equal(
      sentenceOf(marks('responses')[0]!, 1000),
      'Unit 7: Response, answers around (request 3), code 409, before it 2 × a, after it b, took 6.2 ms, ' +
        'size 28 B, came in the replay, acknowledged after 250 ms',
    );
    came(400, 0, [notify('zone.position')]);
    assert.equal(
      sentenceOf(marks('volatile')[0]!, 1000),
      'Volatile notify: not numbered, not kept, topic zone.position, size 7 B',
    );
    came(500, 8, [notify('score.board')]);
    assert.equal(
      sentenceOf(marks('latest')[0]!, 1000),
      'Unit 8: Notify, latest value only, topic score.board, size 7 B, acknowledged not yet, for 500 ms',
    );
  });

  it('says what became of a request', () => {
    const mark = timeline.asked(0, 'slow', 2048, false);
    assert.equal(sentenceOf(mark, 1500), 'Request: slow, size 2.0 KiB, became unanswered for 1.5 s');
    Object.assign(mark, { until: 80, clientSeq: 5, code: 200 });
    assert.equal(sentenceOf(mark, 1500), 'Request 5: slow, size 2.0 KiB, became answered 200 after 80 ms');
    Object.assign(mark, { code: 0, fault: 'outcome unknown' });
    assert.equal(sentenceOf(mark, 1500), 'Request 5: slow, size 2.0 KiB, became outcome unknown, after 80 ms');
  });

  it('labels marks that stand together by their numbers', () => {
    came(1, 4, [response(1)]);
    came(2, 9, [response(2)]);
    timeline.acknowledged(3, 9);
    const label = (lane: LaneName, count: number): string => {
      const [first, last] = [marks(lane)[0]!, marks(lane)[count - 1]!];
      const cell = (mark: Mark) => ({ mark, column: 0, row: 0 });
      return labelOf({ first: cell(first), last: cell(last), count, room: 9 });
    };
    assert.equal(label('responses', 1), '4');
    assert.equal(label('responses', 2), '4–9');
    assert.equal(label('acks', 1), '≤ 9');
    timeline.asked(4, 'echo', 1, true);
    timeline.asked(5, 'sum', 1, true);
    assert.equal(label('requests', 1), 'echo');
    assert.equal(label('requests', 2), '× 2');
  });
});
