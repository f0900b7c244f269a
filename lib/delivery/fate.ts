/** What became of a notify after it was accepted; the words of Receipt in `upstream.proto`. */
export type Fate = 'placed' | 'late' | 'expired' | 'epoch-ended' | 'superseded' | 'acknowledged' | 'lost' | 'unknown';

/** Who pushed a notify and wants to hear what becomes of it. One may listen for many units of many players. */
export interface FateListener {
  /** Called in the middle of a change: take note, and change nothing. */
  fate(fate: Fate, playerId: string): void;
}

/** Several who listen for one unit: notifies of different senders placed around one Response. */
export class FateGroup implements FateListener {
  readonly #listeners: readonly FateListener[];

  constructor(listeners: readonly FateListener[]) {
    this.#listeners = listeners;
  }

  fate(fate: Fate, playerId: string): void {
    for (const listener of this.#listeners) listener.fate(fate, playerId);
  }
}
