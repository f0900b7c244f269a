import { styleText } from 'node:util';
import type { Writable } from 'node:stream';
import { isInstalled } from './paths.js';
import type { DevState } from './dev-state.js';

export type Output = Writable & { readonly isTTY?: boolean };

/** Longest name of a process. */
const NAME_WIDTH = 8;
const nameColors = ['cyan', 'green', 'magenta', 'blue', 'yellow'] as const;

type Style = 'bold' | 'dim' | (typeof nameColors)[number];

/** What a person sees of the set-up; in color on a terminal, unless NO_COLOR is set. */
export class Terminal {
  readonly #output: Output;
  readonly #names: string[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  /** A line of a process, its name in front. */
  line(name: string, line: string): void {
    if (!this.#names.includes(name)) this.#names.push(name);
    const color = nameColors[this.#names.indexOf(name) % nameColors.length]!;
    this.#output.write(`${this.#paint(color, `${name.padEnd(NAME_WIDTH)} |`)} ${line}\n`);
  }

  /** Where everything is, and what to try. */
  summary(state: DevState): void {
    const { gateway, services, ledgerDirectory } = state;
    const rows = [
      this.#row('page', state.pageUrl, 'open it in Chromium'),
      this.#row('gateway', gateway.url, 'WebTransport, WebSocket'),
      this.#row('admin', gateway.adminUrl, '/healthz /readyz /metrics, POST /v1/push'),
      this.#row('pushes', gateway.pushAddress, 'gRPC'),
      ...Object.entries(services).map(([name, port]) => this.#row(name, `127.0.0.1:${port}`, 'gRPC')),
      ...(ledgerDirectory === null ? [] : [this.#row('ledger', ledgerDirectory, '')]),
    ];
    const commands = tries.map(([args, note]) => `    ${clientCommand(args).padEnd(46)}${this.#paint('dim', note)}`);
    const title = `  ${this.#paint('bold', `gatesvr ${state.version}`)} is up`;
    const end = `  ${this.#paint('dim', 'Ctrl-C stops it all.')}`;
    this.#output.write(['', title, '', ...rows, '', '  Try', ...commands, '', end, '', ''].join('\n'));
  }

  #row(name: string, where: string, note: string): string {
    const place = note === '' ? where : where.padEnd(34);
    return `    ${this.#paint('bold', name.padEnd(10))}${this.#paint('cyan', place)}${this.#paint('dim', note)}`;
  }

  #paint(style: Style, text: string): string {
    const colored = this.#output.isTTY === true && (process.env.NO_COLOR ?? '') === '';
    return colored && text !== '' ? styleText(style, text) : text;
  }
}

const tries: readonly [string, string][] = [
  ['', 'talk to it by hand'],
  [' --action echo --data hi', 'one request'],
  [' --demo', '50 clients, 500 cuts, everything counted'],
  [' --demo --kill business', 'the same, with Business killed every 5 s'],
];

/** The example client as one types it: by npm in a checkout, by npx where the package is installed. */
function clientCommand(args: string): string {
  if (isInstalled()) return `npx gatesvr client${args}`;
  return args === '' ? 'npm run client' : `npm run client --${args}`;
}
