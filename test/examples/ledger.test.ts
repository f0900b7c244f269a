import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Ledger } from '../../examples/ledger/ledger.js';
import { readLedger } from '../../examples/ledger/ledger-reader.js';
import { isPushEntry, type RequestEntry } from '../../examples/ledger/entry.js';

describe('the ledger', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'gatesvr-ledger-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  async function read(): Promise<RequestEntry[]> {
    const entries: RequestEntry[] = [];
    for await (const entry of readLedger(directory)) if (!isPushEntry(entry)) entries.push(entry);
    return entries;
  }

  it('writes nothing without a directory', () => {
    new Ledger('hello', undefined).append({ event: 'login', player: 'ann' });
    new Ledger('hello', '').append({ event: 'login', player: 'ann' });
    assert.deepEqual(readdirSync(directory), []);
  });

  it('goes on in a new file when one is full, and is read in order', async () => {
    const ledger = new Ledger('hello', directory, 250);
    for (let n = 1; n <= 5; n += 1) ledger.append({ event: 'login', player: `player-${n}` });
    assert.ok(readdirSync(directory).length > 1);
    assert.deepEqual(
      (await read()).map((entry) => entry.player),
      ['player-1', 'player-2', 'player-3', 'player-4', 'player-5'],
    );
  });

  it('keeps the newest eight files, and its reader says when older ones are gone', async () => {
    const ledger = new Ledger('hello', directory, 1);
    for (let n = 1; n <= 9; n += 1) ledger.append({ event: 'login', player: 'ann' });
    assert.equal(readdirSync(directory).length, 8);
    await assert.rejects(read(), { code: 'ENOENT' });
  });

  it('leaves out a last line that was cut short, and refuses one cut short in the middle', async () => {
    new Ledger('hello', directory).append({ event: 'login', player: 'ann' });
    const [file] = readdirSync(directory);
    appendFileSync(join(directory, file!), '{"service":"hel');
    assert.equal((await read()).length, 1);
    appendFileSync(join(directory, file!), '\n{}\n');
    await assert.rejects(read(), /can't be read/);
  });

  it('ignores files that are not its own', async () => {
    writeFileSync(join(directory, 'notes.txt'), 'x');
    assert.deepEqual(await read(), []);
  });

  it('loses no line that was written before the process was killed', async () => {
    const script = `
      import { Ledger } from ${JSON.stringify(new URL('../../examples/ledger/ledger.ts', import.meta.url).href)};
      const ledger = new Ledger('victim', ${JSON.stringify(directory)});
      for (let n = 1; ; n += 1) {
        ledger.append({ event: 'received', player: String(n) });
        process.stdout.write(n + '\\n');
        if (n % 10 === 0) await new Promise(setImmediate);
      }`;
    const victim = spawn(process.execPath, ['--import=tsx', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(victim, 'exit');
    let told = 0;
    for await (const line of createInterface({ input: victim.stdout })) {
      told = Number(line);
      if (told === 200) victim.kill('SIGKILL');
    }
    await exited;
    const players = (await read()).map((entry) => Number(entry.player));
    assert.ok(told >= 200 && players.length >= told);
    assert.deepEqual(
      players,
      players.map((_, index) => index + 1),
    );
  });
});
