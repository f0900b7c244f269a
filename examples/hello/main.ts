import { Ledger } from '../ledger/ledger.js';
import { runService } from '../run-service.js';
import { createHello } from './hello.js';

await runService(
  () => createHello(process.env.HELLO_TOKEN_SECRET ?? '', new Ledger('hello', process.env.LEDGER_DIR)),
  8081,
);
