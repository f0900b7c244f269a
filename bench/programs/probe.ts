// Loaded in front of every process of a benchmark: tells what CPU time the process has used, all threads together, and
// ends it when the benchmark is gone.
import { answerCommands } from '../support/commands.js';

answerCommands({
  /** In µs since the process began. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});

process.once('disconnect', () => process.exit(1));
