// Loaded in front of every process of a benchmark: tells what CPU time the process has used, all threads together, and
// what memory it holds; stops it for a while when it is to be slow; ends it when the benchmark is gone.
import { answerCommands } from '../support/commands.js';

/** The answer is out by then. */
const STALL_DELAY_MS = 50;

answerCommands({
  /** In µs since the process began. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Bytes resident in memory, after whatever is garbage is gone. */
  memory: () => {
    if (globalThis.gc === undefined) throw new Error('start it with --expose-gc');
    globalThis.gc();
    globalThis.gc();
    return process.memoryUsage.rss();
  },
  /** Answers, and then does nothing at all, reading included. */
  stall: (ms: number) => {
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms), STALL_DELAY_MS);
  },
});

process.once('disconnect', () => process.exit(1));
