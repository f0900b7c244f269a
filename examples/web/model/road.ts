import type { ClientTransport } from '../../../lib/client/browser.js';

/** What a person lets the session go over. */
export type Road = 'either' | ClientTransport;

export const roads: readonly Road[] = ['either', 'webtransport', 'websocket'];

export function transportsOf(road: Road): readonly ClientTransport[] {
  return road === 'either' ? ['webtransport', 'websocket'] : [road];
}

export const roadNames: Readonly<Record<Road, string>> = {
  either: 'the best there is',
  webtransport: 'WebTransport alone',
  websocket: 'WebSocket alone',
};

const KEY = 'gatesvr.road';

/** Keeps the choice through a reload of the page. */
export class SavedRoad {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  load(): Road {
    const kept = this.#storage.getItem(KEY);
    return roads.find((road) => road === kept) ?? 'either';
  }

  save(road: Road): void {
    this.#storage.setItem(KEY, road);
  }
}
