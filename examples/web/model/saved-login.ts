import type { SavedState } from '../../../lib/client/browser.js';

const PREFIX = 'gatesvr.login.';
const PLAYER = 'gatesvr.player';

/** Keeps where a player's client stands through a reload of the page: one tab, one entry. */
export class SavedLogin {
  readonly #storage: Storage;
  readonly #key: string;

  constructor(storage: Storage, player: string) {
    this.#storage = storage;
    this.#key = `${PREFIX}${player}`;
  }

  load(): SavedState | undefined {
    const text = this.#storage.getItem(this.#key);
    return text === null ? undefined : (JSON.parse(text) as SavedState);
  }

  save(state: SavedState | undefined): void {
    if (state !== undefined) this.#storage.setItem(this.#key, JSON.stringify(state));
  }
}

/** `?player=ann` of the address; otherwise a name of this tab's own, so that two tabs are two players. */
export function playerOf(address: string, storage: Storage): string {
  const asked = new URL(address).searchParams.get('player') ?? '';
  if (/^[^\s\p{C}]{1,64}$/u.test(asked)) return asked;
  const kept = storage.getItem(PLAYER);
  if (kept !== null) return kept;
  const made = `player-${crypto.getRandomValues(new Uint16Array(1))[0]!.toString(16).padStart(4, '0')}`;
  storage.setItem(PLAYER, made);
  return made;
}
