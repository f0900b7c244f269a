/** A process under a watchdog of one second: hangs, answers for two seconds, or hangs for two with the watchdog stopped. */
import { Watchdog } from '../../lib/quic/watchdog.js';

const watchdog = new Watchdog(1000);
watchdog.start();
watchdog.start();

function hang(ms: number): void {
  const until = Date.now() + ms;
  while (Date.now() < until);
}

switch (process.argv[2]) {
  case 'hang':
    setTimeout(() => {
      hang(Infinity);
    }, 50);
    break;
  case 'stop':
    void watchdog.stop().then(() => {
      hang(2000);
    });
    break;
  default:
    setTimeout(() => undefined, 2000);
}
