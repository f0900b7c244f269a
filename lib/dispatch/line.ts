import type { Job } from './job.js';
import { LinkedList, type Linked } from './linked-list.js';

/** What one player has with one service: the jobs that wait, first come first, and how many are handed over. */
export class Line implements Linked<Line> {
  readonly jobs = new LinkedList<Job>();
  /** Jobs taken from here and not finished. */
  running = 0;
  /** Jobs taken since it was this player's turn. */
  takenInTurn = 0;
  /** One of them is `serial`, so it runs alone. */
  runningSerial = false;
  /** Place among the lines whose turn comes. */
  list: LinkedList<Line> | undefined;
  ahead: Line | undefined;
  behind: Line | undefined;

  constructor(readonly playerId: string) {}

  /**
   * The first job may be handed over. A serial one waits until all before it are answered, and while it runs everything
   * behind it waits: the player's requests to this service happen one after the other around it.
   */
  get due(): boolean {
    const { first } = this.jobs;
    if (first === undefined || this.runningSerial) return false;
    return !first.route.serial || this.running === 0;
  }

  /** Nothing waits and nothing runs: may be forgotten. */
  get idle(): boolean {
    return this.jobs.first === undefined && this.running === 0;
  }
}
