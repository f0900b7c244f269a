import type { PushedEntry, PushEntry, PushingEntry, ReceiptEntry } from '../../ledger/entry.js';

/** One push, as the ledger of the service that made it tells it. */
export class PushRecord {
  readonly answers: PushedEntry[] = [];
  readonly #receipts: ReceiptEntry[] = [];

  constructor(readonly made: PushingEntry) {}

  add(entry: Exclude<PushEntry, PushingEntry>): void {
    if (entry.event === 'pushed') this.answers.push(entry);
    else this.#receipts.push(entry);
  }

  /** The gateway said that it arrives: it was delivered, is kept, or held for its request. */
  get isAccepted(): boolean {
    return this.answers.some(({ outcome }) => outcome === 'delivered' || outcome === 'kept' || outcome === 'held');
  }

  /** The gateway said that it never arrives. */
  get isRefused(): boolean {
    return (
      this.answers.length > 0 && this.answers.every(({ outcome }) => outcome === 'refused' || outcome === 'dropped')
    );
  }

  /** Of a push to many: players whose queue was full. */
  get refusedReceivers(): number {
    return Math.max(0, ...this.answers.map(({ refused }) => refused));
  }

  has(outcome: PushedEntry['outcome']): boolean {
    return this.answers.some((answer) => answer.outcome === outcome);
  }

  /** Unix ms at which the first answer was there; Infinity if none came. */
  get answeredAt(): number {
    return Math.min(...this.answers.filter(({ outcome }) => outcome !== 'unanswered').map(({ at }) => at));
  }

  receipt(kind: string, player: string): ReceiptEntry | undefined {
    return this.#receipts.find((receipt) => receipt.kind === kind && receipt.player === player);
  }

  get receipts(): readonly ReceiptEntry[] {
    return this.#receipts;
  }

  /** Sequenced and not bound: it has its place among all that its sender pushes. */
  get isInLine(): boolean {
    return this.made.class !== 'volatile' && this.made.boundTo === '';
  }

  /** Whether it was made after `other`. */
  isAfter({ made }: PushRecord): boolean {
    const { sender, number, at } = this.made;
    return sender === made.sender ? number > made.number : at > made.at;
  }
}
