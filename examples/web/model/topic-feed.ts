import type { Item } from '../../../lib/client/browser.js';

export type TopicHandler = (value: unknown) => void;

const decoder = new TextDecoder();

/** Hands notifies to whoever shows their topic; through every new login. */
export class TopicFeed {
  readonly #handlers = new Map<string, TopicHandler>();

  /** @param handler gets what the payload says as JSON; what is no JSON is left out */
  on(topic: string, handler: TopicHandler): void {
    this.#handlers.set(topic, handler);
  }

  unit(items: readonly Item[]): void {
    for (const item of items) {
      if (item.kind !== 'notify') continue;
      const handler = this.#handlers.get(item.notify.topic);
      if (handler === undefined) continue;
      const value = parsed(item.notify.payload);
      if (value !== undefined) handler(value);
    }
  }
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(payload)) as unknown;
  } catch {
    return undefined;
  }
}
