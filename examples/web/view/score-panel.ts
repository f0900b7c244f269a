import type { RequestDesk } from '../model/request-desk.js';
import type { Standing, Standings } from '../model/standings.js';
import { byId, element, setText } from './dom.js';

/** Places that are shown. */
const PLACES = 5;

/** The newest board of the game, and a button that scores. */
export class ScorePanel {
  readonly #standings: Standings;
  readonly #player: string;
  readonly #list = byId('scores', HTMLOListElement);
  readonly #empty = byId('scores-empty', HTMLElement);
  readonly #note = byId('score-note', HTMLElement);
  #shown: readonly Standing[];

  constructor(desk: RequestDesk, standings: Standings, player: string) {
    this.#standings = standings;
    this.#shown = standings.scores;
    this.#player = player;
    byId('score', HTMLButtonElement).addEventListener('click', () => {
      void desk.ask({ action: 'score.add', payload: { points: 1 } }, true).then(({ isFine, message }) => {
        if (!isFine) setText(this.#note, `No point: ${message}.`);
      });
    });
  }

  show(): void {
    const { scores, round, skipped } = this.#standings;
    if (scores === this.#shown) return;
    this.#shown = scores;
    this.#empty.hidden = scores.length > 0;
    const best = Math.max(1, ...scores.map(({ score }) => score));
    this.#list.replaceChildren(...scores.slice(0, PLACES).map((standing) => this.#row(standing, best)));
    const missed = skipped === 0 ? '' : `; ${skipped} older ${skipped === 1 ? 'board' : 'boards'} never came`;
    setText(this.#note, `Round ${round}${missed}`);
  }

  #row({ player, score }: Standing, best: number): HTMLLIElement {
    const row = element(
      'li',
      player === this.#player ? 'own' : '',
      element('b', '', player),
      element('span', '', `${score}`),
    );
    row.style.setProperty('--share', `${(score / best) * 100}%`);
    return row;
  }
}
