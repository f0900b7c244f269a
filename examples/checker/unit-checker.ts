import type { Item } from '../../lib/client/browser.js';

/** What can go wrong between a service and an application. */
export type ViolationKind = 'lost' | 'duplicated' | 'reordered' | 'misplaced';

export interface Violation {
  readonly kind: ViolationKind;
  readonly story: string;
}

export const violationKinds: readonly ViolationKind[] = ['lost', 'duplicated', 'reordered', 'misplaced'];

/** Newest ids and answered requests that are remembered to notice a repetition: far more than can be under way. */
const MEMORY = 20_000;

/** What the example services write into a notify that belongs to a request. */
interface Placed {
  readonly key: string;
  readonly place: 'before' | 'after';
}

/**
 * Watches what one client delivers to its application, unit by unit, and trusts nobody: numbers must rise by one unless
 * the gap was told, nothing may come twice, and the notifies of a request must stand on their side of its Response, in
 * the unit of that Response. A volatile unit has no number: it may be missing, but not come twice. Runs in a browser too.
 */
export class UnitChecker {
  readonly violations: Violation[] = [];
  readonly #who: string;
  readonly #seen = new Memory(MEMORY);
  #epoch = '';
  #last = 0;
  #told: { from: number; to: number } | undefined;

  constructor(who: string) {
    this.#who = who;
  }

  /** A Welcome: the epoch of the numbers from now on, and what it said is lost. */
  welcomed(epoch: string, lost: { readonly from: number; readonly to: number } | undefined): void {
    if (epoch !== this.#epoch) this.#last = 0;
    this.#epoch = epoch;
    this.#told = lost;
  }

  /**
   * @param seq   0: volatile
   * @param voids numbers right before `seq` that the gateway said are void
   */
  unit(seq: number, items: readonly Item[], voids = 0): void {
    if (seq > 0) this.#order(seq, voids);
    const middle = items.findIndex((item) => item.kind === 'response');
    const response = middle < 0 ? undefined : items[middle];
    const clientSeq = response?.kind === 'response' ? response.response.clientSeq : 0;
    if (clientSeq > 0) this.#once(`response ${this.#epoch}/${clientSeq}`);
    items.forEach((item, index) => {
      if (item.kind !== 'notify') return;
      const { id, boundClientSeq } = item.notify;
      if (id !== '') this.#once(`notify ${id}`);
      this.#binding(boundClientSeq, clientSeq, seq);
      const placed = readPlace(item.notify.payload);
      if (placed !== undefined) this.#place(placed, clientSeq, index < middle ? 'before' : 'after', seq);
    });
  }

  #order(seq: number, voids: number): void {
    const gap = seq - this.#last - 1;
    if (gap < 0) this.#violate(seq === this.#last ? 'duplicated' : 'reordered', `unit ${seq} after unit ${this.#last}`);
    else if (gap > voids && !this.#wasTold(seq)) this.#violate('lost', `units between ${this.#last} and ${seq}`);
    this.#last = Math.max(this.#last, seq);
  }

  #wasTold(seq: number): boolean {
    return this.#told !== undefined && this.#last + 1 >= this.#told.from && seq - 1 <= this.#told.to;
  }

  #once(what: string): void {
    if (!this.#seen.add(what)) this.#violate('duplicated', `${what} came again`);
  }

  #place({ key, place }: Placed, clientSeq: number, side: 'before' | 'after', seq: number): void {
    if (key === `${this.#epoch}/${clientSeq}` && place === side) return;
    this.#violate('misplaced', `a notify that belongs ${place} ${key} stands in unit ${seq}, ${side} ${clientSeq}`);
  }

  /** One that is bound to another request has no business here; alone in its unit it came too late for its own. */
  #binding(boundTo: number, clientSeq: number, seq: number): void {
    if (boundTo === 0 || clientSeq === 0 || boundTo === clientSeq) return;
    this.#violate('misplaced', `a notify bound to request ${boundTo} stands in unit ${seq}, around ${clientSeq}`);
  }

  #violate(kind: ViolationKind, story: string): void {
    this.violations.push({ kind, story: `${this.#who}: ${story}` });
  }
}

function readPlace(payload: Uint8Array): Placed | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(payload)) as Partial<Placed> | null;
    const isPlaced = typeof value?.key === 'string' && (value.place === 'before' || value.place === 'after');
    return isPlaced ? (value as Placed) : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers the newest `limit` texts. */
class Memory {
  readonly #texts = new Set<string>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False if it was there already. */
  add(text: string): boolean {
    if (this.#texts.has(text)) return false;
    this.#texts.add(text);
    if (this.#texts.size > this.#limit) this.#texts.delete(this.#texts.values().next().value!);
    return true;
  }
}
