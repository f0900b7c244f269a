import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Recorder } from '../support/recorder.js';
import { SessionWorld } from '../support/session-world.js';

const document = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

interface Frame {
  readonly from: 'C' | 'G';
  /** Parts in order: bytes, or the name of something that varies. */
  readonly parts: readonly (Uint8Array | string)[];
}

/** Length of what stands in braces in the document. */
const VARYING_BYTES = 122;
const TOKEN = /"(?:[^"\\]|\\.)*"|\{[^}]+\}|[0-9a-f]{2}|\S+/g;

/** The frames of each block, in order. */
function readExchange(text: string): Frame[][] {
  const blocks = [...text.matchAll(/^```exchange\n([^]*?)^```$/gm)];
  return blocks.map(([, block = '']) => {
    const frames: { from: 'C' | 'G'; parts: (Uint8Array | string)[] }[] = [];
    for (const line of block.trimEnd().split('\n')) {
      const [, from, bytes = ''] = /^([CG ]) (.*?)(?:\s*; .*)?$/.exec(line) ?? assert.fail(`unreadable: ${line}`);
      if (from === 'C' || from === 'G') frames.push({ from, parts: [] });
      frames.at(-1)!.parts.push(...(bytes.match(TOKEN) ?? []).map(readPart));
    }
    return frames;
  });
}

function readPart(part: string): Uint8Array | string {
  if (part.startsWith('"')) return new TextEncoder().encode(JSON.parse(part) as string);
  if (part.startsWith('{')) return part;
  assert.match(part, /^[0-9a-f]{2}$/);
  return Uint8Array.of(Number.parseInt(part, 16));
}

/** Plays the client's frames against a Session as the gateway has it, and compares what that writes. */
class Replay {
  readonly world = new SessionWorld();
  readonly #varying = new Map<string, Buffer>();
  #client: Recorder | undefined;
  #read = 0;

  get client(): Recorder {
    return this.#client!;
  }

  async connect(): Promise<void> {
    const dialled = this.world.network.dialer().dial('memory://gateway', new AbortController().signal);
    await this.world.settle();
    this.#client = new Recorder(await dialled).open();
    this.#read = 0;
  }

  async play(frames: readonly Frame[]): Promise<void> {
    for (const { from, parts } of frames) {
      await this.world.settle();
      if (from === 'C') this.client.connection.write(Buffer.concat(parts.map((part) => this.#known(part))));
      else for (const part of parts) this.#expect(part);
    }
    await this.world.settle();
    assert.equal(this.client.bytes, this.#read, 'the gateway wrote more than the document says');
  }

  #known(part: Uint8Array | string): Uint8Array {
    return typeof part === 'string' ? this.#varying.get(part)! : part;
  }

  #expect(part: Uint8Array | string): void {
    const length = typeof part === 'string' ? VARYING_BYTES : part.length;
    const bytes = Buffer.from(this.client.received.subarray(this.#read, this.#read + length));
    this.#read += length;
    if (typeof part === 'string') this.#varying.set(part, bytes);
    else assert.equal(bytes.toString('hex'), Buffer.from(part).toString('hex'), `byte ${this.#read - length}`);
  }
}

describe('the worked exchange in docs/protocol.md', () => {
  it('is what a session writes, byte for byte', async () => {
    const [login, ask, answer, askAgain, resume, leave, ...rest] = readExchange(document);
    assert.ok(leave !== undefined && rest.length === 0, 'the story has six blocks');
    const replay = new Replay();
    const { world } = replay;

    await replay.connect();
    await replay.play(login!);
    await replay.play(ask!);
    world.upstream.answer(1, {
      payload: Buffer.from('{"rolled":4}'),
      before: [{ topic: 'rolling', payload: Buffer.of(), headers: {}, id: '' }],
      after: [{ topic: 'rolled', payload: Buffer.from('4'), headers: {}, id: '' }],
    });
    await replay.play(answer!);
    await replay.play(askAgain!);

    world.network.wires[0]!.cut();
    world.players.find('ada')!.notify({ topic: 'mail', payload: Buffer.from('hi') }, undefined, Infinity);
    await world.settle();
    await replay.connect();
    await replay.play(resume!);

    world.upstream.answer(2, { payload: Buffer.from('{"rolled":1}') });
    await replay.play(leave);
    assert.deepEqual(replay.client.closes, [{ code: 4508, reason: 'bye', remote: true }]);
  });
});
