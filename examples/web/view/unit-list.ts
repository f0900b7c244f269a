import { MAX_NEW } from '../model/journal.js';
import type { Entry, Happening, Journal, Part, Unit } from '../model/journal.js';
import { byId, element, setText } from './dom.js';

/** Rows that are kept: some screens full. */
const MAX_ROWS = MAX_NEW;
/** Nobody reads faster. */
const LOOK_MS = 150;

/** What came, newest first: each server seq with its notifies on both sides of the Response, and what happened between. */
export class UnitList {
  readonly #list = byId('units', HTMLOListElement);
  readonly #empty = byId('no-units', HTMLElement);
  readonly #unlisted = byId('unlisted', HTMLElement);
  #lookedAt = 0;

  show(now: number, journal: Journal): void {
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    const { unnumbered } = journal;
    setText(this.#unlisted, unnumbered === 0 ? '' : `and ${unnumbered} volatile ones, without a number`);
    const { entries, skipped } = journal.take();
    if (entries.length === 0) return;
    this.#empty.hidden = true;
    const rows = entries.map(rowOf).reverse();
    if (skipped > 0) rows.push(element('li', 'skipped', `${skipped} more came too fast to be listed`));
    this.#list.prepend(...rows);
    while (this.#list.childElementCount > MAX_ROWS) this.#list.lastElementChild!.remove();
  }
}

function rowOf(entry: Entry): HTMLLIElement {
  return entry.kind === 'unit' ? unitRow(entry) : happeningRow(entry);
}

function unitRow(unit: Unit): HTMLLIElement {
  const middle = unit.parts.findIndex((part) => part.kind === 'response');
  const before = unit.parts.slice(0, Math.max(middle, 0)).map((part) => notifyChip(part, 'before'));
  const after = unit.parts.slice(middle + 1).map((part) => notifyChip(part, middle < 0 ? 'alone' : 'after'));
  const response = unit.parts[middle];
  const row = element(
    'li',
    'unit',
    element('span', 'seq', `${unit.seq}`),
    element('span', 'before', ...before),
    element('span', 'answer', ...(response?.kind === 'response' ? [responseChip(response, unit)] : [])),
    element('span', 'after', ...after),
    element('span', 'mark', ...(unit.replayed ? [element('span', 'tag', 'replayed')] : [])),
  );
  row.classList.toggle('replayed', unit.replayed);
  row.classList.toggle('by-hand', unit.question?.byHand === true);
  return row;
}

function notifyChip(part: Part, side: 'before' | 'after' | 'alone'): HTMLElement {
  if (part.kind === 'response') return element('span', 'chip');
  const { number, of, rolled } = fieldsOf(part.text);
  const detail =
    typeof rolled === 'number' ? ` ${rolled}` : typeof of === 'number' && of > 1 ? ` ${String(number)}` : '';
  const chip = element('span', 'chip notify', `${part.topic}${detail}`);
  chip.dataset.side = side;
  chip.title = `Notify, ${side === 'alone' ? 'on its own' : `${side} the Response`}\n${part.text}`;
  return chip;
}

function responseChip(part: Extract<Part, { kind: 'response' }>, { question }: Unit): HTMLElement {
  const isFine = part.code >= 200 && part.code < 300;
  const chip = element(
    'span',
    `chip response ${isFine ? 'fine' : 'failed'}`,
    element('b', '', question?.action ?? 'earlier request'),
    ` ${isFine ? '' : `${part.code} `}`,
    element('span', 'text', preview(part.text)),
  );
  if (question !== undefined) chip.append(element('span', 'took', milliseconds(question.tookMs)));
  chip.title = `Response ${part.code} to request ${part.clientSeq}\n${part.text}`;
  return chip;
}

function happeningRow({ tone, text, time }: Happening): HTMLLIElement {
  const row = element(
    'li',
    'happening',
    element('span', 'what', text),
    element('time', '', time.toLocaleTimeString('en-GB')),
  );
  row.dataset.tone = tone;
  return row;
}

function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** The fields of a JSON object in a few words, without the key that every answer carries; other text as it is. */
function preview(text: string): string {
  const fields = Object.entries(fieldsOf(text)).filter(([name]) => name !== 'key');
  const words = fields.map(([name, value]) => `${name} ${JSON.stringify(value).replaceAll('"', '')}`);
  return words.length === 0 ? text : words.join(', ');
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
