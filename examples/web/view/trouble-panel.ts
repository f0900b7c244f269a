import type { Player } from '../model/player.js';
import type { Rival } from '../model/rival.js';
import type { Trouble } from '../model/trouble.js';
import { byId, button, setText } from './dom.js';

/** Buttons that break something, and what became of the second login. */
export class TroublePanel {
  readonly #trouble: Trouble;
  readonly #cut = byId('cut', HTMLButtonElement);
  readonly #away = byId('away', HTMLButtonElement);
  readonly #seconds = byId('away-seconds', HTMLInputElement);
  readonly #second = byId('second', HTMLElement);
  readonly #secondText = byId('second-text', HTMLElement);

  constructor(trouble: Trouble) {
    this.#trouble = trouble;
    this.#cut.addEventListener('click', () => trouble.cutLink());
    this.#away.addEventListener('click', () => this.#stayAway());
    this.#seconds.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') this.#away.click();
    });
    byId('open-second', HTMLButtonElement).addEventListener('click', () => trouble.openSecondLogin());
    this.#second.append(button('Close it', () => trouble.closeSecondLogin()));
  }

  show({ client, rival }: Player): void {
    const isLinked = client.connectionState === 'active';
    this.#cut.disabled = !isLinked;
    this.#away.disabled = !isLinked;
    this.#second.hidden = rival === undefined;
    if (rival !== undefined) setText(this.#secondText, rivalText(rival));
  }

  #stayAway(): void {
    if (this.#seconds.reportValidity()) this.#trouble.stayAway(this.#seconds.valueAsNumber * 1000);
  }
}

function rivalText({ ending, isIn, units }: Rival): string {
  if (ending !== undefined) return `Second login: told ${ending.kick || ending.reason}`;
  if (!isIn) return 'Second login: connecting';
  return `Second login: in, ${units === 1 ? '1 unit' : `${units} units`}`;
}
