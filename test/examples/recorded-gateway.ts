import type { PushGateway } from '../../examples/herald/herald.js';
import type { Push, PushReceipt, PushResult } from '../../lib/service/service.js';

/** Takes pushes and answers as it is told to. */
export class RecordedGateway implements PushGateway {
  readonly pushes: Push[] = [];
  /** Of the pushes to come; an Error is thrown: the connection was lost. */
  answer: Partial<PushResult> | Error = {};
  /** Called with each push, before it is answered. */
  onPush: (push: Push) => void | Promise<void> = () => undefined;
  #onReceipt: (receipt: PushReceipt) => void = () => undefined;
  isClosed = false;

  async push(push: Push): Promise<PushResult> {
    this.pushes.push(push);
    await this.onPush(push);
    if (this.answer instanceof Error) throw this.answer;
    const outcome = push.boundTo === undefined ? 'delivered' : 'held';
    const counts = { receivers: 1, delivered: 1, refused: 0, unknown: 0 };
    return { id: push.id ?? '', outcome, code: 0, message: '', ...counts, ...this.answer };
  }

  onReceipt(handler: (receipt: PushReceipt) => void): () => void {
    this.#onReceipt = handler;
    return () => undefined;
  }

  receipt(receipt: PushReceipt): void {
    this.#onReceipt(receipt);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
