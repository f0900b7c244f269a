import type { Item } from '../../../lib/client/browser.js';

/** Where a notify stood. */
export interface Stand {
  /** Of its unit; 0: volatile. */
  readonly seq: number;
  /** alone: in a unit without a Response. */
  readonly side: 'before' | 'after' | 'alone';
}

/** The fields of a payload that is a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

export type TopicHandler = (fields: Fields, stand: Stand) => void;

const decoder = new TextDecoder();

/** Hands notifies to whoever shows their topic; through every new login. */
export class TopicFeed {
  readonly #handlers = new Map<string, TopicHandler>();

  /** @param handler gets the fields of the payload; what is no JSON object is left out */
  on(topic: string, handler: TopicHandler): void {
    this.#handlers.set(topic, handler);
  }

  unit(seq: number, items: readonly Item[]): void {
    const middle = items.findIndex(({ kind }) => kind === 'response');
    items.forEach((item, index) => {
      if (item.kind !== 'notify') return;
      const handler = this.#handlers.get(item.notify.topic);
      if (handler === undefined) return;
      const fields = fieldsOf(item.notify.payload);
      if (fields !== undefined)
        handler(fields, { seq, side: middle < 0 ? 'alone' : index < middle ? 'before' : 'after' });
    });
  }
}

function fieldsOf(payload: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(payload));
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
