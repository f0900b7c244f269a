import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GatesvrClient } from '../../lib/client/client.js';
import { RequestError } from '../../lib/client/reply.js';
import { MemoryNetwork } from '../../lib/transport/memory.js';
import { FakeClock } from '../support/fake-clock.js';
import { ModelGateway } from '../support/model-gateway.js';

type Step =
  | { readonly do: 'push' }
  | { readonly do: 'void' }
  | { readonly do: 'cut' }
  | { readonly do: 'drop' }
  | { readonly do: 'loseStore' }
  | { readonly do: 'save' }
  | { readonly do: 'request'; readonly idempotent: boolean; readonly timeout: number }
  | { readonly do: 'answer'; readonly which: number }
  | { readonly do: 'dropOldest'; readonly which: number }
  | { readonly do: 'abort'; readonly which: number }
  | { readonly do: 'cutAfter'; readonly side: 'up' | 'down'; readonly bytes: number }
  | { readonly do: 'pass'; readonly ms: number };

const few = fc.nat({ max: 5 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'push' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'void' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      idempotent: fc.boolean(),
      timeout: fc.constantFrom(200, 60_000, Infinity),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), which: few }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), which: few }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 7, 30, 400) }) },
  { weight: 2, arbitrary: fc.constantFrom({ do: 'cut' as const }, { do: 'drop' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('cutAfter' as const),
      side: fc.constantFrom('up' as const, 'down' as const),
      bytes: fc.nat({ max: 400 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dropOldest' as const), which: few }) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'loseStore' as const }, { do: 'save' as const }) },
);

/** One run: a client, a model of a gateway, and a wire that breaks as the schedule says. */
class World {
  readonly clock = new FakeClock();
  readonly gateway = new ModelGateway();
  readonly network: MemoryNetwork;
  readonly client: GatesvrClient;
  /** What the application saw, in order: epoch/seq and the texts of its notifies. */
  readonly seen: { readonly epoch: string; readonly seq: number; readonly texts: string[] }[] = [];
  readonly requests: {
    readonly id: string;
    readonly idempotent: boolean;
    readonly giveUp: AbortController;
    ends: number;
    result: string | RequestError | undefined;
  }[] = [];

  constructor(ack: 'received' | 'saved', delayMs: number, chunkBytes: number) {
    this.network = new MemoryNetwork(this.clock, { pipe: { delayMs, chunkBytes: () => chunkBytes } });
    this.client = new GatesvrClient(
      { url: 'memory://gateway', ack, backoff: { baseMs: 10, maxMs: 50 } },
      { dialers: [this.network.dialer()], clock: this.clock, random: () => 0.5 },
    );
    this.client.onError(() => undefined);
    let texts: string[] = [];
    this.client.onUnit((seq) => {
      texts = [];
      this.seen.push({ epoch: this.client.session!.epoch, seq, texts });
    });
    this.client.onNotify('news', (notify) => texts.push(notify.text()));
  }

  async start(): Promise<void> {
    await this.gateway.listen(this.network.listener('gateway'));
    this.client.connect();
  }

  async take(one: Step): Promise<void> {
    const wire = this.network.wires.at(-1);
    if (one.do === 'push') this.gateway.push(`news ${this.gateway.units.length}`);
    else if (one.do === 'void') this.gateway.voidNumber();
    else if (one.do === 'cut') wire?.cut();
    else if (one.do === 'drop') this.client.dropLink();
    else if (one.do === 'loseStore') await this.away(() => this.gateway.loseStore());
    else if (one.do === 'save') this.client.state();
    else if (one.do === 'request') this.request(one.idempotent, one.timeout);
    else if (one.do === 'answer') this.gateway.answer(one.which);
    else if (one.do === 'dropOldest') await this.away(() => this.gateway.dropOldest(one.which));
    else if (one.do === 'abort') this.requests[one.which]?.giveUp.abort();
    else if (one.do === 'cutAfter') wire?.[one.side].cutAfter(one.bytes);
    else await this.clock.run(one.ms);
  }

  /** Something that happens to the gateway while nobody is connected. */
  async away(happens: () => void): Promise<void> {
    this.network.wires.at(-1)?.cut();
    await this.clock.run(0);
    happens();
  }

  request(idempotent: boolean, timeout: number): void {
    const id = `request ${this.requests.length}`;
    const giveUp = new AbortController();
    const entry: (typeof this.requests)[number] = { id, idempotent, giveUp, ends: 0, result: undefined };
    this.requests.push(entry);
    this.client.request('act', id, { idempotent, timeout, signal: giveUp.signal }).then(
      (reply) => {
        entry.ends++;
        entry.result = reply.text();
      },
      (error: unknown) => {
        entry.ends++;
        assert.ok(error instanceof RequestError);
        entry.result = error;
      },
    );
  }

  /** The trouble is over: everything is answered and arrives. */
  async settle(): Promise<void> {
    for (const wire of this.network.wires) {
      wire.up.cutAfter(Infinity);
      wire.down.cutAfter(Infinity);
    }
    await this.clock.until(() => {
      while (this.gateway.inFlight.size > 0 && this.gateway.isAttached) this.gateway.answer(0);
      this.client.state();
      const { waiting, underWay } = this.client.pendingRequests;
      return this.client.connectionState === 'active' && waiting + underWay + this.gateway.unacked === 0;
    });
  }

  check(): void {
    assert.deepEqual(this.gateway.violations, []);
    this.#checkUnits();
    for (const request of this.requests) this.#checkRequest(request);
  }

  /** What was seen is what was numbered, in that order, once, but for what the client was told is lost. */
  #checkUnits(): void {
    const key = (epoch: string | number, seq: number): string => `${epoch}/${seq}`;
    const numbered = new Map(this.gateway.units.map((unit) => [key(`epoch-${unit.epoch}`, unit.seq), unit]));
    const order = [...numbered.keys()];
    const indices = this.seen.map(({ epoch, seq }) => order.indexOf(key(epoch, seq)));
    assert.deepEqual(
      indices,
      [...new Set(indices)].sort((a, b) => a - b),
      'in order and once',
    );
    for (const { epoch, seq, texts } of this.seen) {
      const unit = numbered.get(key(epoch, seq));
      assert.ok(unit !== undefined, 'numbered by the gateway');
      const request = unit.text.replace(/^answer /, '');
      assert.deepEqual(
        texts,
        unit.text === request ? [unit.text] : [`before ${request}`, `after ${request}`],
        'whole and in place',
      );
    }
    const seen = new Set(indices);
    order.forEach((at, index) => {
      assert.ok(seen.has(index) || this.gateway.given.has(numbered.get(at)!), `${at} is neither seen nor told lost`);
    });
  }

  #checkRequest({ id, idempotent, ends, result }: World['requests'][number]): void {
    const executions = this.gateway.executions.get(id) ?? 0;
    assert.equal(ends, 1, `${id} ended ${ends} times`);
    if (!idempotent) assert.ok(executions <= 1, `${id} was executed ${executions} times`);
    if (result instanceof RequestError) {
      const hasForgotten = this.gateway.epoch > 1 || this.gateway.given.size > 0;
      if (result.error === 'OUTCOME_UNKNOWN') assert.ok(hasForgotten, `${id} was in flight or answered`);
      if (result.outcome === 'NOT_EXECUTED') assert.equal(executions, 0, `${id} was executed after all`);
    } else {
      assert.equal(result, id);
      assert.ok(executions >= 1);
    }
  }
}

describe('the client under any schedule of cuts', () => {
  for (const ack of ['received', 'saved'] as const) {
    it(`shows each unit once and in order, and ends each request once (ack ${ack})`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 80, size: 'max' }),
          fc.constantFrom(0, 3),
          fc.constantFrom(1, 13, Infinity),
          async (steps, delayMs, chunkBytes) => {
            const world = new World(ack, delayMs, chunkBytes);
            await world.start();
            for (const one of steps) await world.take(one);
            await world.settle();
            world.check();
            const closed = world.client.close();
            await world.clock.run(3000);
            await closed;
            assert.equal(world.network.wires.length, 0, 'wires are left');
            assert.equal(world.clock.pending, 0, 'timers are left');
          },
        ),
        { numRuns: 400 },
      );
    });
  }
});
