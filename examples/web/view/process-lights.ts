import type { ProcessStatus } from '../model/dev-server.js';
import { byId, element } from './dom.js';

const words: Readonly<Record<string, string>> = { running: '', waiting: 'down' };

/** Gateway and services, each with a light: pressing one kills the process. */
export class ProcessLights {
  readonly #list = byId('processes', HTMLUListElement);
  readonly #kill: (name: string) => void;
  readonly #lights = new Map<string, { readonly button: HTMLButtonElement; readonly state: HTMLElement }>();

  constructor(kill: (name: string) => void) {
    this.#kill = kill;
  }

  /** @param processes undefined when nobody knows */
  show(processes: readonly ProcessStatus[] | undefined): void {
    for (const { name, state } of processes ?? []) {
      const light = this.#lights.get(name) ?? this.#add(name);
      const tone = state === 'running' ? 'good' : 'bad';
      if (light.button.dataset.tone === tone && light.button.dataset.state === state) continue;
      light.button.dataset.tone = tone;
      light.button.dataset.state = state;
      light.button.disabled = state !== 'running';
      light.state.textContent = words[state] ?? state;
    }
  }

  #add(name: string): { button: HTMLButtonElement; state: HTMLElement } {
    const state = element('span', 'process-state');
    const button = element('button', 'process', name, state);
    button.type = 'button';
    button.dataset.process = name;
    button.title = `SIGKILL for ${name}; it is started again`;
    button.addEventListener('click', () => this.#kill(name));
    this.#list.append(element('li', '', button));
    const light = { button, state };
    this.#lights.set(name, light);
    return light;
  }
}
