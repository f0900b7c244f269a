import { Herald } from '../herald/herald.js';
import { gatewayOf } from '../herald/push-port.js';
import { Ledger } from '../ledger/ledger.js';
import { runService } from '../run-service.js';
import { createZone } from './zone.js';

const ledger = new Ledger('zone', process.env.LEDGER_DIR);
const herald = new Herald('zone', ledger, gatewayOf(process.env));

await runService(
  () => createZone(ledger, herald),
  8083,
  () => herald.close(),
);
