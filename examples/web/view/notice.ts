import { byId, button, element, setText } from './dom.js';

export interface NoticeText {
  readonly tone: 'busy' | 'bad';
  readonly title: string;
  readonly text: string;
  /** The way out. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** What keeps the page from working right now and what can be done about it; nothing while all is well. */
export class Notice {
  readonly #box = byId('notice', HTMLElement);
  readonly #title = element('strong');
  readonly #text = element('span');
  readonly #button = button('', () => this.#run?.());
  #run: (() => void) | undefined;

  constructor() {
    this.#box.append(element('p', '', this.#title, ' ', this.#text), this.#button);
  }

  show(notice: NoticeText | undefined): void {
    this.#box.hidden = notice === undefined;
    if (notice === undefined) return;
    this.#box.dataset.tone = notice.tone;
    setText(this.#title, notice.title);
    setText(this.#text, notice.text);
    this.#run = notice.action?.run;
    this.#button.hidden = notice.action === undefined;
    setText(this.#button, notice.action?.label ?? '');
  }
}
