import assert from 'node:assert/strict';
import { ChatLog } from '../../../examples/web/model/chat-log.js';
import { OrderStory } from '../../../examples/web/model/order-story.js';
import { roads, SavedRoad, transportsOf } from '../../../examples/web/model/road.js';
import { Standings } from '../../../examples/web/model/standings.js';
import { Stroll } from '../../../examples/web/model/stroll.js';
import { TopicFeed, type Fields, type Stand } from '../../../examples/web/model/topic-feed.js';
import { ZoneMap } from '../../../examples/web/model/zone-map.js';
import { Outcome } from '../../../lib/protocol/message-codec.js';
import type { Item } from '../../../lib/protocol/message-codec.js';

function notify(topic: string, text: string): Item {
  const payload = new TextEncoder().encode(text);
  return { kind: 'notify', notify: { topic, payload, headers: {}, boundClientSeq: 0, id: '' } };
}

const response: Item = {
  kind: 'response',
  response: {
    ...{ clientSeq: 1, code: 200, message: '', payload: new Uint8Array(0), headers: {} },
    ...{ outcome: Outcome.ANSWERED, stream: false },
  },
};

describe('what the page shows of pushes', () => {
  describe('the feed', () => {
    let got: [Fields, Stand][];
    let feed: TopicFeed;

    beforeEach(() => {
      got = [];
      feed = new TopicFeed();
      feed.on('t', (fields, stand) => got.push([fields, stand]));
    });

    it('hands on the fields of a topic, with the unit and the side of the Response', () => {
      feed.unit(7, [notify('t', '{"a":1}'), response, notify('t', '{"a":2}'), notify('other', '{}')]);
      feed.unit(0, [notify('t', '{"a":3}')]);
      assert.deepEqual(got, [
        [{ a: 1 }, { seq: 7, side: 'before' }],
        [{ a: 2 }, { seq: 7, side: 'after' }],
        [{ a: 3 }, { seq: 0, side: 'alone' }],
      ]);
    });

    it('leaves out what is no JSON object', () => {
      feed.unit(1, [notify('t', 'x'), notify('t', 'null'), notify('t', '1'), notify('t', '')]);
      assert.deepEqual(got, []);
    });
  });

  it('keeps the newest hundred lines of the chat, and leaves out what is none', () => {
    const log = new ChatLog();
    for (let at = 1; at <= 101; at++) log.said({ from: 'ann', text: `line ${at}`, at });
    log.said({ from: 'ann', text: 1, at: 1 });
    assert.deepEqual([log.count, log.lines.length, log.lines[0]?.text], [101, 100, 'line 2']);
  });

  describe('the map', () => {
    it('shows where each player was seen last, for a while', () => {
      const map = new ZoneMap();
      map.moved({ player: 'ann', x: 0, y: 1 }, 100);
      map.moved({ player: 'ann', x: 0.5, y: 0.25 }, 15_000);
      map.moved({ player: 'bob', x: 0, y: 0 }, 16_000);
      assert.deepEqual(map.at(35_500), [{ player: 'bob', x: 0, y: 0, at: 16_000 }]);
      assert.deepEqual([map.of('ann'), map.count], [undefined, 3]);
    });

    it('leaves out what is no place, and players above fifty', () => {
      const map = new ZoneMap();
      for (const x of [-1, 2, '0', undefined]) map.moved({ player: 'ann', x, y: 0 }, 0);
      for (let n = 1; n <= 51; n++) map.moved({ player: `player-${n}`, x: 0, y: 0 }, 0);
      map.moved({ player: 'player-1', x: 1, y: 0 }, 0);
      assert.deepEqual([map.at(0).length, map.of('ann'), map.of('player-1')?.x], [50, undefined, 1]);
    });
  });

  describe('the scoreboard', () => {
    const scores = [{ player: 'ann', score: 2 }];

    it('shows the newest board, and how many a newer one replaced', () => {
      const standings = new Standings();
      for (const round of [4, 5, 9]) standings.shown({ round, scores });
      assert.deepEqual([standings.round, standings.scores, standings.skipped], [9, scores, 3]);
      standings.shown({ round: 10, scores: [...scores, null, { player: 1 }] });
      assert.deepEqual([standings.scores, standings.skipped], [scores, 3]);
    });

    it('begins to count anew with another game, and leaves out what is no board', () => {
      const standings = new Standings();
      for (const round of [1, 3, 1]) standings.shown({ round, scores });
      standings.shown({ round: 2 });
      standings.shown({ scores });
      assert.deepEqual([standings.round, standings.skipped], [1, 0]);
    });
  });

  describe('an order', () => {
    it('is told in one unit when both steps stand around one Response', () => {
      const story = new OrderStory();
      story.told({ text: 'in the making' }, { seq: 3, side: 'before' });
      assert.equal(story.unit, undefined);
      story.told({ text: 'on its way' }, { seq: 3, side: 'after' });
      assert.deepEqual([story.before?.text, story.after?.text, story.unit], ['in the making', 'on its way', 3]);
      story.begin();
      assert.deepEqual([story.before, story.after, story.unit], [undefined, undefined, undefined]);
    });

    it('is not when a step came alone, or in another unit', () => {
      for (const late of [
        { seq: 4, side: 'after' },
        { seq: 3, side: 'alone' },
      ] as const) {
        const story = new OrderStory();
        story.told({ text: 'in the making' }, { seq: 3, side: 'before' });
        story.told({ text: 'on its way' }, late);
        assert.equal(story.unit, undefined);
      }
    });
  });

  it('lets a stroll stay on the map, and each player begin somewhere else', () => {
    const stroll = (player: string): Stroll => new Stroll(player, () => undefined);
    for (let now = 0; now < 120_000; now += 250) {
      const { x, y } = stroll('ann').placeAt(now);
      assert.ok(x >= 0.1 && x <= 0.9 && y >= 0.1 && y <= 0.9);
    }
    assert.notDeepEqual(stroll('ann').placeAt(0), stroll('bob').placeAt(0));
  });

  it('keeps what a session may go over, and forgets what it does not know', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    } as Storage;
    const saved = new SavedRoad(storage);
    assert.equal(saved.load(), 'either');
    saved.save('websocket');
    assert.equal(new SavedRoad(storage).load(), 'websocket');
    for (const key of kept.keys()) kept.set(key, 'pigeon');
    assert.equal(saved.load(), 'either');
    assert.deepEqual(roads.map(transportsOf), [['webtransport', 'websocket'], ['webtransport'], ['websocket']]);
  });
});
