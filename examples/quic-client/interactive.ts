import { createInterface } from 'node:readline/promises';
import { RequestError, type GatesvrClient, type Item } from '../../lib/client/node.js';

const HELP = `  ACTION [PAYLOAD]      a request: echo hi · sum [1,2,3] · around {"before":2,"after":1} · zone.roll · slow {"ms":3000}
  /cut [SECONDS]        break the link, and stay away for a while
  /state                where this client stands
  /quit`;

/**
 * Reads requests from the terminal and shows every unit that comes, with its server seq. Reads a pipe too: at its end
 * what was asked is waited for.
 */
export async function talk(client: GatesvrClient): Promise<void> {
  const { isTTY } = process.stdout;
  const lines = createInterface({ input: process.stdin, terminal: isTTY, output: process.stdout, prompt: '> ' });
  const prompt = () => {
    if (isTTY) lines.prompt(true);
  };
  const say = (text: string) => {
    process.stdout.write(isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
    prompt();
  };
  show(client, say);
  void client.closed.then(({ reason }) => {
    say(`  closed: ${reason}`);
    lines.close();
  });
  console.log(HELP);
  prompt();
  const asked: Promise<void>[] = [];
  for await (const line of lines) {
    const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*)$/.exec(line) ?? [];
    if (word === '/quit') return;
    if (word.startsWith('/')) command(client, word, rest, say);
    else if (word !== '') asked.push(ask(client, word, rest, say));
    prompt();
  }
  await Promise.all(asked);
}

/** Says what happens to the client, and what it is sent. */
function show(client: GatesvrClient, say: (text: string) => void): void {
  client.onStateChange((state) => say(`  ${state}`));
  client.onResume((verdict, reason) => say(`  resume: ${verdict}${reason === '' ? '' : ` (${reason})`}`));
  client.onKick((reason, message) => say(`  kicked: ${reason} ${message}`));
  client.onUnit((seq, items, replayed) => {
    say(`  #${seq}${replayed ? ' again' : ''}  ${items.map(describe).join('  ')}`);
  });
}

function command(client: GatesvrClient, word: string, rest: string, say: (text: string) => void): void {
  if (word === '/cut') client.dropLink(Number(rest) * 1000 || 0);
  else if (word === '/state')
    say(JSON.stringify({ ...client.progress, ...client.pendingRequests, ...client.counters }));
  else say(HELP);
}

async function ask(client: GatesvrClient, action: string, payload: string, say: (text: string) => void): Promise<void> {
  try {
    const reply = await client.request(action, payload);
    say(`= ${reply.text()}`);
  } catch (error) {
    say(error instanceof RequestError ? `! ${error.code} ${error.outcome}: ${error.message}` : `! ${String(error)}`);
  }
}

function describe(item: Item): string {
  if (item.kind === 'response') return `[response ${item.response.clientSeq}: ${item.response.code}]`;
  return item.kind === 'notify' ? `(${item.notify.topic})` : `(${item.kind ?? 'unknown'})`;
}
