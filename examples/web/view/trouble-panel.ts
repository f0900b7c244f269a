import type { Player } from '../model/player.js';
import type { Trouble } from '../model/trouble.js';
import { byId, button, setText } from './dom.js';

/** Buttons that break something, and what became of the second login. */
export class TroublePanel {
  readonly #cut = byId('cut', HTMLButtonElement);
  readonly #away = byId('away', HTMLButtonElement);
  readonly #second = byId('second', HTMLElement);
  readonly #secondText = byId('second-text', HTMLElement);

  constructor(trouble: Trouble) {
    this.#cut.addEventListener('click', () => trouble.cutLink());
    this.#away.addEventListener('click', () => trouble.stayAway());
    byId('open-second', HTMLButtonElement).addEventListener('click', () => trouble.openSecondLogin());
    byId('kill', HTMLButtonElement).addEventListener('click', () => trouble.killBusiness());
    this.#second.append(button('Close', () => trouble.closeSecondLogin()));
  }

  show(player: Player): void {
    const isLinked = player.client.connectionState === 'active';
    this.#cut.disabled = !isLinked;
    this.#away.disabled = !isLinked;
    this.#second.hidden = player.second === undefined;
    if (player.second !== undefined) setText(this.#secondText, secondText(player));
  }
}

function secondText({ second, secondEnding }: Player): string {
  if (secondEnding !== undefined) return `Second login: told ${secondEnding.kick || secondEnding.reason}`;
  const { session } = second!.client;
  if (session === undefined) return 'Second login: connecting';
  const units = second!.units === 1 ? '1 unit' : `${second!.units} units`;
  return `Second login: in, ${units}`;
}
