import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Answer, Job } from '../../lib/dispatch/job.js';
import type { Failure, Readiness, Upstream, UpstreamEvents } from '../../lib/dispatch/upstream.js';
import { RequestProcessor, type DispatchLimits } from '../../lib/dispatch/request-processor.js';
import { Outcome } from '../../lib/protocol/message-codec.js';
import { methods, type UpstreamResponseInit } from '../../lib/protocol/upstream-codec.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { FakeClock } from '../support/fake-clock.js';
import { makeJob, TestOwner, type JobWishes } from './jobs.js';

/** Services that answer when the test says so. */
class FakeUpstream implements Upstream {
  readonly calls: Job[] = [];
  readonly given: Job[] = [];
  cancelled: Job[] = [];
  reachable = true;
  throws = false;
  batched = false;
  readonly #readiness = new Map<string, Readiness>();
  #events: UpstreamEvents | undefined;

  get events(): UpstreamEvents {
    return this.#events!;
  }

  attach(events: UpstreamEvents): void {
    this.#events = events;
  }

  readiness(service: string): Readiness {
    return this.#readiness.get(service) ?? 'ready';
  }

  batches(): boolean {
    return this.batched;
  }

  become(readiness: Readiness, service = 'business'): void {
    this.#readiness.set(service, readiness);
    this.events.readinessChanged(service);
  }

  call(job: Job): boolean {
    if (this.throws) throw new Error('cannot be encoded');
    if (!this.reachable) return false;
    job.attempts++;
    job.call = { cancel: () => this.cancelled.push(job) };
    this.calls.push(job);
    this.given.push(job);
    return true;
  }

  answer(job: Job, response: UpstreamResponseInit = {}): void {
    this.#ended(job);
    this.events.answered(job, methods.process.decodeReply(methods.process.encodeReply(response)), job.acceptedAt);
  }

  fail(job: Job, failure: Failure = FAILED): void {
    this.#ended(job);
    this.events.failed(job, failure);
  }

  giveBack(job: Job): void {
    this.#ended(job);
    this.events.returned(job);
  }

  /** gRPC ends a call that was given up in its own time. */
  endCancelled(): void {
    for (const job of this.cancelled.splice(0)) if (this.calls.includes(job)) this.fail(job);
  }

  #ended(job: Job): void {
    assert.ok(this.calls.includes(job));
    this.calls.splice(this.calls.indexOf(job), 1);
  }
}

const FAILED: Failure = { code: 502, message: 'the service failed', outcome: Outcome.UNKNOWN };

class Rig {
  readonly clock = new FakeClock();
  readonly wheel = new TimerWheel(this.clock, 50);
  readonly upstream = new FakeUpstream();
  readonly results: string[] = [];
  readonly processor: RequestProcessor;

  constructor(services: DispatchLimits['services'] = { business: { inFlight: 2, queue: 10 } }, maxQueued = 100) {
    this.processor = new RequestProcessor({
      upstream: this.upstream,
      clock: this.clock,
      wheel: this.wheel,
      limits: { services, maxQueued },
      metrics: {
        requestFinished: (_match, service, result) => this.results.push(`${service} ${result}`),
        upstreamFinished: () => undefined,
        fannedOut: () => undefined,
        countError: () => undefined,
        gauge: () => undefined,
        counterFrom: () => undefined,
      },
    });
  }

  submit(wishes: JobWishes = {}): Job {
    const job = makeJob({ now: this.clock.now(), ...wishes });
    this.processor.submit(job);
    return job;
  }

  assertEmpty(): void {
    const { queued, inFlight } = this.processor;
    assert.deepEqual({ queued, inFlight, timers: this.wheel.armed }, { queued: 0, inFlight: 0, timers: 0 });
  }
}

function answerOf(job: Job): Answer | undefined {
  assert.ok(job.owner instanceof TestOwner);
  return job.owner.answers.get(job);
}

function assertAnswer(job: Job, code: number, outcome: Outcome): void {
  const answer = answerOf(job);
  assert.deepEqual({ code: answer?.code, outcome: answer?.outcome }, { code, outcome });
}

describe('RequestProcessor', () => {
  it("gives the service's answer to the owner, code 0 as 200", () => {
    const { submit, upstream, rig } = make();
    const job = submit();
    upstream.answer(job, { payload: new Uint8Array([1]), headers: { a: 'b' }, before: [{ topic: 't' }] });
    assertAnswer(job, 200, Outcome.ANSWERED);
    assert.deepEqual([...answerOf(job)!.payload], [1]);
    assert.equal(answerOf(job)!.before[0]!.topic, 't');
    rig.assertEmpty();
    assert.deepEqual(rig.results, ['business success']);
  });

  it("lets the service's own codes and texts through", () => {
    const { submit, upstream } = make();
    const job = submit();
    upstream.answer(job, { code: 418, message: 'teapot' });
    assertAnswer(job, 418, Outcome.ANSWERED);
    assert.equal(answerOf(job)!.message, 'teapot');
  });

  it('hands over no more at a time than the service bears, counting work until it is done [B16]', () => {
    const { submit, upstream, processor } = make();
    const jobs = Array.from({ length: 4 }, () => submit());
    assert.equal(upstream.calls.length, 2);
    assert.equal(processor.queued, 2);
    upstream.answer(jobs[0]!);
    assert.equal(upstream.calls.length, 2);
    upstream.fail(jobs[1]!);
    assert.deepEqual(upstream.calls, [jobs[2], jobs[3]]);
  });

  it('refuses at once what comes on top of a full queue, and takes more when there is room again', () => {
    const { submit, upstream, processor } = make({ business: { inFlight: 1, queue: 2 } });
    const [running, , , refused] = Array.from({ length: 4 }, () => submit());
    assertAnswer(refused!, 503, Outcome.NOT_EXECUTED);
    assert.equal(answerOf(refused!)!.message, 'the service is busy, try again later');
    assert.equal(processor.service('business')!.refused, 1);
    upstream.answer(running!);
    assert.equal(answerOf(submit()), undefined);
  });

  it('bounds what waits over all services', () => {
    const limits = { business: { inFlight: 1, queue: 10 }, zone: { inFlight: 1, queue: 10 } };
    const { submit, upstream } = make(limits, 3);
    for (let i = 0; i < 4; i++) submit();
    const zone = { route: { service: 'zone' } };
    const running = submit(zone);
    assert.ok(upstream.calls.includes(running));
    assertAnswer(submit(zone), 503, Outcome.NOT_EXECUTED);
  });

  it('takes what can be handed over at once though the queue is full', () => {
    const { submit, upstream } = make({ business: { inFlight: 2, queue: 1 } });
    const alice = new TestOwner('alice');
    submit({ owner: alice, route: { serial: true } });
    submit({ owner: alice, route: { serial: true } });
    const other = submit({ owner: new TestOwner('bob') });
    assert.ok(upstream.calls.includes(other));
  });

  it('works without any queue', () => {
    const { submit } = make({ business: { inFlight: 1, queue: 0 } });
    assert.equal(answerOf(submit()), undefined);
    assertAnswer(submit(), 503, Outcome.NOT_EXECUTED);
  });

  it('lets a service that answers nothing harm no other', () => {
    const { submit, upstream } = make({
      business: { inFlight: 1, queue: 2 },
      zone: { inFlight: 1, queue: 2 },
    });
    for (let i = 0; i < 5; i++) submit();
    for (let i = 0; i < 5; i++) {
      const job = submit({ route: { service: 'zone' } });
      upstream.answer(job);
      assertAnswer(job, 200, Outcome.ANSWERED);
    }
  });

  it('serves players in turn while they wait', () => {
    const { submit, upstream } = make({ business: { inFlight: 1, queue: 100 } });
    const alice = new TestOwner('alice');
    const running = submit({ owner: alice });
    const flood = Array.from({ length: 20 }, () => submit({ owner: alice }));
    const single = submit({ owner: new TestOwner('bob') });
    upstream.answer(running);
    upstream.answer(flood[0]!);
    assert.deepEqual(upstream.calls, [single]);
  });

  it("holds a player's next request behind a serial one until that is answered", () => {
    const { submit, upstream } = make({ business: { inFlight: 10, queue: 10 } });
    const alice = new TestOwner('alice');
    const [first, second] = [1, 2].map(() => submit({ owner: alice, route: { serial: true } }));
    assert.deepEqual(upstream.calls, [first]);
    upstream.fail(first!);
    assert.deepEqual(upstream.calls, [second]);
  });

  it('lets the deadline run while a request waits for the serial one before it', () => {
    const { submit, upstream, clock } = make({ business: { inFlight: 10, queue: 10 } });
    const alice = new TestOwner('alice');
    const [first, second, third] = [10_000, 1000, 10_000].map((timeoutMs) =>
      submit({ owner: alice, route: { serial: true }, timeoutMs }),
    );
    clock.advance(1100);
    assertAnswer(second!, 504, Outcome.NOT_EXECUTED);
    assert.deepEqual(upstream.calls, [first]);
    upstream.answer(first!);
    assert.deepEqual(upstream.calls, [third]);
  });

  it('answers 504 NOT_EXECUTED at the deadline of what still waits', () => {
    const { submit, clock, upstream } = make({ business: { inFlight: 1, queue: 10 } });
    const running = submit();
    const waiting = submit({ timeoutMs: 500 });
    clock.advance(550);
    assertAnswer(waiting, 504, Outcome.NOT_EXECUTED);
    upstream.answer(running);
    assert.deepEqual(upstream.given, [running]);
  });

  it('answers 504 UNKNOWN at the deadline of what was handed over, and cancels the call', () => {
    const { submit, clock, upstream, processor, rig } = make();
    const job = submit({ timeoutMs: 500 });
    clock.advance(550);
    assertAnswer(job, 504, Outcome.UNKNOWN);
    assert.deepEqual(upstream.cancelled, [job]);
    assert.equal(processor.inFlight, 1);
    upstream.endCancelled();
    rig.assertEmpty();
  });

  it('never fires a deadline once the answer is there [B17]', () => {
    const { submit, clock, upstream, rig } = make();
    upstream.answer(submit({ timeoutMs: 500 }));
    rig.assertEmpty();
    clock.advance(10_000);
  });

  it('hands over nothing whose deadline has passed already', () => {
    const { submit, upstream, rig } = make();
    const job = submit({ timeoutMs: 0 });
    assertAnswer(job, 504, Outcome.NOT_EXECUTED);
    assert.equal(upstream.given.length, 0);
    rig.assertEmpty();
  });

  it('cancels what waits as NOT_EXECUTED and what was handed over as UNKNOWN', () => {
    const { submit, processor, upstream, rig } = make({ business: { inFlight: 1, queue: 10 } });
    const [running, waiting, last] = [submit(), submit(), submit()];
    processor.cancel(waiting);
    assertAnswer(waiting, 499, Outcome.NOT_EXECUTED);
    processor.cancel(running);
    processor.cancel(running);
    assertAnswer(running, 499, Outcome.UNKNOWN);
    assert.deepEqual(upstream.cancelled, [running]);
    upstream.endCancelled();
    assert.deepEqual(upstream.calls, [last]);
    upstream.answer(last);
    rig.assertEmpty();
  });

  it('keeps the place of a cancelled call until the call has ended', () => {
    const { submit, processor, upstream } = make({ business: { inFlight: 1, queue: 10 } });
    const running = submit();
    const waiting = submit();
    processor.cancel(running);
    assert.equal(upstream.given.includes(waiting), false);
    upstream.endCancelled();
    assert.ok(upstream.calls.includes(waiting));
  });

  it('counts and drops an answer that comes after its job was answered otherwise', () => {
    const { submit, processor, upstream, rig } = make();
    const job = submit();
    processor.cancel(job);
    upstream.answer(job);
    assertAnswer(job, 499, Outcome.UNKNOWN);
    assert.equal(processor.late, 1);
    rig.assertEmpty();
  });

  it('ignores a cancel of what is answered', () => {
    const { submit, processor, upstream } = make();
    const job = submit();
    upstream.answer(job);
    processor.cancel(job);
    assertAnswer(job, 200, Outcome.ANSWERED);
  });

  it('hands a job that comes back over again, before all others of its player', () => {
    const { submit, upstream } = make({ business: { inFlight: 1, queue: 10 } });
    const alice = new TestOwner('alice');
    const first = submit({ owner: alice });
    submit({ owner: alice });
    upstream.giveBack(first);
    assert.deepEqual(upstream.calls, [first]);
    assert.equal(first.attempts, 2);
  });

  it('says UNKNOWN of a job that waits again after it was handed over once', () => {
    const { submit, upstream, processor, clock } = make();
    const [timedOut, cancelled, unreachable] = [submit({ timeoutMs: 500 }), submit(), undefined];
    upstream.become('connecting');
    for (const job of [timedOut, cancelled]) upstream.giveBack(job);
    clock.advance(550);
    assertAnswer(timedOut, 504, Outcome.UNKNOWN);
    processor.cancel(cancelled);
    assertAnswer(cancelled, 499, Outcome.UNKNOWN);
    assert.equal(unreachable, undefined);
  });

  it('lets requests wait while the service connects, and hands them over when it is reached', () => {
    const { submit, upstream } = make();
    upstream.become('connecting');
    const job = submit();
    assert.equal(upstream.calls.length, 0);
    upstream.become('ready');
    assert.deepEqual(upstream.calls, [job]);
  });

  it('refuses all that waits when the service stays away, and at once what comes then', () => {
    const { submit, upstream, rig } = make();
    upstream.become('connecting');
    const waiting = Array.from({ length: 5 }, () => submit());
    upstream.become('unavailable');
    for (const job of [...waiting, submit()]) {
      assertAnswer(job, 503, Outcome.NOT_EXECUTED);
      assert.equal(answerOf(job)!.message, 'the service is not reachable');
    }
    rig.assertEmpty();
    upstream.become('ready');
    assert.equal(answerOf(submit()), undefined);
  });

  it('puts a job back when the service turns out unreachable at hand-over', () => {
    const { submit, upstream, processor } = make();
    upstream.reachable = false;
    const job = submit();
    assert.equal(answerOf(job), undefined);
    assert.deepEqual([processor.queued, processor.inFlight], [1, 0]);
    upstream.reachable = true;
    upstream.become('ready');
    assert.deepEqual(upstream.calls, [job]);
  });

  it('survives a request that cannot be handed over: answered, its place given back', () => {
    const { submit, upstream, processor, rig } = make({ business: { inFlight: 1, queue: 10 } });
    upstream.throws = true;
    const job = submit();
    assertAnswer(job, 500, Outcome.NOT_EXECUTED);
    rig.assertEmpty();
    assert.equal(processor.faults, 1);
    upstream.throws = false;
    const next = submit();
    assert.deepEqual(upstream.calls, [next]);
  });

  it('survives an owner that throws: the next job goes on [B18]', () => {
    const { submit, upstream, processor, rig } = make({ business: { inFlight: 1, queue: 10 } });
    const broken = new TestOwner();
    broken.onAnswer = () => {
      throw new Error('broken owner');
    };
    const [first, second] = [submit({ owner: broken }), submit()];
    upstream.answer(first);
    upstream.answer(second);
    assertAnswer(second, 200, Outcome.ANSWERED);
    const [timedOut, overloaded] = [submit({ owner: broken, timeoutMs: 100 }), submit({ owner: broken })];
    rig.clock.advance(200);
    upstream.endCancelled();
    upstream.answer(overloaded);
    assert.equal(answerOf(timedOut)!.code, 504);
    assert.equal(processor.faults, 3);
    rig.assertEmpty();
  });

  it('survives a call that cannot be cancelled', () => {
    const { submit, processor, upstream, rig } = make();
    const job = submit();
    job.call = {
      cancel: () => {
        throw new Error('cannot');
      },
    };
    processor.cancel(job);
    assertAnswer(job, 499, Outcome.UNKNOWN);
    upstream.answer(job);
    rig.assertEmpty();
  });

  it('answers a job for a service that does not exist', () => {
    const { submit, rig } = make();
    assertAnswer(submit({ route: { service: 'nowhere' } }), 500, Outcome.NOT_EXECUTED);
    rig.assertEmpty();
  });

  it('lets an owner submit and cancel from within its answer', () => {
    const { submit, processor, upstream, rig } = make({ business: { inFlight: 1, queue: 10 } });
    const owner = new TestOwner();
    const first = submit({ owner });
    const waiting = submit({ owner });
    let next: Job | undefined;
    owner.onAnswer = (job) => {
      if (job !== first) return;
      processor.cancel(waiting);
      next = submit({ owner });
    };
    upstream.answer(first);
    assertAnswer(waiting, 499, Outcome.NOT_EXECUTED);
    assert.deepEqual(upstream.calls, [next]);
    upstream.answer(next!);
    rig.assertEmpty();
  });

  it('is drained once nothing waits and no call is under way', async () => {
    const { submit, upstream, processor } = make({ business: { inFlight: 1, queue: 10 } });
    await processor.drained();
    let drained = false;
    const [first, second] = [submit(), submit()];
    const wait = processor.drained().then(() => (drained = true));
    upstream.answer(first);
    await Promise.resolve();
    assert.equal(drained, false);
    upstream.answer(second);
    await wait;
  });

  it('is drained also when the last that waited was cancelled', async () => {
    const { submit, upstream, processor } = make();
    upstream.become('connecting');
    const job = submit();
    const wait = processor.drained();
    processor.cancel(job);
    await wait;
  });

  it('answers everything when it is stopped, and refuses what still comes', () => {
    const { submit, upstream, processor, rig } = make({ business: { inFlight: 1, queue: 10 } });
    const [running, waiting] = [submit(), submit()];
    processor.stop();
    processor.stop();
    assertAnswer(running, 503, Outcome.UNKNOWN);
    assertAnswer(waiting, 503, Outcome.NOT_EXECUTED);
    assert.equal(answerOf(waiting)!.message, 'the gateway is shutting down');
    assertAnswer(submit(), 503, Outcome.NOT_EXECUTED);
    upstream.endCancelled();
    rig.assertEmpty();
  });

  it('answers every job exactly once, keeps its bounds and ends empty, whatever happens', () => {
    const step = fc.record({
      what: fc.constantFrom(
        ...(['submit', 'submit', 'submit', 'answer', 'answer', 'fail', 'giveBack', 'cancel', 'advance'] as const),
        ...(['connecting', 'unavailable', 'ready', 'throwing', 'unreachable', 'endCancelled'] as const),
      ),
      player: fc.integer({ min: 0, max: 2 }),
      serial: fc.boolean(),
      at: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const { rig, upstream, processor, clock } = make({ business: { inFlight: 2, queue: 4 } });
        const owners = ['alice', 'bob', 'carol'].map((id) => new TestOwner(id));
        const jobs: Job[] = [];
        for (const { what, player, serial, at } of steps) {
          const call = upstream.calls[at % (upstream.calls.length || 1)];
          upstream.throws = what === 'throwing';
          if (what === 'submit' || what === 'throwing') {
            jobs.push(rig.submit({ owner: owners[player]!, route: { serial }, timeoutMs: 100 + (at % 500) }));
          } else if (what === 'answer') {
            if (call !== undefined) upstream.answer(call);
          } else if (what === 'fail') {
            if (call !== undefined) upstream.fail(call);
          } else if (what === 'giveBack') {
            if (call !== undefined) upstream.giveBack(call);
          } else if (what === 'cancel') {
            if (jobs.length > 0) processor.cancel(jobs[at % jobs.length]!);
          } else if (what === 'advance') {
            clock.advance(at % 300);
          } else if (what === 'unreachable') {
            upstream.reachable = !upstream.reachable;
          } else if (what === 'endCancelled') {
            upstream.endCancelled();
          } else {
            upstream.become(what);
          }
          assert.ok(processor.inFlight <= 2);
          assert.ok(processor.queued <= 4 + 2);
          assert.equal(processor.inFlight, upstream.calls.length);
        }
        clock.advance(60_000);
        for (const call of [...upstream.calls]) upstream.fail(call);
        for (const job of jobs) {
          const answer = answerOf(job);
          assert.ok(answer !== undefined);
          if (answer.outcome === Outcome.NOT_EXECUTED) assert.ok(!upstream.given.includes(job));
        }
        rig.assertEmpty();
      }),
    );
  });
});

interface Made {
  readonly rig: Rig;
  readonly submit: (wishes?: JobWishes) => Job;
  readonly upstream: FakeUpstream;
  readonly processor: RequestProcessor;
  readonly clock: FakeClock;
}

function make(...limits: ConstructorParameters<typeof Rig>): Made {
  const rig = new Rig(...limits);
  const { upstream, processor, clock } = rig;
  return { rig, submit: (wishes) => rig.submit(wishes), upstream, processor, clock };
}
