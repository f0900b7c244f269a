// Loaded in front of every process of a benchmark: tells what CPU time the process has used, all threads together, and
// what memory it holds; ends it when the benchmark is gone.
import { answerCommands } from '../support/commands.js';

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
});

process.once('disconnect', () => process.exit(1));
