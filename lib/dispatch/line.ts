import type { Job } from './job.js';

/**
 * What one player has with one service: the jobs that wait, first come first, and how many are handed over. Jobs carry
 * their own links, so that one in the middle leaves (deadline, cancel) as cheaply as the first.
 */
export class Line {
  first: Job | undefined;
  last: Job | undefined;
  /** Jobs taken from here and not finished. */
  running = 0;
  /** Jobs taken since it was this player's turn. */
  takenInTurn = 0;
  /** One of them is `serial`, so it runs alone. */
  runningSerial = false;

  constructor(readonly playerId: string) {}

  /**
   * The first job may be handed over. A serial one waits until all before it are answered, and while it runs everything
   * behind it waits: the player's requests to this service happen one after the other around it.
   */
  get due(): boolean {
    if (this.first === undefined || this.runningSerial) return false;
    return !this.first.route.serial || this.running === 0;
  }

  /** Nothing waits and nothing runs: may be forgotten. */
  get idle(): boolean {
    return this.first === undefined && this.running === 0;
  }

  append(job: Job): void {
    job.inLine = true;
    job.ahead = this.last;
    if (this.last === undefined) this.first = job;
    else this.last.behind = job;
    this.last = job;
  }

  /** Puts `job` before all that wait. */
  prepend(job: Job): void {
    job.inLine = true;
    job.behind = this.first;
    if (this.first === undefined) this.last = job;
    else this.first.ahead = job;
    this.first = job;
  }

  remove(job: Job): void {
    if (job.ahead === undefined) this.first = job.behind;
    else job.ahead.behind = job.behind;
    if (job.behind === undefined) this.last = job.ahead;
    else job.behind.ahead = job.ahead;
    job.ahead = undefined;
    job.behind = undefined;
    job.inLine = false;
  }
}
