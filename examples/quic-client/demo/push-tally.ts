import type { History } from './history.js';
import type { PushRecord } from './push-record.js';

/** What must have been pushed for a run to prove anything, by the word that tells it. */
const kinds: Readonly<Record<string, readonly [word: string, isIt: (record: PushRecord) => boolean][]>> = {
  target: (['player', 'session', 'zone', 'everyone'] as const).map((word) => [
    word,
    ({ made }) => made.target === word,
  ]),
  place: [
    ['alone', ({ made }) => made.boundTo === ''],
    ['before an answer', ({ made }) => made.place === 'before'],
    ['after an answer', ({ made }) => made.place === 'after'],
  ],
  class: (['reliable', 'latest', 'volatile'] as const).map((word) => [word, ({ made }) => made.class === word]),
  more: [
    ['with a time to live', ({ made }) => made.ttlMs > 0],
    ['said twice', ({ answers }) => answers.length > 1],
    ['to those online', ({ made }) => made.onlineOnly],
  ],
};

/** How many pushes of each kind there were. */
export class PushTally {
  readonly total: number;
  /** "player 10, session 3, zone 4, everyone 2" and so on, a line for each way to tell pushes apart. */
  readonly lines: readonly string[];
  /** What became of them, by the gateway's word: "delivered 17, kept 2". */
  readonly outcomes: string;
  /** Kinds of which none was taken by the gateway and seen by a client. */
  readonly missing: readonly string[];

  constructor(records: readonly PushRecord[], histories: readonly History[]) {
    const taken = records.filter((record) => record.isAccepted && isSeen(record, histories));
    const missing: string[] = [];
    this.total = records.length;
    this.lines = Object.values(kinds).map((row) =>
      row
        .map(([word, isIt]) => {
          const count = taken.filter(isIt).length;
          if (count === 0) missing.push(word);
          return `${count} ${word}`;
        })
        .join(', '),
    );
    this.missing = missing;
    this.outcomes = describe([...records.map(outcomeOf), ...records.flatMap(latelyBecame)]);
  }
}

function isSeen({ made }: PushRecord, histories: readonly History[]): boolean {
  return histories.some(({ pushes }) => pushes.has(made.id));
}

function outcomeOf({ answers }: PushRecord): string {
  return answers[0]?.outcome ?? 'unanswered';
}

/** What the gateway told later, apart from what was hoped for. */
function latelyBecame({ receipts }: PushRecord): string[] {
  const hoped = ['acknowledged', 'placed'];
  return receipts.map(({ kind }) => kind).filter((kind) => !hoped.includes(kind));
}

function describe(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}
