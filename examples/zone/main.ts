import { Ledger } from '../ledger/ledger.js';
import { runService } from '../run-service.js';
import { createZone } from './zone.js';

await runService(() => createZone(new Ledger('zone', process.env.LEDGER_DIR)), 8083);
