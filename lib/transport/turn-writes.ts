/** Who has something to send at the end of the turn. */
export interface Flushable {
  flush(): void;
}

/** Sends what connections were given in one turn of the event loop when that ends: one immediate serves them all. */
export class TurnWrites {
  #touched: Flushable[] = [];
  #scheduled = false;

  /** `connection` is flushed at the end of this turn. */
  touch(connection: Flushable): void {
    this.#touched.push(connection);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  /** Sends now, for a caller that knows that its turn is over. */
  flush(): void {
    if (this.#touched.length === 0) return;
    const touched = this.#touched;
    this.#touched = [];
    for (const connection of touched) connection.flush();
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    this.flush();
  };
}
