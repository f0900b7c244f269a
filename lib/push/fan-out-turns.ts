import { GatesvrError } from '../errors.js';
import type { FanOut, TurnBudget } from './fan-out.js';

export interface FanOutTurnsParts {
  /** Runs work once what is due in this turn of the event loop has been written. */
  readonly afterTurn: (work: () => void) => void;
  /** What was to be written in this turn is written. */
  readonly written: () => void;
  /** All have been served, and what could be written is written. */
  readonly done: (fanOut: FanOut) => void;
}

/**
 * Units that all fan-outs together may place in one turn, about 1 µs each. Above `WRITES_PER_TURN`: what goes to players
 * who have something to write anyway leaves in the same write.
 */
const RECEIVERS_PER_TURN = 8_192;
/** Connections that fan-outs may wake in one turn: at 27 µs a QUIC write (DESIGN 5) the loop stands still for 28 ms. */
const WRITES_PER_TURN = 1_024;
/** Players of one fan-out before the next one has its go. */
const SLICE = 256;
/** Fan-outs under way at once. Each keeps its list of players and a frame: 64 × (50,000 × 16 B + 1 MiB) = 115 MB. */
const MAX_RUNNING = 64;

/** Spreads fan-outs over turns of the event loop, so that none of them holds up anything else, fair among them. */
export class FanOutTurns {
  readonly #parts: FanOutTurnsParts;
  #running: FanOut[] = [];
  /** Served in this turn; done when it is written. */
  #served: FanOut[] = [];
  #budget = freshBudget();
  #scheduled = false;
  #whenIdle: (() => void)[] = [];

  readonly #onTurnEnd = (): void => {
    this.#scheduled = false;
    this.#budget = freshBudget();
    const served = this.#served;
    this.#served = [];
    this.#parts.written();
    for (const fanOut of served) this.#parts.done(fanOut);
    this.#continue();
    if (this.isIdle) for (const resolve of this.#whenIdle.splice(0)) resolve();
  };

  constructor(parts: FanOutTurnsParts) {
    this.#parts = parts;
  }

  get running(): number {
    return this.#running.length;
  }

  get isIdle(): boolean {
    return this.#running.length === 0 && !this.#scheduled;
  }

  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Something was pushed: `written` is called at the end of this turn. */
  touch(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#parts.afterTurn(this.#onTurnEnd);
  }

  /**
   * Serves as many players as this turn allows, and the others in the next ones.
   * @returns whether all have been served
   * @throws GatesvrError TOO_MANY_PUSHES
   */
  start(fanOut: FanOut): boolean {
    if (this.#running.length >= MAX_RUNNING) throw new GatesvrError('TOO_MANY_PUSHES', 'to many players at once');
    this.touch();
    // Those under way come first: what is left of the turn is theirs.
    if (this.#running.length === 0 && fanOut.step(this.#budget, Infinity)) {
      this.#served.push(fanOut);
      return true;
    }
    this.#running.push(fanOut);
    return false;
  }

  #continue(): void {
    if (this.#running.length === 0) return;
    this.touch();
    while (this.#running.length > 0 && this.#budget.receivers > 0 && this.#budget.writes > 0) {
      const fanOut = this.#running.shift()!;
      if (!fanOut.step(this.#budget, SLICE)) {
        this.#running.push(fanOut);
        continue;
      }
      this.#served.push(fanOut);
      fanOut.lane.proceed();
    }
  }
}

function freshBudget(): TurnBudget {
  return { receivers: RECEIVERS_PER_TURN, writes: WRITES_PER_TURN };
}
