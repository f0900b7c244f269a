import { randomBytes } from 'node:crypto';
import { encodeContent, ServiceError } from '../../lib/service/service.js';
import type { GatewayClient, Push, PushResult, PushTarget } from '../../lib/service/service.js';
import { digest, type Ledger } from '../ledger/ledger.js';
import type { PushingLine } from '../ledger/entry.js';
import { pushId } from '../ledger/push-id.js';

/** What a herald needs of a gateway. */
export type PushGateway = Pick<GatewayClient, 'push' | 'onReceipt' | 'close'>;

export interface HeraldOptions {
  /** Whose session it is that the push goes to. */
  readonly owner?: string;
  /** Push it a second time with the same id: that must count for nothing. */
  readonly twice?: boolean;
}

/**
 * Makes the pushes of one example service. Each gets an id and goes into the ledger before it is made, and so does what
 * the gateway says of it. Without a gateway to push to every push is answered 503.
 */
export class Herald {
  /** Names this process in the ids of its pushes, like no other before or after it. */
  readonly sender: string;
  readonly #ledger: Ledger;
  readonly #gateway: PushGateway | undefined;
  #number = 0;

  constructor(service: string, ledger: Ledger, gateway?: PushGateway) {
    this.sender = `${service}-${randomBytes(4).toString('hex')}`;
    this.#ledger = ledger;
    this.#gateway = gateway;
    gateway?.onReceipt(({ id, kind, playerId }) => ledger.append({ event: 'receipt', id, kind, player: playerId }));
  }

  /**
   * Pushes in the order of the calls.
   * @throws ServiceError 503 without a gateway, or when it doesn't answer: then the push may or may not have happened
   */
  async push(push: Push, { owner = '', twice = false }: HeraldOptions = {}): Promise<PushResult> {
    const gateway = this.#reach();
    const number = ++this.#number;
    const id = pushId(this.sender, number);
    this.#ledger.append({ event: 'pushing', id, sender: this.sender, number, ...describe(push, owner) });
    const first = this.#send(gateway, id, push);
    const [result] = await Promise.all(twice ? [first, this.#send(gateway, id, push)] : [first]);
    return result;
  }

  /** @throws ServiceError 503 without a gateway: for an action that pushes later */
  mustReach(): void {
    this.#reach();
  }

  async close(): Promise<void> {
    await this.#gateway?.close();
  }

  #reach(): PushGateway {
    if (this.#gateway === undefined) throw new ServiceError(503, 'this service was not told where to push to');
    return this.#gateway;
  }

  async #send(gateway: PushGateway, id: string, push: Push): Promise<PushResult> {
    try {
      const result = await gateway.push({ ...push, id });
      const { outcome, code, receivers, refused } = result;
      this.#ledger.append({ event: 'pushed', id, outcome, code, receivers, refused });
      return result;
    } catch (cause) {
      this.#ledger.append({ event: 'pushed', id, outcome: 'unanswered', code: 0, receivers: 0, refused: 0 });
      throw new ServiceError(503, 'the gateway did not answer', { cause });
    }
  }
}

function describe(push: Push, owner: string): Omit<PushingLine, 'event' | 'id' | 'sender' | 'number'> {
  const { to, topic, class: itsClass = 'reliable', key = topic, ttlMs = 0, boundTo = '', place = '' } = push;
  return {
    ...describeTarget(to, owner),
    topic,
    class: itsClass,
    key: itsClass === 'latest' ? key : '',
    ttlMs,
    boundTo,
    place,
    digest: digest(encodeContent(push)),
  };
}

function describeTarget(to: PushTarget, owner: string): Pick<PushingLine, 'target' | 'to' | 'onlineOnly'> {
  if ('player' in to) return { target: 'player', to: to.player, onlineOnly: false };
  if ('session' in to) return { target: 'session', to: owner, onlineOnly: false };
  const { onlineOnly = false } = to;
  return 'zone' in to ? { target: 'zone', to: to.zone, onlineOnly } : { target: 'everyone', to: '', onlineOnly };
}
