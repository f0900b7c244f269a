import { Herald } from '../herald/herald.js';
import { gatewayOf } from '../herald/push-port.js';
import { Ledger } from '../ledger/ledger.js';
import { runService } from '../run-service.js';
import { createBusiness } from './business.js';

const ledger = new Ledger('business', process.env.LEDGER_DIR);
const herald = new Herald('business', ledger, gatewayOf(process.env));

await runService(
  () => createBusiness(ledger, herald),
  8082,
  () => herald.close(),
);
