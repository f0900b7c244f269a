import { byId, element } from './dom.js';

export interface Shortcut {
  readonly key: string;
  readonly what: string;
  readonly run: () => void;
}

const STORED = 'gatesvr.shortcuts';

/** Single keys that do what buttons do, while no field is written in; and the dialog that lists them. */
export class Shortcuts {
  readonly #shortcuts: readonly Shortcut[];
  readonly #dialog = byId('help', HTMLDialogElement);
  readonly #switch = byId('shortcuts-on', HTMLInputElement);

  constructor(shortcuts: readonly Shortcut[], storage: Storage) {
    this.#shortcuts = [...shortcuts, { key: '?', what: 'this list', run: () => this.#dialog.showModal() }];
    const rows = this.#shortcuts.map(({ key, what }) =>
      element('div', '', element('dt', '', element('kbd', '', key)), element('dd', '', what)),
    );
    byId('shortcuts', HTMLElement).append(...rows);
    byId('open-help', HTMLButtonElement).addEventListener('click', () => this.#dialog.showModal());
    this.#switch.checked = storage.getItem(STORED) !== 'off';
    this.#switch.addEventListener('change', () => storage.setItem(STORED, this.#switch.checked ? 'on' : 'off'));
    addEventListener('keydown', (event) => this.#key(event));
  }

  #key(event: KeyboardEvent): void {
    if (!this.#switch.checked || this.#dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLElement && event.target.closest('input:not([type=range]), textarea, select'))
      return;
    const shortcut = this.#shortcuts.find(({ key }) => key === event.key);
    if (shortcut === undefined) return;
    event.preventDefault();
    shortcut.run();
  }
}
