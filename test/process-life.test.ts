import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { noLog } from '../lib/log.js';
import type { Log } from '../lib/log.js';
import { ProcessLife } from '../lib/process-life.js';
import type { Process } from '../lib/process-life.js';
import { FakeClock } from './support/fake-clock.js';

class FakeProcess extends EventEmitter implements Process {
  readonly exits: number[] = [];

  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('ProcessLife', () => {
  let process: FakeProcess;
  let clock: FakeClock;
  let told: string[];
  let stops: number;
  let stopped: () => void;
  let stopFailed: (error: Error) => void;

  beforeEach(() => {
    process = new FakeProcess();
    clock = new FakeClock();
    told = [];
    stops = 0;
    const log: Log = { ...noLog, warn: (message) => told.push(message), error: (message) => told.push(message) };
    const stop = (): Promise<void> => {
      stops++;
      return new Promise((resolve, reject) => {
        stopped = resolve;
        stopFailed = reject;
      });
    };
    new ProcessLife({ process, clock, log, stop, stopTimeoutMs: 30_000, crashTimeoutMs: 5000 }).begin();
  });

  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`stops in order on ${signal} and ends with code 0`, async () => {
      process.emit(signal, signal);
      assert.equal(stops, 1);
      assert.deepEqual(process.exits, []);
      stopped();
      await clock.run(0);
      assert.deepEqual(process.exits, [0]);
      assert.deepEqual(told, []);
    });
  }

  it('ends with a warning and code 1 when the stop takes too long', async () => {
    process.emit('SIGTERM', 'SIGTERM');
    await clock.run(29_999);
    assert.deepEqual(process.exits, []);
    await clock.run(1);
    assert.deepEqual(process.exits, [1]);
    assert.deepEqual(told, ['the stop took too long: ending now']);
  });

  it('ends at once on a second signal', async () => {
    process.emit('SIGINT', 'SIGINT');
    await clock.run(1000);
    process.emit('SIGINT', 'SIGINT');
    assert.deepEqual(process.exits, [1]);
    assert.equal(stops, 1);
  });

  it('takes the same signal from terminal and parent for one', async () => {
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGTERM', 'SIGTERM');
    assert.deepEqual(process.exits, []);
    stopped();
    await clock.run(0);
    assert.deepEqual(process.exits, [0]);
  });

  for (const [event, message] of [
    ['uncaughtException', 'uncaught exception'],
    ['unhandledRejection', 'unhandled rejection'],
  ] as const) {
    it(`tells an ${message}, stops in order and ends with code 1`, async () => {
      process.emit(event, new Error('a bug'));
      assert.deepEqual(told, [message]);
      assert.equal(stops, 1);
      stopped();
      await clock.run(0);
      assert.deepEqual(process.exits, [1]);
    });
  }

  it('gives a stop after a crash less time', async () => {
    process.emit('uncaughtException', new Error('a bug'));
    await clock.run(5000);
    assert.deepEqual(process.exits, [1]);
  });

  it('ends with code 1 when an exception comes while it stops', async () => {
    process.emit('SIGTERM', 'SIGTERM');
    process.emit('uncaughtException', new Error('a bug'));
    assert.equal(stops, 1);
    stopped();
    await clock.run(0);
    assert.deepEqual(process.exits, [1]);
  });

  it('ends with code 1 when the stop fails', async () => {
    process.emit('SIGTERM', 'SIGTERM');
    stopFailed(new Error('no'));
    await clock.run(0);
    assert.deepEqual(process.exits, [1]);
    assert.deepEqual(told, ['the stop failed']);
  });
});
