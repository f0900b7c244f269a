import type { Ask, RequestDesk } from '../model/request-desk.js';
import type { SteadyTraffic } from '../model/steady-traffic.js';
import { byId, button, element } from './dom.js';

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

/** Buttons that make requests, and the steady traffic. */
export function fillRequestPanel(desk: RequestDesk, traffic: SteadyTraffic): void {
  byId('requests', HTMLElement).append(
    ...offers.map(({ label, hint, asks }) => {
      const made = button('', () => asks().forEach((ask) => void desk.ask(ask, true)), 'offer');
      made.append(element('b', '', label), element('span', '', hint));
      return made;
    }),
  );
  const rates = byId('rates', HTMLFieldSetElement);
  const asked = new URL(location.href).searchParams.get('rate') ?? '';
  for (const input of rates.querySelectorAll('input')) input.checked ||= input.value === asked;
  const follow = (): void => {
    traffic.rate = Number(rates.querySelector<HTMLInputElement>(':checked')?.value ?? 0);
  };
  rates.addEventListener('change', follow);
  follow();
}
