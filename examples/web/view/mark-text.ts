import type { Part } from '../model/journal.js';
import { seconds } from '../model/player.js';
import type { AckMark, Mark, RequestMark, UnitMark } from '../model/timeline.js';

/** What a mark of the timeline was, in words. */
export interface MarkText {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
}

/** @param now on performance.now()'s scale */
export function textOf(mark: Mark, now: number): MarkText {
  if (mark.kind === 'request') return requestText(mark, now);
  return mark.kind === 'ack' ? ackText(mark) : unitText(mark, now);
}

/** The same as one sentence, to be read out. */
export function sentenceOf(mark: Mark, now: number): string {
  const { title, rows } = textOf(mark, now);
  return [title, ...rows.map(([name, value]) => `${name} ${value}`)].join(', ');
}

function requestText(mark: RequestMark, now: number): MarkText {
  const number = mark.clientSeq > 0 ? ` ${mark.clientSeq}` : '';
  const rows: [string, string][] = [
    ['size', bytes(mark.bytes)],
    ['became', fateOf(mark, now)],
  ];
  return { title: `Request${number}: ${mark.action}`, rows };
}

function fateOf({ at, until, code, fault }: RequestMark, now: number): string {
  if (until === Infinity) return `unanswered for ${seconds(now - at)}`;
  if (code === 0) return `${fault}, after ${seconds(until - at)}`;
  return `answered ${code} after ${duration(until - at)}`;
}

function ackText({ from, to }: AckMark): MarkText {
  const which = from === to ? `unit ${to}` : `units ${from} to ${to}`;
  return { title: `Acknowledged up to ${to}`, rows: [['new', which]] };
}

const laneTexts: Readonly<Record<UnitMark['lane'], string>> = {
  responses: 'Response',
  notifies: 'Notify',
  latest: 'Notify, latest value only',
  volatile: 'Volatile notify: not numbered, not kept',
};

function unitText({ at, lane, unit, acknowledgedAt }: UnitMark, now: number): MarkText {
  const title = unit.seq === 0 ? laneTexts[lane] : `Unit ${unit.seq}: ${laneTexts[lane]}`;
  const rows: [string, string][] = [];
  const middle = unit.parts.findIndex(({ kind }) => kind === 'response');
  const response = unit.parts[middle];
  if (response?.kind === 'response') {
    rows.push(['answers', `${unit.question?.action ?? 'request'} (request ${response.clientSeq})`]);
    if (response.code < 200 || response.code > 299) rows.push(['code', `${response.code}`]);
    rows.push(...around(unit.parts, middle));
    if (unit.question !== undefined) rows.push(['took', duration(unit.question.tookMs)]);
  } else {
    rows.push(['topic', topics(unit.parts)]);
  }
  rows.push(['size', bytes(unit.bytes)]);
  if (unit.replayed) rows.push(['came', 'in the replay']);
  if (unit.seq > 0) {
    const told =
      acknowledgedAt === undefined ? `not yet, for ${seconds(now - at)}` : `after ${duration(acknowledgedAt - at)}`;
    rows.push(['acknowledged', told]);
  }
  return { title, rows };
}

function around(parts: readonly Part[], middle: number): [string, string][] {
  const before = parts.slice(0, middle);
  const after = parts.slice(middle + 1);
  const rows: [string, string][] = [];
  if (before.length > 0) rows.push(['before it', topics(before)]);
  if (after.length > 0) rows.push(['after it', topics(after)]);
  return rows;
}

/** Each topic once, with how often it is there. */
function topics(parts: readonly Part[]): string {
  const counts = new Map<string, number>();
  for (const part of parts) {
    if (part.kind === 'notify') counts.set(part.topic, (counts.get(part.topic) ?? 0) + 1);
  }
  return [...counts].map(([topic, count]) => (count === 1 ? topic : `${count} × ${topic}`)).join(', ');
}

/** In milliseconds with a digit where it matters. */
export function duration(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : seconds(ms);
}

function bytes(count: number): string {
  return count < 1024 ? `${count} B` : `${(count / 1024).toFixed(1)} KiB`;
}
