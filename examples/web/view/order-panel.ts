import type { OrderStory } from '../model/order-story.js';
import type { RequestDesk } from '../model/request-desk.js';
import { byId, setText } from './dom.js';

type Step = 'before' | 'answer' | 'after';

/** An order and its steps, pushed by the service while it is under way: before its answer and after it, in one unit. */
export class OrderPanel {
  readonly #desk: RequestDesk;
  readonly #story: OrderStory;
  readonly #item = byId('order-item', HTMLInputElement);
  readonly #note = byId('order-note', HTMLElement);
  readonly #steps: Readonly<Record<Step, HTMLElement>>;
  #answer = '';
  #isFine = true;

  constructor(desk: RequestDesk, story: OrderStory) {
    this.#desk = desk;
    this.#story = story;
    const list = byId('order-steps', HTMLOListElement);
    const step = (name: Step): HTMLElement => list.querySelector<HTMLElement>(`[data-step=${name}]`)!;
    this.#steps = { before: step('before'), answer: step('answer'), after: step('after') };
    byId('order', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#place();
    });
  }

  show(): void {
    const { before, after, unit } = this.#story;
    this.#step('before', before?.text ?? '', true);
    this.#step('answer', this.#answer, this.#isFine);
    this.#step('after', after?.text ?? '', true);
    if (unit !== undefined) setText(this.#note, `All three came as one unit, number ${unit}.`);
  }

  #step(name: Step, text: string, isFine: boolean): void {
    const step = this.#steps[name];
    setText(step.querySelector('span')!, text);
    step.dataset.tone = text === '' ? '' : isFine ? 'good' : 'bad';
  }

  async #place(): Promise<void> {
    this.#story.begin();
    this.#answer = '';
    setText(this.#note, 'Under way …');
    const item = this.#item.value.trim();
    const { isFine, code, message } = await this.#desk.ask({ action: 'order.place', payload: { item } }, true);
    this.#isFine = isFine;
    this.#answer = isFine ? `answered ${code}` : message;
    if (!isFine) setText(this.#note, 'The order was not taken.');
  }
}
