import type { Ask, Outcome, RequestDesk } from '../model/request-desk.js';
import { byId, button, element, setText } from './dom.js';

interface Offer {
  readonly label: string;
  readonly hint: string;
  readonly asks: () => readonly Ask[];
}

const BURST = 50;

const offers: readonly Offer[] = [
  {
    label: 'Around',
    hint: 'notifies around it',
    asks: () => [{ action: 'around', payload: { before: 2, after: 2 } }],
  },
  { label: 'Roll a die', hint: 'the Zone service', asks: () => [{ action: 'zone.roll', payload: { sides: 6 } }] },
  { label: 'Echo', hint: 'bytes come back', asks: () => [{ action: 'echo', payload: 'hi' }] },
  { label: 'Count', hint: 'each runs once', asks: () => [{ action: 'count', payload: {} }] },
  { label: 'Slow, 3 s', hint: 'cut it meanwhile', asks: () => [{ action: 'slow', payload: { ms: 3000 } }] },
  { label: 'Fail', hint: 'an error of its own', asks: () => [{ action: 'fail', payload: { code: 409 } }] },
  { label: 'Crash', hint: 'a bug in its code', asks: () => [{ action: 'fail', payload: { crash: true } }] },
  {
    label: `Burst of ${BURST}`,
    hint: 'all at once',
    asks: () => Array.from({ length: BURST }, () => ({ action: 'around', payload: { before: 1, after: 1 } })),
  },
];

/** Actions of the example services with a payload each, to choose from. */
const examples: Readonly<Record<string, string>> = {
  around: '{"before":2,"after":2}',
  echo: 'any bytes',
  time: '{}',
  sum: '[1,2,3]',
  count: '{}',
  slow: '{"ms":3000}',
  fail: '{"code":409,"message":"taken"}',
  'zone.where': '{}',
  'zone.roll': '{"sides":6}',
  'zone.move': '{"x":0.25,"y":0.5}',
  'chat.say': '{"text":"hello"}',
  'score.add': '{"points":5}',
  'order.place': '{"item":"tea"}',
  'push.burst': '{"to":"zone","count":5,"spreadMs":200}',
};

/** A request with any action and payload, and buttons that make some at once. */
export class RequestPanel {
  readonly #desk: RequestDesk;
  readonly #action = byId('action', HTMLInputElement);
  readonly #payload = byId('payload', HTMLTextAreaElement);
  readonly #outcome = byId('ask-outcome', HTMLElement);

  constructor(desk: RequestDesk) {
    this.#desk = desk;
    byId('requests', HTMLElement).append(...offers.map((offer) => this.#offer(offer)));
    byId('actions', HTMLDataListElement).append(...Object.keys(examples).map((action) => new Option(action, action)));
    this.#action.addEventListener(
      'input',
      () => (this.#payload.value = examples[this.#action.value] ?? this.#payload.value),
    );
    const form = byId('ask', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.#payload.addEventListener('keydown', ({ key, ctrlKey, metaKey }) => {
      if (key === 'Enter' && (ctrlKey || metaKey)) form.requestSubmit();
    });
  }

  focus(): void {
    this.#action.focus();
    this.#action.select();
  }

  #offer({ label, hint, asks }: Offer): HTMLButtonElement {
    const made = button('', () => asks().forEach((ask) => void this.#desk.ask(ask, true)), 'offer');
    made.append(element('b', '', label), element('span', '', hint));
    return made;
  }

  async #send(): Promise<void> {
    const action = this.#action.value.trim();
    this.#tell('busy', `${action} is under way …`);
    const outcome = await this.#desk.ask({ action, payload: this.#payload.value }, true);
    this.#tell(outcome.isFine ? 'good' : 'bad', outcomeText(action, outcome));
  }

  #tell(tone: 'good' | 'busy' | 'bad', text: string): void {
    this.#outcome.dataset.tone = tone;
    setText(this.#outcome, text);
  }
}

function outcomeText(action: string, { isFine, code, message }: Outcome): string {
  if (isFine) return `${action} was answered ${code}.`;
  return code === 0 ? `${action} ended: ${message}.` : `${action} was answered ${code}: ${message}.`;
}
