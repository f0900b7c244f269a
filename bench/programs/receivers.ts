import { DeliveryTally, type TallyOrder, type TallyReport } from '../support/delivery-tally.js';
import { PaceTeller } from '../support/pace.js';
import { Returning, type ReturnOrder, type ReturnReport } from './returning.js';

export interface ReceiveOrder extends TallyOrder {
  /** Where whoever pushes listens to how far the receivers are. */
  readonly pacePort: number;
}

/** What the receivers of this process are there for in one turn of a benchmark; what comes between turns is nobody's. */
export class Receivers {
  #receiving: { readonly tally: DeliveryTally; readonly pace: PaceTeller } | undefined;
  #returning: Returning | undefined;

  /** What receivers of every kind are asked. @param connect lets all of them come back */
  commands(connect: () => void): Record<string, (argument: never) => unknown> {
    return {
      begin: (order: ReceiveOrder) => this.#begin(order),
      end: () => this.#end(),
      /** Before they miss something. */
      willMiss: (order: ReturnOrder) => {
        this.#returning = new Returning(order);
      },
      first: () => this.#returning!.first(),
      comeBack: () => this.#comeBack(connect),
    };
  }

  /** @param receiver its index, from 0 on */
  received(receiver: number, payload: Uint8Array): void {
    this.#receiving?.tally.received(receiver, payload);
    this.#returning?.received(receiver, payload);
  }

  problem(what: string): void {
    this.#receiving?.tally.problem(what);
    this.#returning?.problem(what);
  }

  /** A connection stands again. @param nothingLost what the other side says of it */
  cameBack(nothingLost: boolean): void {
    if (this.#receiving !== undefined) this.problem('a connection was lost');
    else if (!nothingLost) this.problem('a receiver came back and was told that something is lost');
  }

  async #begin({ pacePort, ...order }: ReceiveOrder): Promise<void> {
    const pace = await PaceTeller.connect(pacePort);
    const tally = new DeliveryTally(order, () => pace.tell(tally.upTo));
    this.#receiving = { tally, pace };
  }

  #end(): TallyReport {
    const { tally, pace } = this.#receiving!;
    this.#receiving = undefined;
    pace.close();
    return tally.report();
  }

  async #comeBack(connect: () => void): Promise<ReturnReport> {
    const report = await this.#returning!.run(connect);
    this.#returning = undefined;
    return report;
  }
}
