import { violationKinds } from '../../checker/unit-checker.js';
import type { LinkHistory } from '../model/link-history.js';
import type { Score } from '../model/score.js';
import { byId, setText } from './dom.js';

/** The line that always says what went wrong so far: nothing. And how much it stood. */
export class ZeroLine {
  readonly #line = byId('zero-line', HTMLElement);
  readonly #checked = byId('checked', HTMLElement);
  readonly #cuts = byId('cuts', HTMLElement);
  readonly #replayed = byId('replayed', HTMLElement);
  readonly #story = byId('story', HTMLElement);
  readonly #counts = violationKinds.map((kind) => ({ kind, target: byId(kind, HTMLElement) }));

  show(score: Score, units: number, { cuts, replayed }: LinkHistory): void {
    for (const { kind, target } of this.#counts) {
      setText(target, `${score.counts[kind]}`);
      target.parentElement?.classList.toggle('broken', score.counts[kind] > 0);
    }
    this.#line.dataset.tone = score.isClean ? 'good' : 'bad';
    setText(this.#checked, units.toLocaleString('en'));
    setText(this.#cuts, cuts.toLocaleString('en'));
    setText(this.#replayed, replayed.toLocaleString('en'));
    setText(this.#story, score.firstStory);
  }
}
