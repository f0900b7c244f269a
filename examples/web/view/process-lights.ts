import type { ProcessStatus } from '../model/dev-server.js';
import { byId, element } from './dom.js';

/** Gateway and services, each with a light. */
export class ProcessLights {
  readonly #list = byId('processes', HTMLUListElement);
  #shown = '';

  show(processes: readonly ProcessStatus[] | undefined): void {
    const now = JSON.stringify(processes?.map(({ name, state }) => [name, state]) ?? []);
    if (now === this.#shown) return;
    this.#shown = now;
    this.#list.replaceChildren(...(processes ?? []).map(light));
  }
}

function light({ name, state }: ProcessStatus): HTMLLIElement {
  const row = element('li', '', name, element('span', 'process-state', state === 'waiting' ? 'down' : state));
  row.dataset.tone = state === 'running' ? 'good' : 'bad';
  row.dataset.process = name;
  return row;
}
