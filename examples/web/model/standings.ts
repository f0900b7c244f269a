import type { Fields } from './topic-feed.js';

export interface Standing {
  readonly player: string;
  readonly score: number;
}

/** The newest board of the game: topic `score.board`. */
export class Standings {
  round = 0;
  scores: readonly Standing[] = [];
  /** Rounds of this game that never came since a newer board took their place. */
  skipped = 0;

  shown({ round, scores }: Fields): void {
    if (typeof round !== 'number' || !Array.isArray(scores)) return;
    const isNewGame = round <= this.round || this.round === 0;
    this.skipped = isNewGame ? 0 : this.skipped + round - this.round - 1;
    this.round = round;
    this.scores = scores.filter(isStanding);
  }
}

function isStanding(value: unknown): value is Standing {
  const { player, score } = (value ?? {}) as Partial<Standing>;
  return typeof player === 'string' && typeof score === 'number';
}
