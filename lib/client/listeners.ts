/** Who wants to hear of one kind of event. A listener that throws is reported and harms no other. */
export class Listeners<Args extends unknown[]> {
  readonly #report: (error: unknown) => void;
  /** Never changed in place, so an event reaches those who listened when it began. */
  #all: readonly ((...args: Args) => void)[] = [];

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  /** @returns takes the listener back */
  add(listener: (...args: Args) => void): () => void {
    // Wrapped, so that a function that was added twice is taken back once.
    const own = (...args: Args): void => listener(...args);
    this.#all = [...this.#all, own];
    return () => {
      this.#all = this.#all.filter((other) => other !== own);
    };
  }

  emit(...args: Args): void {
    for (const listener of this.#all) {
      try {
        listener(...args);
      } catch (error) {
        this.#report(error);
      }
    }
  }
}
