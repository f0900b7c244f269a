/**
 * When a client was there, in Unix ms, as it saw it itself. On the gateway a session begins a little before and ends a
 * little after, so who was present here was present there.
 */
export class Presence {
  #since = Infinity;
  #until = Infinity;
  #awaySince: number | undefined = 0;
  readonly #absences: { readonly from: number; readonly to: number }[] = [];

  /** It was welcomed for the first time: from here on the gateway knows it. */
  knownFrom(at: number): void {
    this.#since = Math.min(this.#since, at);
  }

  /** What is sent to it from here on need not arrive any more. */
  leavesAt(at: number): void {
    this.#until = Math.min(this.#until, at);
  }

  back(at: number): void {
    if (this.#awaySince !== undefined) this.#absences.push({ from: this.#awaySince, to: at });
    this.#awaySince = undefined;
  }

  gone(at: number): void {
    this.#awaySince ??= at;
  }

  /** Whether the gateway knew it, live or away, all the time from `from` on, and what was sent by `to` had to arrive. */
  isKnown(from: number, to: number): boolean {
    return this.#since < from && to < this.#until;
  }

  /** Whether what was sent by `to` had to arrive. */
  isThereAfter(to: number): boolean {
    return to < this.#until;
  }

  /** Whether its link stood all the time. */
  isLive(from: number, to: number): boolean {
    if (this.#awaySince !== undefined && this.#awaySince <= to) return false;
    return !this.#absences.some((absence) => absence.from <= to && from <= absence.to);
  }
}
