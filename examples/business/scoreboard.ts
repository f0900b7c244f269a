import type { Herald } from '../herald/herald.js';

/** What the board shows, at most. */
const PLACES = 10;
/** Players whose points are kept; above that the one with the fewest goes. */
const MAX_PLAYERS = 1_000;
/** Ticks without a point after which the game is over and a new one begins with the next point. */
const LAST_TICKS = 30;

/**
 * The game: who gets points, and the board that everyone is shown. Each tick is a round, and pushes topic `score.board`,
 * `{round, scores: [{player, score}]}` with the best first, of class `latest` (key `score.board`): who was away for ten
 * rounds gets one board, the newest.
 */
export class Scoreboard {
  readonly #herald: Herald;
  readonly #scores = new Map<string, number>();
  #round = 0;
  #ticksLeft = 0;

  constructor(herald: Herald) {
    this.#herald = herald;
  }

  /** A game goes on: it wants to tick. */
  get isOn(): boolean {
    return this.#ticksLeft > 0;
  }

  /** @returns the player's points now */
  add(player: string, points: number): number {
    if (!this.isOn) this.#begin();
    this.#ticksLeft = LAST_TICKS;
    const score = (this.#scores.get(player) ?? 0) + points;
    this.#scores.set(player, score);
    if (this.#scores.size > MAX_PLAYERS) this.#scores.delete(this.#ranking().at(-1)!.player);
    return score;
  }

  /** A round is over: everyone is shown the board. A push that fails is made up for by the next round's. */
  async tick(): Promise<void> {
    this.#round++;
    this.#ticksLeft--;
    const scores = this.#ranking().slice(0, PLACES);
    await this.#herald.push({
      to: { everyone: true },
      topic: 'score.board',
      class: 'latest',
      key: 'score.board',
      json: { round: this.#round, scores },
    });
  }

  #begin(): void {
    this.#round = 0;
    this.#scores.clear();
  }

  #ranking(): { player: string; score: number }[] {
    return [...this.#scores].map(([player, score]) => ({ player, score })).sort((a, b) => b.score - a.score);
  }
}
