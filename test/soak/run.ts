import { parseArgs } from 'node:util';
import { cycles } from './cycles.js';
import { doubleLogin } from './double-login.js';
import { hostile } from './hostile.js';

/** A long run: prints what it does, and whether what must hold did. */
export interface Soak {
  readonly what: string;
  /** How many rounds it makes without `--count`. */
  readonly count: number;
  /** @returns whether all held */
  run(count: number, print: (line: string) => void): Promise<boolean>;
}

const soaks: Readonly<Record<string, Soak>> = { 'double-login': doubleLogin, cycles, hostile };

async function main(): Promise<boolean> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { count: { type: 'string' } } });
  const soak = soaks[positionals[0] ?? ''];
  if (soak === undefined) {
    console.log('npm run soak -- NAME [--count N]\n');
    for (const [name, { what }] of Object.entries(soaks)) console.log(`  ${name.padEnd(14)} ${what}`);
    return positionals.length === 0;
  }
  const count = Number(values.count ?? soak.count);
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`--count takes a whole number above 0, not "${values.count}"`);
  const held = await soak.run(count, (line) => console.log(line));
  console.log(held ? 'held' : 'FAILED');
  return held;
}

main().then(
  (held) => process.exit(held ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
