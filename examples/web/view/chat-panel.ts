import type { ChatLine, ChatLog } from '../model/chat-log.js';
import type { RequestDesk } from '../model/request-desk.js';
import { byId, element, setText } from './dom.js';

/** What was said in the zone, and a line to say something. */
export class ChatPanel {
  readonly #desk: RequestDesk;
  readonly #log: ChatLog;
  readonly #player: string;
  readonly #lines = byId('chat-lines', HTMLOListElement);
  readonly #empty = byId('chat-empty', HTMLElement);
  readonly #text = byId('chat-text', HTMLInputElement);
  readonly #note = byId('chat-note', HTMLElement);
  #shown = 0;

  constructor(desk: RequestDesk, log: ChatLog, player: string) {
    this.#desk = desk;
    this.#log = log;
    this.#player = player;
    this.#lines.hidden = true;
    byId('chat', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#say();
    });
  }

  show(): void {
    const { lines, count } = this.#log;
    const fresh = Math.min(count - this.#shown, lines.length);
    if (fresh === 0) return;
    this.#shown = count;
    this.#empty.hidden = true;
    this.#lines.hidden = false;
    this.#lines.append(...lines.slice(-fresh).map((line) => this.#row(line)));
    while (this.#lines.childElementCount > lines.length) this.#lines.firstElementChild!.remove();
    this.#lines.scrollTop = this.#lines.scrollHeight;
  }

  #row({ from, text, at }: ChatLine): HTMLLIElement {
    const time = element('time', '', new Date(at).toLocaleTimeString('en-GB'));
    return element('li', from === this.#player ? 'own' : '', element('b', '', from), ` ${text}`, time);
  }

  async #say(): Promise<void> {
    const text = this.#text.value.trim();
    if (text === '') return;
    this.#text.value = '';
    const { isFine, message } = await this.#desk.ask({ action: 'chat.say', payload: { text } }, true);
    setText(this.#note, isFine ? '' : `Not said: ${message}.`);
  }
}
