import { rates } from '../model/steady-traffic.js';
import type { SteadyTraffic } from '../model/steady-traffic.js';
import { byId, setText } from './dom.js';

/** Sets how many requests a second the page makes by itself. `?rate=50` of the address is where it begins. */
export function followLoad(traffic: SteadyTraffic, address: string): void {
  const slider = byId('load', HTMLInputElement);
  const text = byId('load-text', HTMLElement);
  slider.max = `${rates.length - 1}`;
  const asked = rates.indexOf(Number(new URL(address).searchParams.get('rate') ?? Number.NaN));
  if (asked >= 0) slider.valueAsNumber = asked;
  const follow = (): void => {
    const rate = rates[slider.valueAsNumber] ?? 0;
    const words = rate === 0 ? 'off' : `${rate} / s`;
    traffic.rate = rate;
    setText(text, words);
    slider.setAttribute('aria-valuetext', rate === 0 ? 'off' : `${rate} requests a second`);
  };
  slider.addEventListener('input', follow);
  follow();
}
