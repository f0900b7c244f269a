import assert from 'node:assert/strict';
import { freePort, Page, Reader } from './reader.js';

const readme = new Page('README.md');

function linesOfCode(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '').length;
}

describe('README.md, as a reader follows it', function () {
  // Processes are started, each with a loader to compile: slow where others compile too.
  this.timeout(120_000);
  let reader: Reader;

  beforeEach(() => (reader = new Reader()));
  afterEach(() => reader.stop());

  it('the client prints what the page says', async () => {
    const here = await reader.start();
    const snippet = readme.block('client.mjs');
    assert.ok(linesOfCode(snippet) <= 15);
    const printed = await reader.node(reader.save('client.mjs', here(snippet)));
    assert.match(printed, /^rolled [1-6]$/m);
    const unrolled = (text: string) => text.replace(/^rolled \d$/m, '');
    assert.equal(unrolled(printed), unrolled(readme.after('It prints')));
  });

  it('the service answers the request of the page', async () => {
    const port = await freePort();
    const here = (text: string): string => text.replaceAll('127.0.0.1:8084', `127.0.0.1:${port}`);
    const snippet = readme.block('guild.mjs');
    assert.ok(linesOfCode(snippet) <= 15);
    await reader.serve(reader.save('guild.mjs', here(snippet)), port);
    await reader.start(reader.save('guild.yaml', here(readme.block('guild.yaml'))));

    const [asked = ''] = readme.lines('npm run client -- --action guild.join');
    const client = (rest: string) => reader.client(`--action guild.join ${rest}`);
    assert.deepEqual(JSON.parse(await client(asked)), { guild: 'owls', member: 'you' });
    assert.equal(await client(asked.replace('"guild"', '"clan"')), '400 ANSWERED: guild.join: which guild?\n');
  });
});
