import { DeliveryTally, type TallyOrder, type TallyReport } from '../support/delivery-tally.js';
import { PaceTeller } from '../support/pace.js';

export interface ReceiveOrder extends TallyOrder {
  /** Where whoever pushes listens to how far the receivers are. */
  readonly pacePort: number;
}

/** The receivers of this process during one turn of a benchmark; what comes between turns is nobody's. */
export class Receiving {
  #tally: DeliveryTally | undefined;
  #pace: PaceTeller | undefined;

  async begin({ pacePort, ...order }: ReceiveOrder): Promise<void> {
    const pace = await PaceTeller.connect(pacePort);
    const tally = new DeliveryTally(order, () => pace.tell(tally.upTo));
    this.#pace = pace;
    this.#tally = tally;
  }

  end(): TallyReport {
    const report = this.#tally!.report();
    this.#tally = undefined;
    this.#pace!.close();
    return report;
  }

  /** @param receiver its index, from 0 on */
  received(receiver: number, payload: Uint8Array): void {
    this.#tally?.received(receiver, payload);
  }

  problem(what: string): void {
    this.#tally?.problem(what);
  }
}
