import assert from 'node:assert/strict';
import { raceDial } from '../../lib/client/dial-race.js';
import { GatesvrError } from '../../lib/errors.js';
import { MemoryNetwork } from '../../lib/transport/memory.js';
import type { Connection, Dialer } from '../../lib/transport/transport.js';
import { FakeClock } from '../support/fake-clock.js';
import { Recorder } from '../support/recorder.js';

/** For each dialer. */
const LIMIT_MS = 10_000;

const never = new AbortController().signal;

/** A dialer that does what the test says, when it says so. */
class ManualDialer implements Dialer {
  readonly transport = 'memory';
  signal: AbortSignal | undefined;
  succeed: (connection: Connection) => void = () => assert.fail('not dialled');
  fail: (error: Error) => void = () => assert.fail('not dialled');

  dial(_url: string, signal: AbortSignal): Promise<Connection> {
    this.signal = signal;
    return new Promise((resolve, reject) => {
      this.succeed = resolve;
      this.fail = reject;
    });
  }
}

describe('a race of transports', () => {
  let clock: FakeClock;
  let first: ManualDialer;
  let second: ManualDialer;

  beforeEach(() => {
    clock = new FakeClock();
    first = new ManualDialer();
    second = new ManualDialer();
  });

  async function connection(): Promise<{ client: Connection; network: MemoryNetwork }> {
    const network = new MemoryNetwork(clock);
    await network.listener('g').start((server) => void new Recorder(server).open());
    const dialled = network.dialer().dial('memory://g', never);
    await clock.run(0);
    return { client: await dialled, network };
  }

  it('takes the first alone when it is quick', async () => {
    const won = raceDial([first, second], 'u', never, clock, LIMIT_MS);
    const { client } = await connection();
    first.succeed(client);
    assert.equal(await won, client);
    await clock.run(10_000);
    assert.equal(second.signal, undefined);
    assert.equal(first.signal?.aborted, false);
  });

  it('starts the second after 250 ms, or at once when the first fails', async () => {
    void raceDial([first, second], 'u', never, clock, LIMIT_MS).catch(() => undefined);
    await clock.run(249);
    assert.equal(second.signal, undefined);
    await clock.run(1);
    assert.notEqual(second.signal, undefined);

    const failing = new ManualDialer();
    const next = new ManualDialer();
    void raceDial([failing, next], 'u', never, clock, LIMIT_MS).catch(() => undefined);
    failing.fail(new Error('no UDP here'));
    await clock.run(0);
    assert.notEqual(next.signal, undefined);
  });

  it('gives up the loser, and drops its connection if it comes all the same [B13]', async () => {
    const won = raceDial([first, second], 'u', never, clock, LIMIT_MS);
    await clock.run(250);
    const winner = await connection();
    const loser = await connection();
    second.succeed(winner.client);
    assert.equal(await won, winner.client);
    assert.equal(first.signal?.aborted, true);
    first.succeed(loser.client);
    await clock.run(0);
    assert.equal(loser.network.wires.length, 0);
    assert.equal(winner.network.wires.length, 1);
  });

  it('fails when all have failed, with the reason', async () => {
    const lost = raceDial([first], 'u', never, clock, LIMIT_MS);
    first.fail(new Error('certificate not trusted'));
    await assert.rejects(lost, /certificate not trusted/);

    const both = raceDial([first, second], 'u', never, clock, LIMIT_MS);
    first.fail(new Error('one'));
    await clock.run(0);
    second.fail(new Error('two'));
    await assert.rejects(
      both,
      (error: unknown) => error instanceof GatesvrError && (error.cause as AggregateError).errors.length === 2,
    );
  });

  it('gives each its time from its own start, and takes nothing that comes later', async () => {
    const lost = raceDial([first, second], 'u', never, clock, LIMIT_MS);
    const failed = assert.rejects(lost, /not within 10000 ms.*not within 10000 ms/);
    await clock.run(LIMIT_MS);
    assert.equal(first.signal?.aborted, true);
    assert.equal(second.signal?.aborted, false);
    const late = await connection();
    first.succeed(late.client);
    await clock.run(250);
    assert.equal(late.network.wires.length, 0);
    await failed;
    assert.equal(clock.pending, 0);
  });

  it('ends at once when given up, whatever the dialers do', async () => {
    const giveUp = new AbortController();
    const lost = raceDial([first, second], 'u', giveUp.signal, clock, LIMIT_MS);
    giveUp.abort(new Error('not any more'));
    await assert.rejects(lost, /not any more/);
    assert.equal(first.signal?.aborted, true);
    assert.equal(clock.pending, 0);
    await assert.rejects(raceDial([first], 'u', AbortSignal.abort(), clock, LIMIT_MS));
  });

  it('fails when there is nothing to dial with', async () => {
    await assert.rejects(raceDial([], 'u', never, clock, LIMIT_MS), /no connection/);
  });
});
