// A service that pushes to everybody whom the gateway has.
//
//   gatesvr-pusher PUSH_ADDRESS
import { connectGateway } from '../../lib/service/service.js';
import { answerCommands } from '../support/commands.js';
import { PaceListener } from '../support/pace.js';
import { PushLoad, type PushOrder } from '../support/push-load.js';

const [address] = process.argv.slice(2) as [string];
const gateway = connectGateway({ address });
let load: PushLoad | undefined;
const pace = await PaceListener.start((upTo) => load?.reached(upTo));

answerCommands({
  pacePort: () => pace.port,
  /** Kept is good too: a newer one may take its place before it is written. */
  push: (order: PushOrder & { readonly class: 'reliable' | 'latest'; readonly receivers: number }) => {
    load = new PushLoad(order, async (payload) => {
      const to = { everyone: true } as const;
      const { outcome, code, message, receivers } = await gateway.push({
        to,
        topic: 'push',
        payload,
        class: order.class,
      });
      if (outcome !== 'delivered' && outcome !== 'kept') throw new Error(`${outcome} ${code} ${message}`);
      if (receivers < order.receivers) throw new Error('not every receiver took the push');
    });
    return load.run();
  },
});
console.log('ready');
