import type { Item } from '../../../lib/client/browser.js';

/** One item of a unit, as it is shown. */
export type Part =
  | { readonly kind: 'notify'; readonly topic: string; readonly text: string }
  | { readonly kind: 'response'; readonly clientSeq: number; readonly code: number; readonly text: string };

/** What the page's own request that a unit answers was. */
export interface Question {
  readonly action: string;
  readonly tookMs: number;
  /** Asked by a click, not by the steady traffic. */
  readonly byHand: boolean;
}

/** One server seq and what came under it. */
export interface Unit {
  readonly kind: 'unit';
  readonly seq: number;
  /** It came in the replay after a reconnect. */
  readonly replayed: boolean;
  readonly parts: readonly Part[];
  /** Of all its payloads. */
  readonly bytes: number;
  /** Known a moment after the unit: when the promise of the request goes on. */
  question: Question | undefined;
}

export type Tone = 'plain' | 'good' | 'bad';

/** Something that happened to the client or to those it talks to. */
export interface Happening {
  readonly kind: 'happening';
  readonly tone: Tone;
  readonly text: string;
  readonly time: Date;
}

export type Entry = Unit | Happening;

/** Entries that are kept until somebody looks: a hidden tab draws nothing. As many as the list shows. */
export const MAX_NEW = 120;
/** Units whose question isn't known yet: far more than requests can be pending (256 a player). */
const MAX_OPEN = 1024;
const MAX_TEXT = 200;
const decoder = new TextDecoder();

/** Everything that came and happened, in order, until it is taken to be shown. */
export class Journal {
  #new: Entry[] = [];
  #skipped = 0;
  #unnumbered = 0;
  readonly #open = new Map<number, Unit>();

  /** Volatile units that came. They have no place in the order, so they are counted here, and not listed. */
  get unnumbered(): number {
    return this.#unnumbered;
  }

  unit(seq: number, items: readonly Item[], replayed: boolean): Unit {
    const parts = items.map(partOf).filter((part) => part !== undefined);
    const bytes = items.reduce((sum, item) => sum + bytesOf(item), 0);
    const unit: Unit = { kind: 'unit', seq, replayed, parts, bytes, question: undefined };
    for (const part of parts) if (part.kind === 'response') this.#expectQuestion(part.clientSeq, unit);
    if (seq === 0) this.#unnumbered++;
    else this.#add(unit);
    return unit;
  }

  /** Says which request the unit with the Response to `clientSeq` answered. */
  asked(clientSeq: number, question: Question): void {
    const unit = this.#open.get(clientSeq);
    if (unit !== undefined) unit.question = question;
    this.#open.delete(clientSeq);
  }

  happened(text: string, tone: Tone = 'plain'): void {
    this.#add({ kind: 'happening', tone, text, time: new Date() });
  }

  /** Request numbers begin again. */
  newEpoch(): void {
    this.#open.clear();
  }

  /** What came since the last call, oldest first; `skipped` entries before it were too many to keep. */
  take(): { readonly entries: readonly Entry[]; readonly skipped: number } {
    const taken = { entries: this.#new, skipped: this.#skipped };
    this.#new = [];
    this.#skipped = 0;
    return taken;
  }

  #expectQuestion(clientSeq: number, unit: Unit): void {
    this.#open.set(clientSeq, unit);
    if (this.#open.size > MAX_OPEN) this.#open.delete(this.#open.keys().next().value!);
  }

  #add(entry: Entry): void {
    this.#new.push(entry);
    if (this.#new.length <= MAX_NEW) return;
    this.#new.shift();
    this.#skipped++;
  }
}

function partOf(item: Item): Part | undefined {
  if (item.kind === 'notify') {
    const { topic, payload } = item.notify;
    return { kind: 'notify', topic, text: readable(payload) };
  }
  if (item.kind !== 'response') return undefined;
  const { clientSeq, code, message, payload } = item.response;
  return { kind: 'response', clientSeq, code, text: message === '' ? readable(payload) : message };
}

function bytesOf(item: Item): number {
  if (item.kind === 'notify') return item.notify.payload.length;
  return item.kind === 'response' ? item.response.payload.length : 0;
}

function readable(payload: Uint8Array): string {
  return decoder.decode(payload.subarray(0, MAX_TEXT));
}
