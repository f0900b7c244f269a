// A service that pushes to everybody whom the gateway has.
//
//   gatesvr-pusher PUSH_ADDRESS
import { connectGateway } from '../../lib/service/service.js';
import { answerCommands } from '../support/commands.js';
import { PaceListener } from '../support/pace.js';
import { PushLoad, type NumberedPushes, type PushOrder } from '../support/push-load.js';
import { PushedPayload } from '../support/pushed-payload.js';

const [address] = process.argv.slice(2) as [string];
const gateway = connectGateway({ address });
let load: PushLoad | undefined;
const pace = await PaceListener.start((upTo) => load?.reached(upTo));

/** Pushes under way while nobody receives: far from what the gateway takes of one stream. */
const AT_A_TIME = 100;

answerCommands({
  pacePort: () => pace.port,
  push: (order: PushOrder & PushKind) => {
    load = new PushLoad(order, (payload) => push(payload, order));
    return load.run();
  },
  /** Pushes these numbers, whoever is there. */
  pushNumbers: async ({ from, to, payloadBytes, receivers }: NumberedPushes) => {
    const payload = new PushedPayload(payloadBytes);
    for (let number = from; number <= to;) {
      const pushes: Promise<void>[] = [];
      for (; number <= to && pushes.length < AT_A_TIME; number++) {
        pushes.push(push(payload.write(number), { class: 'reliable', receivers }));
      }
      await Promise.all(pushes);
    }
  },
  connected: async () => {
    const everyone = { to: { everyone: true, onlineOnly: true }, topic: 'count', class: 'volatile' } as const;
    return (await gateway.push({ ...everyone, payload: new Uint8Array() })).receivers;
  },
});
console.log('ready');

interface PushKind {
  readonly class: 'reliable' | 'latest';
  /** Who must take it, at least. */
  readonly receivers: number;
}

/** Kept is good: the receivers are away, or a newer one may take its place before it is written. */
async function push(payload: Uint8Array, kind: PushKind): Promise<void> {
  const pushed = await gateway.push({ to: { everyone: true }, topic: 'push', payload, class: kind.class });
  const { outcome, code, message, receivers } = pushed;
  if (outcome !== 'delivered' && outcome !== 'kept') throw new Error(`${outcome} ${code} ${message}`);
  if (receivers < kind.receivers) throw new Error('not every receiver took the push');
}
