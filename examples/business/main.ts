import { Ledger } from '../ledger/ledger.js';
import { runService } from '../run-service.js';
import { createBusiness } from './business.js';

await runService(() => createBusiness(new Ledger('business', process.env.LEDGER_DIR)), 8082);
