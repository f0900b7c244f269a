import { createInterface } from 'node:readline/promises';
import { RequestError, type GatesvrClient, type Item } from '../../lib/client/node.js';

const HELP = `  ACTION [PAYLOAD]      a request: echo hi · sum [1,2,3] · around {"before":2,"after":1} · zone.roll · slow {"ms":3000}
  /cut [SECONDS]        break the link, and stay away for a while
  /state                where this client stands
  /quit`;

/** Reads requests from the terminal and shows every unit that comes, with its server seq. */
export async function talk(client: GatesvrClient): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' });
  const say = (text: string) => {
    process.stdout.write(`\r\x1b[K${text}\n`);
    lines.prompt(true);
  };
  client.onStateChange((state) => say(`  ${state}`));
  client.onResume((verdict, reason) => say(`  resume: ${verdict}${reason === '' ? '' : ` (${reason})`}`));
  client.onKick((reason, message) => say(`  kicked: ${reason} ${message}`));
  client.onUnit((seq, items, replayed) => say(`  #${seq}${replayed ? ' again' : ''}  ${items.map(show).join('  ')}`));
  void client.closed.then(({ reason }) => {
    say(`  closed: ${reason}`);
    lines.close();
  });
  console.log(HELP);
  lines.prompt();
  for await (const line of lines) {
    const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*)$/.exec(line) ?? [];
    if (word === '/quit') break;
    if (word.startsWith('/')) command(client, word, rest, say);
    else if (word !== '') void ask(client, word, rest, say);
    lines.prompt();
  }
  lines.close();
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

function show(item: Item): string {
  if (item.kind === 'response') return `[response ${item.response.clientSeq}: ${item.response.code}]`;
  return item.kind === 'notify' ? `(${item.notify.topic})` : `(${item.kind ?? 'unknown'})`;
}
