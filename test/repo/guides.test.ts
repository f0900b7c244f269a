import assert from 'node:assert/strict';
import { freePort, Page, Reader } from './reader.js';

describe('The guides, as a reader follows them', function () {
  // Processes are started, each with a loader to compile: slow where others compile too.
  this.timeout(120_000);
  let reader: Reader;

  beforeEach(() => (reader = new Reader()));
  afterEach(() => reader.stop());

  it('docs/push.md pushes to a player, a zone and everyone, and prints what the page says', async () => {
    const page = new Page('docs/push.md');
    const here = await reader.start();
    const printed = await reader.node(reader.save('push.mjs', here(page.block('push.mjs'))));
    assert.equal(printed, page.after('prints, against `npm start` with nobody else there,'));
  });

  it('docs/push.md pushes over HTTP, and is answered what the page says', async () => {
    const page = new Page('docs/push.md');
    const here = await reader.start();
    await reader.client('--player ann --action echo');
    const calls = page.lines('curl -s ').map((line) => {
      const [, url, header, value, body] = /^(\S+) -H '([\w-]+): ([^']*)' -d '([^']*)'$/.exec(here(line))!;
      return { url: url!, headers: { [header!]: value! }, body: body! };
    });
    const answers: string[] = [];
    for (const { url, headers, body } of calls) {
      answers.push(await (await fetch(url, { method: 'POST', headers, body })).text());
    }
    assert.deepEqual(answers, page.after('answer, with ann away and nobody else there,').trim().split('\n'));
  });

  it('docs/services.md serves a shop that answers what the page says', async () => {
    const page = new Page('docs/services.md');
    const port = await freePort();
    const its = (text: string): string => text.replaceAll('127.0.0.1:8085', `127.0.0.1:${port}`);
    const here = await reader.start(reader.save('shop.yaml', its(page.block('shop.yaml'))));
    await reader.serve(reader.save('shop.mjs', here(its(page.block('shop.mjs')))), port);
    let printed = '';
    for (const line of page.lines('npm run client -- ')) printed += await reader.client(line);
    assert.equal(printed, page.after('The first prints the answer, the others what the service said:'));
  });
});
