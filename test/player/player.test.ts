import assert from 'node:assert/strict';
import { Job, type Answer } from '../../lib/dispatch/job.js';
import type { Route } from '../../lib/dispatch/router.js';
import { Player } from '../../lib/player/player.js';
import { Outcome, Reason, Resume } from '../../lib/protocol/message-codec.js';
import { PlayerWorld, TestLink, shape } from '../support/player-parts.js';

const route: Route = {
  match: '*',
  service: 'business',
  auth: [],
  ordering: 'completion',
  serial: false,
  timeoutMs: 30_000,
  idempotent: false,
};
const arrival: Route = { ...route, ordering: 'arrival' };

function answer(fields: Partial<Answer> = {}): Answer {
  return {
    code: 200,
    message: '',
    payload: new Uint8Array(0),
    headers: {},
    outcome: Outcome.ANSWERED,
    before: [],
    after: [],
    ...fields,
  };
}

class Scene {
  readonly world: PlayerWorld;
  readonly player: Player;

  constructor(limits = {}) {
    this.world = new PlayerWorld(limits);
    this.player = new Player('ada', this.world.login(), this.world);
  }

  get now(): number {
    return this.world.clock.now();
  }

  link(name = 'first'): TestLink {
    return new TestLink(name);
  }

  live(name = 'first'): TestLink {
    const link = this.link(name);
    this.player.arriveFresh(link, 'new-login');
    this.player.confirm();
    return link;
  }

  request(clientSeq: number, its = route): Job {
    assert.equal(this.player.accept(clientSeq), 'accepted');
    const job = new Job(
      this.player,
      this.player.sessionId,
      this.player.epoch,
      clientSeq,
      'echo',
      new Uint8Array(0),
      {},
      its,
      this.now,
      this.now + its.timeoutMs,
    );
    this.player.open(job);
    return job;
  }

  push(topic: string, key?: string): void {
    this.player.notify({ topic }, key, Infinity);
  }
}

describe('Player: requests', () => {
  it('takes each client seq once, ignores repetitions and refuses gaps', () => {
    const { player } = new Scene();
    assert.deepEqual(
      [1, 1, 2, 4, 3, 2, 0].map((seq) => player.accept(seq)),
      ['accepted', 'duplicate', 'accepted', 'gap', 'accepted', 'duplicate', 'gap'],
    );
  });

  it('answers a refused request without losing count of client seqs [B15]', () => {
    const scene = new Scene();
    const link = scene.live();
    scene.player.accept(1);
    scene.player.refuse(1, 'NO_ROUTE');
    const job = scene.request(2);
    scene.player.answered(job, answer());
    assert.deepEqual(link.takeAll(scene.player, scene.now).map(shape), [['response:1:404'], ['response:2:200']]);
  });

  it('places notifies before and after their response, as one unit [B6]', () => {
    const scene = new Scene();
    const link = scene.live();
    const job = scene.request(1);
    assert.equal(scene.player.bind(1, 'after', { topic: 'later' }), 'held');
    assert.equal(scene.player.bind(1, 'before', { topic: 'sooner' }), 'held');
    scene.push('between');
    scene.player.answered(job, answer({ before: [note('own-before')], after: [note('own-after')] }));
    const frames = link.takeAll(scene.player, scene.now).map(shape);
    assert.deepEqual(frames[0], ['notify:between']);
    assert.equal(frames[1]!.indexOf('response:1:200'), 2);
    assert.deepEqual([...frames[1]!.slice(0, 2)].sort(), ['notify:own-before', 'notify:sooner']);
    assert.deepEqual([...frames[1]!.slice(3)].sort(), ['notify:later', 'notify:own-after']);
  });

  it('does not hold a notify bound to a request that is answered, refused or failed already [B14]', () => {
    const scene = new Scene();
    const link = scene.live();
    scene.player.answered(scene.request(1), answer({ code: 504, outcome: Outcome.UNKNOWN }));
    scene.player.accept(2);
    scene.player.refuse(2, 'OVERLOADED');
    assert.equal(scene.player.bind(1, 'after', { topic: 'late-1' }), 'late');
    assert.equal(scene.player.bind(2, 'before', { topic: 'late-2' }), 'late');
    assert.equal(scene.world.counters.lateNotifies, 2);
    assert.deepEqual(link.takeAll(scene.player, scene.now).map(shape), [['response:1:504'], ['response:2:503']]);
  });

  it('counts a notify whose request never comes, and keeps nothing of it [B14]', () => {
    const scene = new Scene();
    scene.live();
    assert.equal(scene.player.bind(5, 'before', { topic: 'x' }), 'held');
    scene.world.clock.advance(61_000);
    assert.equal(scene.world.counters.strandedNotifies, 1);
    assert.equal(scene.world.wheel.armed, 0);
  });

  it('keeps a response that is ready while the client is away [B9]', () => {
    const scene = new Scene();
    const first = scene.live();
    const job = scene.request(1);
    scene.player.detach(first);
    scene.player.answered(job, answer());
    const second = scene.link('second');
    const { verdict, inFlight, upTo } = scene.player.arriveAgain(second, 0);
    assert.deepEqual([verdict, inFlight, upTo], [Resume.FULL, [], 1]);
    assert.deepEqual(second.takeAll(scene.player, scene.now).map(shape), [['response:1:200']]);
  });

  it('keeps what is pushed while the client is away, and before it ever came [B10]', () => {
    const scene = new Scene();
    scene.push('before the first visit');
    const first = scene.live();
    assert.deepEqual(first.takeAll(scene.player, scene.now).map(shape), [['notify:before the first visit']]);
    scene.player.acknowledge(1);
    scene.player.detach(first);
    scene.push('while away');
    const second = scene.link('second');
    scene.player.arriveAgain(second, 1);
    assert.deepEqual(second.takeAll(scene.player, scene.now).map(shape), [['notify:while away']]);
  });

  it('says which requests are in flight, and answers them after the reconnect [B8]', () => {
    const scene = new Scene();
    const first = scene.live();
    const job = scene.request(1);
    scene.player.detach(first);
    const second = scene.link('second');
    assert.deepEqual(scene.player.arriveAgain(second, 0).inFlight, [1]);
    scene.player.answered(job, answer());
    assert.deepEqual(second.takeAll(scene.player, scene.now).map(shape), [['response:1:200']]);
  });

  it('drops and counts the second answer of a request', () => {
    const scene = new Scene();
    const link = scene.live();
    const job = scene.request(1);
    scene.player.answered(job, answer());
    scene.player.answered(job, answer({ code: 500 }));
    assert.deepEqual(link.takeAll(scene.player, scene.now).map(shape), [['response:1:200']]);
    assert.equal(scene.world.counters.lateAnswers, 1);
  });

  it('refuses more requests than may be pending, and again takes them when one is answered', () => {
    const scene = new Scene({ maxPendingRequests: 2 });
    scene.live();
    const first = scene.request(1);
    scene.request(2);
    assert.equal(scene.player.refusal(), 'TOO_MANY_PENDING');
    scene.player.answered(first, answer());
    assert.equal(scene.player.refusal(), undefined);
  });

  it('takes nothing more from a client that never acknowledges, however often it comes back [B4]', () => {
    const scene = new Scene({ maxUnits: 4 });
    scene.live();
    for (let visit = 0; visit < 20; visit++) {
      scene.player.arriveAgain(scene.link(`visit-${visit}`), 0);
      for (let i = 0; i < 3 && scene.player.accept(scene.player.lastClientSeq + 1) === 'accepted'; i++) {
        scene.player.refuse(scene.player.lastClientSeq, 'QUEUE_FULL');
      }
    }
    assert.equal(scene.player.accept(scene.player.lastClientSeq + 1), 'full');
    assert.equal(scene.player.keptUnits, 8);
  });
});

describe('Player: order by arrival', () => {
  it('holds later units back until a reserved place is filled', () => {
    const scene = new Scene();
    const link = scene.live();
    const job = scene.request(1, arrival);
    scene.push('after the request');
    assert.deepEqual(link.takeAll(scene.player, scene.now), []);
    scene.player.answered(job, answer());
    const frames = link.takeAll(scene.player, scene.now);
    assert.deepEqual(frames.map(shape), [['response:1:200'], ['notify:after the request']]);
    assert.deepEqual(
      frames.map(({ seq }) => seq),
      [1, 2],
    );
  });

  it('fills a reservation with an error before anything behind it is dropped', () => {
    const scene = new Scene({ maxUnits: 2, overflow: 'drop-oldest' });
    const link = scene.live();
    const job = scene.request(1, arrival);
    for (const topic of ['a', 'b', 'c']) scene.push(topic);
    assert.deepEqual(scene.world.cancelled, [job]);
    assert.equal(link.released, Reason.SLOW);
    scene.player.detach(link);
    const next = scene.link('next');
    const { verdict, reason } = scene.player.arriveAgain(next, 0);
    assert.deepEqual([verdict, reason], [Resume.PARTIAL, 'overflow']);
    assert.deepEqual(next.takeAll(scene.player, scene.now).map(shape), [['notify:b'], ['notify:c']]);
  });
});

describe('Player: sessions', () => {
  it('tells the old session that it was replaced, and serves the new one alone [B12]', () => {
    const scene = new Scene();
    const first = scene.live('first');
    const second = scene.live('second');
    scene.push('x');
    assert.equal(first.released, Reason.REPLACED);
    assert.deepEqual(first.takeAll(scene.player, scene.now), []);
    assert.deepEqual(second.takeAll(scene.player, scene.now).map(shape), [['notify:x']]);
  });

  it('is not touched by the clean-up of a session that was replaced [B11]', () => {
    const scene = new Scene();
    const first = scene.live('first');
    const second = scene.live('second');
    scene.player.detach(first);
    assert.equal(scene.player.isLive, true);
    assert.equal(scene.player.sessionId, second.sessionId);
    scene.world.clock.advance(400_000);
    assert.deepEqual(scene.world.ended, []);
  });

  it('ends when the resume window has run out, and not before', () => {
    const scene = new Scene({ resumeWindowMs: 10_000 });
    scene.player.detach(scene.live());
    scene.world.clock.advance(9_999);
    assert.deepEqual(scene.world.ended, []);
    scene.world.clock.advance(200);
    assert.deepEqual(scene.world.ended, [scene.player]);
  });

  it('starts the resume window again after each visit', () => {
    const scene = new Scene({ resumeWindowMs: 10_000 });
    scene.player.detach(scene.live());
    scene.world.clock.advance(9_000);
    const again = scene.link('again');
    scene.player.arriveAgain(again, 0);
    scene.world.clock.advance(60_000);
    scene.player.detach(again);
    scene.world.clock.advance(9_000);
    assert.deepEqual(scene.world.ended, []);
  });

  it('cancels what runs and arms nothing more when it ends', () => {
    const scene = new Scene();
    const link = scene.live();
    const job = scene.request(1);
    scene.player.bind(9, 'after', { topic: 'x' });
    scene.player.end(Reason.LOGOUT);
    scene.player.detach(link);
    assert.deepEqual([link.released, scene.world.cancelled], [Reason.LOGOUT, [job]]);
    assert.equal(scene.world.wheel.armed, 0);
  });
});

describe('Player: epochs and generations', () => {
  it('opens a new epoch at a new login: notifies never written move, the rest is given up and counted', () => {
    const scene = new Scene();
    const first = scene.live('first');
    scene.push('written');
    const running = scene.request(1);
    first.takeAll(scene.player, scene.now);
    scene.push('waiting');
    const epoch = scene.player.epoch;
    const second = scene.link('second');
    const { verdict, nextServerSeq, inFlight } = scene.player.arriveFresh(second, 'new-login');
    assert.deepEqual([verdict, nextServerSeq, inFlight], [Resume.FRESH, 1, []]);
    assert.notEqual(scene.player.epoch, epoch);
    assert.equal(scene.player.lastClientSeq, 0);
    assert.deepEqual(scene.world.cancelled, [running]);
    const frames = second.takeAll(scene.player, scene.now);
    assert.deepEqual(
      frames.map((frame) => [frame.seq, ...shape(frame)]),
      [[1, 'notify:waiting']],
    );
    scene.player.answered(running, answer());
    assert.deepEqual(second.takeAll(scene.player, scene.now), []);
  });

  it('uses an epoch again that no client frame has confirmed', () => {
    const scene = new Scene();
    const first = scene.link('first');
    scene.player.arriveFresh(first, 'new-login');
    const epoch = scene.player.epoch;
    scene.push('x');
    first.takeAll(scene.player, scene.now);
    const second = scene.link('second');
    scene.player.arriveFresh(second, 'new-login');
    assert.equal(scene.player.epoch, epoch);
    assert.deepEqual(second.takeAll(scene.player, scene.now).map(shape), [['notify:x']]);
  });

  it('opens another epoch when units of an unconfirmed one were lost on overflow', () => {
    const scene = new Scene({ maxUnits: 2, overflow: 'drop-oldest' });
    const first = scene.link('first');
    scene.player.arriveFresh(first, 'new-login');
    const epoch = scene.player.epoch;
    scene.push('a');
    first.takeAll(scene.player, scene.now);
    scene.player.detach(first);
    for (const topic of ['b', 'c', 'd']) scene.push(topic);
    const second = scene.link('second');
    const { verdict, nextServerSeq, lostFrom } = scene.player.arriveFresh(second, 'new-login');
    assert.deepEqual([verdict, nextServerSeq, lostFrom], [Resume.FRESH, 1, 0]);
    assert.notEqual(scene.player.epoch, epoch);
    assert.deepEqual(second.takeAll(scene.player, scene.now).map(shape), [['notify:c'], ['notify:d']]);
  });

  it('honours every generation from the last confirmed one on, and none before', () => {
    const scene = new Scene();
    const { player } = scene;
    scene.live();
    const epoch = player.epoch;
    const confirmed = player.generation;
    player.arriveAgain(scene.link('second'), 0);
    player.arriveAgain(scene.link('third'), 0);
    assert.deepEqual(
      [0, 1, 2, 3].map((more) => player.honours(epoch, confirmed + more)),
      [true, true, true, false],
    );
    player.confirm();
    assert.deepEqual(
      [0, 1, 2].map((more) => player.honours(epoch, confirmed + more)),
      [false, false, true],
    );
    assert.equal(player.honours('another epoch', player.generation), false);
  });

  it('answers a position that was never given with FRESH, in a new epoch', () => {
    const scene = new Scene();
    scene.player.detach(scene.live());
    const epoch = scene.player.epoch;
    const { verdict, reason } = scene.player.arriveAgain(scene.link('next'), 7);
    assert.deepEqual([verdict, reason], [Resume.FRESH, 'store-lost']);
    assert.notEqual(scene.player.epoch, epoch);
  });

  it('tells PARTIAL to a client that comes back with an older state', () => {
    const scene = new Scene();
    const first = scene.live();
    for (const topic of ['a', 'b', 'c']) scene.push(topic);
    first.takeAll(scene.player, scene.now);
    scene.player.acknowledge(2);
    scene.player.detach(first);
    const next = scene.link('next');
    const { verdict, reason, lostFrom, lostTo, nextServerSeq } = scene.player.arriveAgain(next, 1);
    assert.deepEqual([verdict, reason, lostFrom, lostTo, nextServerSeq], [Resume.PARTIAL, 'older-state', 2, 2, 3]);
    assert.deepEqual(next.takeAll(scene.player, scene.now).map(shape), [['notify:c']]);
  });
});

function note(topic: string): Answer['before'][number] {
  return { topic, payload: new Uint8Array(0), headers: {}, id: '' };
}
