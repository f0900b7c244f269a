import { systemClock } from '../../lib/clock.js';
import { Supervisor } from '../../lib/dev/supervisor.js';

/** A supervisor of one process, for the test that kills it. Arguments: entry, pid file, options of Node. */
const [entry, file, ...execArgv] = process.argv.slice(2) as [string, string, ...string[]];
const spec = {
  name: 'orphan',
  entry,
  args: ['orderly', file],
  execArgv,
  env: {},
  isReady: () => Promise.resolve(true),
  stopLimitMs: 60_000,
};
await new Supervisor([[spec]], systemClock, { line: () => undefined, changed: () => undefined }).start();
