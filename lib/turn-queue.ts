/**
 * Runs work at the end of the present turn of the event loop, all of it in one go: what many events of a turn cause is
 * done once. One immediate a turn serves everybody.
 */
export class TurnQueue {
  readonly #done: () => void;
  #work: (() => void)[] = [];
  #after: (() => void)[] = [];
  #scheduled = false;

  /** @param done called last, after all work of a turn: for what the work itself left to the end of the turn */
  constructor(done: () => void = () => undefined) {
    this.#done = done;
  }

  readonly schedule = (work: () => void): void => {
    this.#work.push(work);
    this.#arm();
  };

  /** Runs `work` when all that is scheduled for the end of this turn is done. */
  readonly after = (work: () => void): void => {
    this.#after.push(work);
    this.#arm();
  };

  #arm(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    const work = this.#work;
    const after = this.#after;
    this.#work = [];
    this.#after = [];
    for (const item of work) item();
    this.#done();
    for (const item of after) item();
  };
}
