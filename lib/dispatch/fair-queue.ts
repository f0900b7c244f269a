import type { Job } from './job.js';
import { Line } from './line.js';
import { LinkedList } from './linked-list.js';

/**
 * Who is next at one service: players take turns, and each player's jobs go first come first served. One with a thousand
 * requests waiting delays another's only one by a single turn. Keeps `serial` (see {@link Line.due}).
 *
 *   round   alice ─► bob ─► carol ─► …          take() serves the first and sends it to the end after its turn
 *             │       │       │
 *             7       1       2    jobs in line
 *
 * All operations cost the same however many wait. Holds nothing of a player of whom nothing waits or runs.
 */
export class FairQueue {
  readonly #lines = new Map<string, Line>();
  /** Lines whose first job is due, in turn. */
  readonly #round = new LinkedList<Line>();
  #length = 0;

  /**
   * @param turn jobs in a row that a player may have: those taken together are answered together too, and the answers
   * leave in one packet
   */
  constructor(public turn = 1) {}

  /** Jobs that wait. */
  get length(): number {
    return this.#length;
  }

  /** Players of whom something waits or runs. */
  get players(): number {
    return this.#lines.size;
  }

  /** A job waits that may be handed over now. */
  get due(): boolean {
    return this.#round.first !== undefined;
  }

  /** Puts a job at the end of its player's line. */
  add(job: Job): void {
    const line = this.#lineOf(job.owner.id);
    line.jobs.append(job);
    this.#length++;
    this.#update(line);
  }

  /** Puts a job that was taken and finished back, before all others of its player. */
  addFirst(job: Job): void {
    const line = this.#lineOf(job.owner.id);
    line.jobs.prepend(job);
    this.#length++;
    this.#update(line);
  }

  /** Takes a waiting job out, wherever it stands. */
  remove(job: Job): void {
    const line = this.#lines.get(job.owner.id);
    if (line?.jobs.remove(job) !== true) return;
    this.#length--;
    this.#update(line);
  }

  /** Takes the job whose turn it is; it runs until {@link finished} is called with it. */
  take(): Job | undefined {
    const line = this.#round.first;
    if (line === undefined) return undefined;
    const job = line.jobs.first!;
    line.jobs.remove(job);
    this.#length--;
    line.running++;
    line.runningSerial = job.route.serial;
    if (++line.takenInTurn >= this.turn) this.#leaveRound(line);
    this.#update(line);
    return job;
  }

  /** A job that was taken is done with: its player's serial jobs may go on. */
  finished(job: Job): void {
    const line = this.#lines.get(job.owner.id);
    if (line === undefined) return;
    line.running--;
    if (job.route.serial) line.runningSerial = false;
    this.#update(line);
  }

  /** Some job that waits, no matter which; to empty the queue. */
  any(): Job | undefined {
    for (const { jobs } of this.#lines.values()) if (jobs.first !== undefined) return jobs.first;
    return undefined;
  }

  #lineOf(playerId: string): Line {
    let line = this.#lines.get(playerId);
    if (line === undefined) {
      line = new Line(playerId);
      this.#lines.set(playerId, line);
    }
    return line;
  }

  /** After any change of a line: in the round exactly while its first job is due; forgotten when idle. */
  #update(line: Line): void {
    if (!line.due) this.#leaveRound(line);
    else if (line.list === undefined) this.#round.append(line);
    if (line.idle) this.#lines.delete(line.playerId);
  }

  #leaveRound(line: Line): void {
    this.#round.remove(line);
    line.takenInTurn = 0;
  }
}
